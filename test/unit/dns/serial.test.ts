import assert from "node:assert/strict";
import { test } from "node:test";
import { isNewerSerial, nextSerial } from "../../../src/dns/serial.ts";

const NOW = 1_795_000_000;

test("the next serial is the time, or one more than a serial that is ahead of it", () => {
  const cases: readonly (readonly [old: number, now: number, next: number])[] = [
    [1, NOW, NOW],
    [NOW, NOW, NOW + 1],
    [NOW - 1, NOW + 0.9, NOW],
    [2_026_112_401, NOW, 2_026_112_402],
    [4_294_967_295, NOW, NOW],
    [4_294_967_295, 2 ** 31 + 5, 0],
    [0, 0, 1],
  ];
  for (const [old, now, next] of cases) {
    assert.equal(nextSerial(old, now), next, `after ${old} at ${now}`);
  }
});

test("the next serial is always newer than the old one", () => {
  for (const old of [0, 1, NOW, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + NOW, 2 ** 32 - 1]) {
    assert.ok(isNewerSerial(nextSerial(old, NOW), old), String(old));
  }
});

test("serials compare on a circle of 32 bits", () => {
  assert.ok(isNewerSerial(0, 2 ** 32 - 1));
  assert.ok(!isNewerSerial(2 ** 32 - 1, 0));
  assert.ok(!isNewerSerial(5, 5));
  assert.ok(!isNewerSerial(2 ** 31, 0));
});
