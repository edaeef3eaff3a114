import { test } from "node:test";
import { playHistory } from "../support/history/history.ts";
import { KNOWN_KINDS } from "../support/history/known-faults.ts";
import { FUZZ_SEED } from "../support/property.ts";

/** `npm run fuzz` plays twenty times as many: test/fuzz/run.ts. */
const HISTORIES = 100;

for (let seed = FUZZ_SEED; seed < FUZZ_SEED + HISTORIES; seed += 1) {
  test(`whatever happens, names follow their targets, and nothing goes or comes that shouldn't (seed ${seed})`, () =>
    playHistory(seed, KNOWN_KINDS));
}
