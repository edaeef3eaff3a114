import assert from "node:assert/strict";
import { test } from "node:test";
import type { ZoneStatus } from "../../../../src/api/dns-zone.ts";
import { leftHostnames } from "../../../../src/controller/status/left-hostnames.ts";
import { NOTHING_PLANNED, type ZoneOutcome } from "../../../../src/controller/zone/state/planned.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import { zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";

const NAME = parseName("gone.example.com");
const CLAIMED = parseName("shop.example.com");
const HELD: ZoneOutcome = { kind: "held", message: "", hash: "" };
const OK: ZoneOutcome = { kind: "ok" };
const ENTRY = { hostname: "gone.example.com", addresses: ["192.0.2.1"], ttl: 60 };

interface Row {
  readonly name: string;
  readonly state?: { readonly lists?: boolean; readonly outcome?: ZoneOutcome; readonly readAt?: undefined };
  readonly own?: readonly ActualRRset[];
  readonly policy?: "Sync" | "UpsertOnly";
  readonly before?: ZoneStatus["leftHostnames"];
  readonly withoutFinalizers?: true;
  readonly want: ZoneStatus["leftHostnames"];
}

function rrset(name: typeof NAME): ActualRRset {
  return { name, type: "A", ttl: 60, data: ["192.0.2.1"], owner: "me" };
}

const ROWS: readonly Row[] = [
  { name: "a name without an alias whose delete is held, and none that an alias has", want: [ENTRY] },
  { name: "none where the backend lists its records", state: { lists: true }, want: [] },
  { name: "none while all is as planned: the finalizer is there until the delete", state: { outcome: OK }, want: [] },
  {
    name: "also while all is as planned, where there are no finalizers",
    state: { outcome: OK },
    withoutFinalizers: true,
    want: [ENTRY],
  },
  { name: "none where nothing is ever deleted", policy: "UpsertOnly", want: [] },
  {
    name: "what the status has, until the backend was read",
    state: { readAt: undefined },
    own: [],
    before: [ENTRY],
    want: [ENTRY],
  },
  { name: "not what the status has, once it was read", own: [], before: [ENTRY], want: [] },
];

for (const {
  name,
  state = {},
  own = [rrset(NAME), rrset(CLAIMED)],
  policy = "Sync",
  before,
  withoutFinalizers,
  want,
} of ROWS) {
  test(`left hostnames: ${name}`, () => {
    const claims = new Map([[CLAIMED, { winners: [], losers: [] }]]);
    const of = zone("dns/com", "example.com", { policy });
    const status = {
      observedGeneration: 1,
      conditions: [],
      ...(before === undefined ? {} : { leftHostnames: before }),
    };
    const deps = {
      store: { claimsIn: () => claims },
      reporter: withoutFinalizers === undefined ? {} : { withoutFinalizers },
    };
    const { outcome = HELD, ...read } = state;
    const found = leftHostnames(
      deps,
      { ...of, status },
      { observed: observedSets(own, { lists: false, ...read }), planned: { ...NOTHING_PLANNED, outcome } },
    );
    assert.deepEqual(found, want);
  });
}

test("left hostnames: as many as an object of the API server has room for", () => {
  const addresses = Array.from(
    { length: 64 },
    (_, index) => `2001:db8:1234:5678:9abc:def0:1234:${(4096 + index).toString(16)}`,
  );
  const own = Array.from({ length: 1_200 }, (_, index): ActualRRset => ({
    ...rrset(parseName(`n${index}.example.com`)),
    type: "AAAA",
    data: addresses,
  }));
  const deps = { store: { claimsIn: () => new Map() }, reporter: {} };
  const found = leftHostnames(deps, zone("dns/com", "example.com"), {
    observed: observedSets(own, { lists: false }),
    planned: { ...NOTHING_PLANNED, outcome: HELD },
  });
  assert.ok(found.length > 0 && JSON.stringify(found).length < 210_000, String(found.length));
});
