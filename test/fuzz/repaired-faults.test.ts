import assert from "node:assert/strict";
import { test } from "node:test";
import { startStage } from "../support/history/history.ts";
import { randomFrom } from "../support/history/random.ts";
import { createStage } from "../support/history/stage.ts";
import { NAME_HISTORIES } from "../support/repaired-histories/name-histories.ts";
import { RESTART_HISTORIES } from "../support/repaired-histories/restart-histories.ts";
import { ZONE_HISTORIES } from "../support/repaired-histories/zone-histories.ts";

for (const { name, play } of [...NAME_HISTORIES, ...ZONE_HISTORIES, ...RESTART_HISTORIES]) {
  test(name, async () => {
    const stage = createStage({ random: randomFrom(1) });
    try {
      startStage(stage);
      await play(stage);
      assert.deepEqual(stage.judge.faults, []);
    } finally {
      stage.world.replicas.forEach((replica) => replica.kill());
    }
  });
}
