import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createOneATurn } from "../../../src/schedule/turn-gate.ts";

test("callers that come together go on in order, with the event loop coming round between them", async () => {
  const oneATurn = createOneATurn();
  const seen: string[] = [];
  const work = ["a", "b", "c"].map(async (name) => {
    await oneATurn();
    seen.push(name);
  });
  const loop = async (): Promise<void> => {
    while (!seen.includes("c")) {
      await turn();
      seen.push("-");
    }
  };
  await Promise.all([...work, loop()]);
  assert.match(seen.join(""), /^-*a-+b-+c-*$/);
});
