import assert from "node:assert/strict";
import { test } from "node:test";
import { ACTIONS } from "../support/history/actions.ts";
import { startStage } from "../support/history/history.ts";
import { KNOWN_FAULTS } from "../support/history/known-faults.ts";
import { randomFrom } from "../support/history/random.ts";
import { createStage } from "../support/history/stage.ts";

test("every known fault names what histories leave out", () => {
  const kinds = new Set(ACTIONS.map(({ kind }) => kind));
  assert.deepEqual(
    KNOWN_FAULTS.filter(({ kind }) => !kinds.has(kind)).map(({ kind }) => kind),
    [],
  );
});

for (const { kind, name, fault, play } of KNOWN_FAULTS) {
  test(`known fault: ${name}`, async () => {
    const stage = createStage({ random: randomFrom(1) });
    try {
      startStage(stage);
      await play(stage);
      const found = stage.judge.faults;
      assert.ok(
        found.some((one) => fault.test(one)),
        `it is repaired: remove it from KNOWN_FAULTS, so that random histories have "${kind}" again. Faults now: ${found.join("\n")}`,
      );
    } finally {
      stage.world.replicas.forEach((replica) => replica.kill());
    }
  });
}
