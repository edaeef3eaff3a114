import assert from "node:assert/strict";
import { test } from "node:test";
import { liveTtl } from "../../../../src/responder/live/live-records.ts";

const NOW = 1_000_000;
/** The network with the greatest deduction. */
const LAST = 0x3ff << 8;

for (const [name, limits, turn, want] of [
  ["counts down", { freshUntil: 30_900, maxTtl: 300 }, 0, 30],
  ["is at most that of the alias", { freshUntil: 900_000, maxTtl: 60 }, 0, 60],
  ["is at least 5", { freshUntil: 1_000, maxTtl: 300 }, 0, 5],
  ["of stale addresses is 30", { freshUntil: 0, maxTtl: 300 }, 0, 30],
  ["doesn't outlive a switch", { freshUntil: 300_000, ttlUntil: 25_000, maxTtl: 60 }, 0, 25],
  ["is shorter by a fifth for some networks", { freshUntil: 300_000, ttlUntil: 25_000, maxTtl: 60 }, LAST, 20],
  ["isn't shorter without a switch", { freshUntil: 30_000, maxTtl: 60 }, LAST, 30],
  ["isn't shorter if it ends before anyway", { freshUntil: 20_000, ttlUntil: 60_000, maxTtl: 60 }, LAST, 20],
  ["is at least 5 before a switch", { freshUntil: 300_000, ttlUntil: 2_000, maxTtl: 60 }, LAST, 5],
  ["is 5 while a switch is late, and not stale", { freshUntil: 300_000, ttlUntil: -9_000, maxTtl: 60 }, 0, 5],
  ["of stale addresses is 30 before a switch too", { freshUntil: 0, ttlUntil: 25_000, maxTtl: 60 }, 0, 30],
] as const) {
  test(`the TTL ${name}`, () => {
    const { freshUntil, maxTtl } = limits;
    const ttlUntil = "ttlUntil" in limits ? NOW + limits.ttlUntil : undefined;
    assert.equal(liveTtl({ freshUntil: NOW + freshUntil, ttlUntil, maxTtl }, NOW, turn), want);
  });
}
