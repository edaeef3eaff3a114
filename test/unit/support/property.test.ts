import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { FUZZ_SEED, MAX_SEED, parseSeed, readConfigureGlobal, seededRandom } from "../../support/property.ts";

test("every property has the seed of this process, which is fixed unless FUZZ_SEED says otherwise", () => {
  assert.equal(readConfigureGlobal().seed, FUZZ_SEED);
  assert.equal(FUZZ_SEED, parseSeed(process.env["FUZZ_SEED"] ?? "20261128"));
});

test("a seed is a whole number that fast-check can keep", () => {
  assert.deepEqual([parseSeed("0"), parseSeed("2147483647")], [0, MAX_SEED]);
  for (const text of ["", "-1", "1.5", "2147483648", "x", "0x1", " 1"]) {
    assert.throws(() => parseSeed(text), /a seed is a whole number from 0 to 2147483647/, text);
  }
});

test("seeded numbers are the same ones each time, and others for another salt", () => {
  const drawn = (salt: number): readonly number[] => {
    const random = seededRandom(salt);
    return Array.from({ length: 100 }, random);
  };
  assert.deepEqual(drawn(1), drawn(1));
  assert.notDeepEqual(drawn(1), drawn(2));
  assert.ok(drawn(0).every((number) => number >= 0 && number < 1));
});

test("no test draws its inputs from anything but the seed", () => {
  const wrong = ["unit", "fuzz", "contract", "integration", "e2e"].flatMap((suite) =>
    sourcesOf(join("test", suite)).filter((file) => UNSEEDED.test(readFileSync(file, "utf8"))),
  );
  assert.deepEqual(
    wrong.filter((file) => !EXCEPTIONS.has(file)),
    [],
  );
});

/** fast-check without the seed, and random numbers. Keys and ids can be random: no test depends on their value. */
const UNSEEDED = /from "fast-check"|Math\.random\(\)|\brandomInt\b.*from "node:crypto"/;
/** It draws the seeds; and this file has the words above. */
const EXCEPTIONS = new Set([join("test", "fuzz", "run.ts"), join("test", "unit", "support", "property.test.ts")]);

function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}
