import assert from "node:assert/strict";
import { test } from "node:test";
import {
  array,
  assert as check,
  constantFrom,
  integer,
  oneof,
  property,
  record,
  tuple,
  type Arbitrary,
} from "../../../support/property.ts";
import { FAILURE_REASONS, type LookupResult } from "../../../../src/dns/lookup-result.ts";
import { freshState } from "../../../../src/plan/hold/state.ts";
import { step } from "../../../../src/plan/hold/step.ts";
import { empty, failed, found, KEY } from "../../../support/hold-play.ts";

const ttl = oneof(integer({ min: 0, max: 120 }), integer({ min: 0, max: 2 ** 31 - 1 }));
const server = constantFrom("s1", "s2", "s3");
const readings: Arbitrary<LookupResult> = oneof(
  record({ set: constantFrom("a", "b", "a b", "a b c", "c d", "a b c d e"), ttl, server }).map(({ set, ...rest }) =>
    found(set, rest),
  ),
  record({ negativeTtl: ttl, server }).map((options) => empty("nodata", options)),
  record({ negativeTtl: ttl, server }).map((options) => empty("nxdomain", options)),
  constantFrom(...FAILURE_REASONS).map((reason) => failed(reason)),
);
const rows = array(tuple(readings, integer({ min: 0, max: 400_000 })), { maxLength: 60 });

test("whatever is heard: what was found once is never blanked, and the next look-up is never in the past or over 300 s away", () => {
  check(
    property(rows, integer({ min: 1, max: 3 }), (row, serverCount) => {
      let now = 0;
      let state = freshState(KEY, now);
      for (const [reading, gap] of row) {
        const before = state;
        now += gap;
        state = step(state, reading, { now, random: () => 0.7, serverCount, sibling: undefined });
        assert.ok(state.nextAt >= now && state.nextAt <= now + 300_000, `next look-up ${state.nextAt - now} ms away`);
        assert.ok(before.addresses.length === 0 || state.addresses.length > 0);
        assert.deepEqual(state.addresses, [...state.addresses].sort());
        assert.equal(state.failingSince === undefined, reading.kind !== "failure");
        assert.ok(state.emptySince === undefined || state.outcome.kind !== "positive");
        assert.ok(state.lastSuccessAt === undefined || state.lastSuccessAt <= now);
      }
    }),
    { numRuns: 1000 },
  );
});

test("the same row of readings gives the same state", () => {
  check(
    property(rows, (row) => {
      const run = (): unknown => {
        let now = 0;
        let state = freshState(KEY, now);
        for (const [reading, gap] of row) {
          now += gap;
          state = step(state, reading, { now, random: () => 0.3, serverCount: 2, sibling: undefined });
        }
        return state;
      };
      assert.deepEqual(run(), run());
    }),
    { numRuns: 50 },
  );
});
