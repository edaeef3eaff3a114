import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec, ResourceTarget } from "../../../../src/api/dns-alias.ts";
import type { HeldResource, ResourceFinding } from "../../../../src/api/resource-ref.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { elapsed, nextResource } from "../../../../src/plan/reference/held-resource.ts";
import { referenceOutcome, withAbsence } from "../../../../src/plan/reference/reference-outcome.ts";
import { alias } from "../../../support/objects.ts";

const STALE = 1_000;
const LB = parseName("lb.test");
const EMPTY: ResourceFinding = { kind: "found", addresses: [], hostnames: [], isAnsweredInside: false };
const FULL: ResourceFinding = { ...EMPTY, addresses: ["8.8.8.8"] };
const NAMED: ResourceFinding = { ...EMPTY, hostnames: [LB] };
const PRIVATE: ResourceFinding = { ...EMPTY, addresses: ["10.0.0.1"] };
const CARRIED: ResourceFinding = { ...EMPTY, addresses: ["64:ff9b::808:808"] };
const FORBIDDEN: ResourceFinding = { kind: "forbidden", message: "x" };

/** Each finding at time 0. */
function held(...findings: readonly ResourceFinding[]): HeldResource | undefined {
  let last: HeldResource | undefined;
  for (const finding of findings) {
    last = nextResource(last, finding, 0);
  }
  return last;
}

function gone(...findings: readonly ResourceFinding[]): HeldResource | undefined {
  const before = held(...findings, EMPTY);
  return before && elapsed(before, 600_000);
}

function outcome(known: HeldResource | undefined, spec: Partial<AliasSpec>, now: number) {
  const target: ResourceTarget = {
    kind: "resourceRef",
    priority: 0,
    ref: { kind: "Service", name: "web" },
    ...(known && { held: known }),
  };
  return referenceOutcome(
    alias("web/shop", { spec: { maxStalenessMs: STALE, ...spec, targets: [target] } }),
    target,
    now,
  );
}

interface Row {
  readonly name: string;
  readonly held: HeldResource | undefined;
  readonly spec?: Partial<AliasSpec>;
  readonly now?: number;
  /** Verdict and addresses, then "fallback" and "kept" if they apply. */
  readonly want: string;
}

describe("the outcome of a reference", () => {
  const rows: readonly Row[] = [
    { name: "not read yet", held: undefined, want: "reading kept" },
    { name: "with addresses", held: held(FULL), want: "good 8.8.8.8" },
    { name: "with a hostname", held: held(NAMED), want: "good" },
    { name: "never with an entry", held: held(EMPTY), want: "absent kept" },
    { name: "without entries for a while", held: held(FULL, EMPTY), want: "absent 8.8.8.8" },
    { name: "without a hostname for a while", held: held(NAMED, EMPTY), want: "absent" },
    { name: "gone, with Keep", held: gone(FULL), want: "held-empty 8.8.8.8" },
    { name: "gone, never with an entry, with Keep", held: gone(), want: "held-empty kept" },
    { name: "gone, with Withdraw", held: gone(FULL), spec: { onEmpty: "Withdraw" }, want: "withdrawn-empty" },
    { name: "gone, with Fallback", held: gone(FULL), spec: { onEmpty: "Fallback" }, want: "withdrawn-empty fallback" },
    { name: "not readable", held: held(FULL, FORBIDDEN), now: STALE, want: "failing 8.8.8.8" },
    { name: "never readable", held: held(FORBIDDEN), want: "failing kept" },
    {
      name: "not readable for too long, with Keep",
      held: held(FULL, FORBIDDEN),
      now: STALE + 1,
      want: "stale-kept 8.8.8.8",
    },
    {
      name: "not readable for too long, with Withdraw",
      held: held(FULL, FORBIDDEN),
      spec: { onStale: "Withdraw" },
      now: STALE + 1,
      want: "stale-withdrawn",
    },
    {
      name: "not readable for too long, with Fallback",
      held: held(FULL, FORBIDDEN),
      spec: { onStale: "Fallback" },
      now: STALE + 1,
      want: "stale-withdrawn fallback",
    },
    { name: "private from the start", held: held(PRIVATE), want: "refused kept" },
    { name: "private after public addresses", held: held(FULL, PRIVATE), want: "refused 8.8.8.8" },
    {
      name: "private for too long, with Withdraw",
      held: held(FULL, PRIVATE),
      spec: { onStale: "Withdraw" },
      now: STALE + 1,
      want: "stale-withdrawn",
    },
    {
      name: "private, with allowPrivate",
      held: held(FULL, PRIVATE),
      spec: { allowPrivate: true },
      want: "good 10.0.0.1",
    },
    {
      name: "an address that carries an IPv4 address, with allowPrivate",
      held: held(FULL, CARRIED),
      spec: { allowPrivate: true },
      want: "refused 8.8.8.8",
    },
  ];
  for (const { name, held: known, spec = {}, now = 0, want } of rows) {
    test(name, () => {
      const { verdict, addresses, fallback, mayBePublished } = outcome(known, spec, now);
      const words = [verdict, ...addresses, ...(fallback ? ["fallback"] : []), ...(mayBePublished ? ["kept"] : [])];
      assert.equal(words.join(" "), want);
    });
  }

  test("has the time at which it becomes stale", () => {
    assert.equal(outcome(held(FULL, FORBIDDEN), {}, 0).staleAt, STALE + 1);
    assert.equal(outcome(held(FULL), {}, 0).staleAt, undefined);
  });

  test("names the first address that is refused next to others", () => {
    const mixed = held({ ...EMPTY, addresses: ["10.0.0.1", "8.8.8.8"] });
    const { verdict, addresses, refused } = outcome(mixed, {}, 0);
    assert.deepEqual([verdict, addresses], ["good", ["8.8.8.8"]]);
    assert.match(refused ?? "", /10\.0\.0\.1/);
  });
});

test("a hostname of an object that is gone counts as empty since then, whatever lookups return", () => {
  assert.deepEqual(withAbsence({ emptySince: undefined }, gone(NAMED)), { emptySince: 0 });
  assert.deepEqual(withAbsence({ emptySince: 5 }, gone(NAMED)), { emptySince: 5 });
  assert.deepEqual(withAbsence({ emptySince: undefined }, held(NAMED, EMPTY)), { emptySince: undefined });
  assert.equal(withAbsence(undefined, gone(NAMED)), undefined);
});
