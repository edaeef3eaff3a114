import assert from "node:assert/strict";
import { test } from "node:test";
import { stuckLoops } from "../../../src/ops/stuck-loops.ts";

const MINUTE = 60_000;
const NOW = Date.parse("2026-11-28T12:00:00Z");

test("only a loop without a heartbeat for more than a minute is named, with the time of its last one", () => {
  const heartbeats = new Map([
    ["refresh", NOW],
    ["zones", NOW - MINUTE],
    ["aliases", NOW - MINUTE - 1],
    ["reports", NOW - 10 * MINUTE],
  ]);
  assert.deepEqual(stuckLoops(heartbeats, NOW), [
    "aliases: no sign of life since 2026-11-28T11:58:59.999Z",
    "reports: no sign of life since 2026-11-28T11:50:00.000Z",
  ]);
});

test("no loop is stuck where there is none", () => {
  assert.deepEqual(stuckLoops(new Map(), NOW), []);
});
