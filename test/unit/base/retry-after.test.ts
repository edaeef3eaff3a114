import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRetryAfter } from "../../../src/base/retry-after.ts";

const NOW = Date.UTC(2026, 10, 30, 12);

const cases: readonly (readonly [header: string | undefined, want: number | undefined])[] = [
  [undefined, undefined],
  ["", undefined],
  ["  ", undefined],
  ["soon", undefined],
  ["0", 0],
  ["7", 7_000],
  [" 7 ", 7_000],
  ["3600", 3_600_000],
  ["99999999", 3_600_000],
  ["3601", 3_600_000],
  ["Mon, 30 Nov 2026 12:00:09 GMT", 9_000],
  ["Mon, 30 Nov 2026 11:59:59 GMT", 0],
  ["Mon, 30 Nov 2026 14:00:00 GMT", 3_600_000],
];

for (const [header, want] of cases) {
  test(`Retry-After ${JSON.stringify(header)} is ${want === undefined ? "no time" : `${want} ms`}`, () => {
    assert.equal(parseRetryAfter(header, NOW), want);
  });
}
