import assert from "node:assert/strict";
import { test } from "node:test";
import { ttlFromZoneText } from "../../../../src/dns/presentation/ttl.ts";

const TTLS: readonly (readonly [text: string, seconds: number | undefined])[] = [
  ["0", 0],
  ["300", 300],
  ["2147483647", 2 ** 31 - 1],
  ["2147483648", undefined],
  ["1s", 1],
  ["1m", 60],
  ["1H", 3_600],
  ["1d", 86_400],
  ["2w", 1_209_600],
  ["1h30m", 5_400],
  ["1w1d1h1m1s", 694_861],
  ["1h1h", 7_200],
  ["0m", 0],
  ["3550w5d3h14m7s", 2 ** 31 - 1],
  ["3550w5d3h14m8s", undefined],
  ["300".padStart(40, "0"), 300],
  ["300".padStart(41, "0"), undefined],
  ["", undefined],
  ["m", undefined],
  ["1h30", undefined],
  ["1 h", undefined],
  ["-1", undefined],
  ["1.5h", undefined],
  ["1y", undefined],
];

for (const [text, seconds] of TTLS) {
  test(`"${text}" is ${seconds === undefined ? "not a TTL" : `${seconds} s`}`, () => {
    assert.equal(ttlFromZoneText(text), seconds);
  });
}
