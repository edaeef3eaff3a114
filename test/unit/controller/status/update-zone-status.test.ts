import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import type { DnsZone, ZoneStatus } from "../../../../src/api/dns-zone.ts";
import type { InvalidObject } from "../../../../src/controller/ports/inventory.ts";
import type { StatusWrite } from "../../../../src/controller/ports/reporter.ts";
import { updateZoneStatus } from "../../../../src/controller/status/update-zone-status.ts";
import {
  type Confirmed,
  NOTHING_CONFIRMED,
  type Propagation,
} from "../../../../src/controller/zone/state/confirmed.ts";
import { NOTHING_PLANNED, type Planned } from "../../../../src/controller/zone/state/planned.ts";
import { newZoneState, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import type { Move } from "../../../../src/controller/inventory/move/name-move.ts";
import { type Name, parseName } from "../../../../src/dns/name/name.ts";
import type { Refusal } from "../../../../src/plan/change.ts";
import { zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";
import { silentObserver } from "../../../support/silent-observer.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import { at, NOW, rrset } from "./facts.ts";

const ZONE = zone("dns/com", "example.com");
const SIGNAL = new AbortController().signal;
const INVALID: InvalidObject = { kind: "DnsZone", key: "dns/com", generation: 9, problems: ["no domain", "line 3"] };

interface Bench {
  readonly zone?: DnsZone | undefined;
  readonly state?: Partial<ZoneState> | undefined;
  readonly invalid?: InvalidObject;
  readonly mayWrite?: boolean;
  readonly write?: StatusWrite;
}

function plannedAs(more: Partial<Planned>): Planned {
  return { ...NOTHING_PLANNED, outcome: { kind: "ok" }, ...more };
}

const PUBLISHED = [
  rrset(["192.0.2.1"]),
  rrset(["2001:db8::1"], { type: "AAAA" }),
  rrset(["192.0.2.1"], { name: parseName("www.example.com") }),
];

interface Outcome {
  readonly status: ZoneStatus | undefined;
  readonly remembered: ZoneStatus | undefined;
  readonly invalid: readonly InvalidObject[];
  /** What the observer counted. */
  readonly counted: readonly string[];
  readonly requeue: unknown;
}

/** Of a zone that is written and served by two servers, unless the state says otherwise. */
async function updated(bench: Bench = {}): Promise<Outcome> {
  const { write = { kind: "written" } } = bench;
  const object = "zone" in bench ? bench.zone : ZONE;
  const store = createStore(() => "place");
  if (object !== undefined) {
    store.note({ kind: "zone", zone: object });
  }
  let status: ZoneStatus | undefined;
  const invalid: InvalidObject[] = [];
  const counted: string[] = [];
  const state =
    "state" in bench && bench.state === undefined
      ? undefined
      : {
          ...newZoneState(ZONE, {
            id: "coreDNS/zoneFile",
            read: async () => assert.fail("nothing is read"),
            apply: async () => assert.fail("nothing is written"),
          }),
          observed: observedSets(PUBLISHED),
          planned: plannedAs({ outcome: { kind: "ok" } }),
          confirmed: servedBy({ total: 2, current: 2, laggingSince: undefined, slow: false }),
          ...bench.state,
        };
  const { requeue } = await updateZoneStatus(
    {
      clock: { now: () => NOW, sleep: async () => assert.fail("nothing waits") },
      log: silentLogger,
      reporter: {
        aliasStatus: async () => assert.fail("no alias"),
        finalizer: async () => assert.fail("no finalizer"),
        event: () => assert.fail("no Event"),
        zoneStatus: async (_zone, given) => {
          status = given;
          return write;
        },
        invalidObject: async (given) => {
          invalid.push(given);
          return write;
        },
      },
      observer: { ...silentObserver(), statusWrite: (kind) => void counted.push(kind) },
      store,
      zoneState: () => state,
      invalidEdit: () => bench.invalid,
      unserved: () => undefined,
      sourceNow: () => undefined,
      deletions: new Map(),
      isGone: () => false,
      onWithdrawn: () => assert.fail("nothing is withdrawn"),
      mayWrite: () => bench.mayWrite ?? true,
    },
    "dns/com",
    SIGNAL,
  );
  return { status, remembered: store.zone("dns/com")?.status, invalid, counted, requeue };
}

/** "Programmed=True Programmed: message" */
async function conditions(bench: Bench): Promise<readonly string[]> {
  const { status } = await updated(bench);
  return (status?.conditions ?? []).map(
    ({ type, status: is, reason, message }) => `${type}=${is} ${reason}: ${message}`,
  );
}

test("the whole status of a zone that is served", async () => {
  const { status, remembered, counted, requeue } = await updated({
    state: {
      observed: observedSets(PUBLISHED, { actual: { serial: 42 } }),
      confirmed: {
        ...servedBy({ total: 2, current: 2, laggingSince: undefined, slow: false }),
        propagationTimes: [1_000, 2_600, 900],
      },
    },
  });
  const { conditions: all, ...rest } = status ?? assert.fail("no status");
  assert.deepEqual(
    all.map(({ type, status: is, reason, lastTransitionTime }) => `${type}=${is} ${reason} ${lastTransitionTime}`),
    [
      "Accepted=True Accepted 2026-11-24T12:00:00Z",
      "Programmed=True Programmed 2026-11-24T12:00:00Z",
      "Ready=True Ready 2026-11-24T12:00:00Z",
    ],
  );
  assert.deepEqual(rest, {
    observedGeneration: 1,
    provider: "coreDNS/zoneFile",
    names: 2,
    serial: 42,
    servers: { current: 2, total: 2 },
    deliveryLag: "2s600ms",
  });
  assert.deepEqual([remembered, counted, requeue], [status, ["written"], "done"]);
});

test("the same status again is not written", async () => {
  const { status } = await updated();
  const again = await updated({ zone: { ...ZONE, ...(status && { status }) } });
  assert.deepEqual([again.status, again.counted, again.requeue], [undefined, [], "done"]);
});

test("nothing is written by a replica that may not write, of a zone without a plan, or of one that is not known yet", async () => {
  for (const bench of [
    { mayWrite: false },
    { state: { planned: plannedAs({ outcome: { kind: "pending" } }) } },
    { state: undefined },
  ]) {
    const { status, requeue } = await updated(bench);
    assert.deepEqual([status, requeue], [undefined, "done"]);
  }
});

test("a write that fails is tried again and not remembered", async () => {
  const failed = await updated({ write: { kind: "failed", message: "away" } });
  assert.deepEqual([failed.remembered, failed.counted, failed.requeue], [undefined, ["failed"], "backoff"]);
  const told = await updated({ write: { kind: "failed", message: "busy", retryAfterMs: 5_000 } });
  assert.deepEqual(told.requeue, { afterMs: 5_000 });
  const obsolete = await updated({ write: { kind: "obsolete" } });
  assert.deepEqual([obsolete.remembered, obsolete.requeue], [undefined, "done"]);
});

test("a zone of which nothing valid was ever read has its mistake reported, and only by the replica that may write", async () => {
  const { status, invalid, counted, requeue } = await updated({ zone: undefined, invalid: INVALID });
  assert.deepEqual([status, invalid, counted, requeue], [undefined, [INVALID], ["written"], "done"]);
  assert.deepEqual((await updated({ zone: undefined, invalid: INVALID, mayWrite: false })).invalid, []);
  assert.deepEqual((await updated({ zone: undefined })).invalid, []);
});

test("an edit that cannot be read is not accepted, and the zone is reported as it is served", async () => {
  const { status } = await updated({ invalid: INVALID });
  assert.equal(status?.observedGeneration, 9);
  assert.equal(status?.conditions?.[0]?.observedGeneration, 9);
  const [accepted, programmed, ready] = await conditions({ invalid: INVALID });
  assert.match(accepted ?? "", /^Accepted=False Invalid: The spec is not valid: no domain; line 3.*before/);
  assert.match(programmed ?? "", /^Programmed=True Programmed/);
  assert.match(ready ?? "", /^Ready=False Invalid/);
});

function refusal(name: string, more: Partial<Refusal> = {}): Refusal {
  return {
    kind: "refuse",
    name: parseName(name),
    type: "A",
    reason: "ForeignRecord",
    message: "somebody wrote it",
    ...more,
  };
}

const NO_HTTPS = refusal("example.com", { type: "HTTPS", reason: "NotSupported", message: "no HTTPS there" });
const SLOW = { total: 3, current: 1, laggingSince: at("11:30:00"), slow: true };

function servedBy(propagation: Propagation): Confirmed {
  return { ...NOTHING_CONFIRMED, servers: new Map(), propagation };
}

const WITHOUT_SERVERS: Propagation = {
  total: undefined,
  current: 0,
  laggingSince: NOW,
  slow: false,
  obstacle: { reason: "NoEndpoints", message: "no ready endpoint" },
};

const ROWS: readonly (readonly [name: string, state: Partial<ZoneState>, accepted: RegExp, programmed: RegExp])[] = [
  [
    "another zone has the place",
    {
      planned: plannedAs({
        outcome: { kind: "refused", reason: "ZoneConflict", message: "DnsZone dns/a writes there" },
      }),
    },
    /^False ZoneConflict: DnsZone dns\/a writes there\.$/,
    /^False ZoneConflict: DnsZone dns\/a writes there\.$/,
  ],
  [
    "it is refused",
    { planned: plannedAs({ outcome: { kind: "refused", reason: "BaseZoneInvalid", message: "line 3" } }) },
    /^True Accepted/,
    /^False BaseZoneInvalid: Line 3\.$/,
  ],
  [
    "it cannot be written for now",
    { planned: plannedAs({ outcome: { kind: "failed", message: "connection refused", since: at("11:40:00") } }) },
    /^True Accepted/,
    /^False WriteFailed: .*2026-11-24T11:40:00Z.*connection refused\.$/,
  ],
  [
    "its deletes are held",
    { planned: plannedAs({ outcome: { kind: "held", message: "too many deletes", hash: "abc" } }) },
    /^True Accepted/,
    /^False PlanHeld: Too many deletes\.$/,
  ],
  [
    "a name is refused, beside an HTTPS record",
    {
      planned: plannedAs({
        refusals: [NO_HTTPS, refusal("www.example.com"), refusal("a.example.com", { reason: "ForeignOwner" })],
      }),
    },
    /^True Accepted/,
    /^False ForeignRecord: 2 .*\(www\.example\.com, a\.example\.com\).*somebody wrote it\.$/,
  ],
  [
    "servers are slow",
    { confirmed: servedBy(SLOW) },
    /^True Accepted/,
    /^False PropagationSlow: Only 1 of 3 servers.*2026-11-24T11:30:00Z\.$/,
  ],
  [
    "its servers may not be listed",
    { confirmed: servedBy({ ...WITHOUT_SERVERS, obstacle: { reason: "Forbidden", message: "not allowed" } }) },
    /^True Accepted/,
    /^False Forbidden: Not allowed\.$/,
  ],
  [
    "its servers are in a namespace that doesn't consent",
    { confirmed: servedBy({ ...WITHOUT_SERVERS, obstacle: { reason: "RefNotPermitted", message: "annotate it" } }) },
    /^True Accepted/,
    /^False RefNotPermitted: annotate it\.$/i,
  ],
  [
    "its servers are gone, for a moment",
    { confirmed: servedBy(WITHOUT_SERVERS) },
    /^True Accepted/,
    /^Unknown Propagating: No ready endpoint\.$/,
  ],
  [
    "its servers are gone, for longer than a delivery takes",
    { confirmed: servedBy({ ...WITHOUT_SERVERS, slow: true }) },
    /^True Accepted/,
    /^False NoEndpoints: No ready endpoint\.$/,
  ],
  ["its servers have not been listed yet", { confirmed: NOTHING_CONFIRMED }, /^True Accepted/, /^Unknown Propagating/],
  [
    "a refused name goes before slow servers",
    { confirmed: servedBy(SLOW), planned: plannedAs({ refusals: [refusal("www.example.com")] }) },
    /^True Accepted/,
    /^False ForeignRecord/,
  ],
  [
    "only HTTPS records are refused",
    { planned: plannedAs({ refusals: [NO_HTTPS] }) },
    /^True Accepted/,
    /^True Programmed: .*coreDNS\/zoneFile\. 1 .*\(example\.com\).*no HTTPS there\.$/,
  ],
  [
    "the backend warns",
    { observed: observedSets(PUBLISHED, { actual: { warning: "there is no reload plugin" } }) },
    /^True Accepted/,
    /^True Programmed: .*There is no reload plugin\.$/,
  ],
  [
    "the delivery is not expedited",
    { deliveryProblem: "no Pod was nudged" },
    /^True Accepted/,
    /^True Programmed: .*No Pod was nudged\.$/,
  ],
  [
    "HTTPS records are refused and the backend warns",
    {
      planned: plannedAs({ refusals: [NO_HTTPS] }),
      observed: observedSets(PUBLISHED, { actual: { warning: "there is no reload plugin" } }),
    },
    /^True Accepted/,
    /^True Programmed: .* 1 .*no HTTPS there.*There is no reload plugin\.$/,
  ],
];

for (const [name, state, accepted, programmed] of ROWS) {
  test(`conditions of a zone: ${name}`, async () => {
    const [first, second] = await conditions({ state });
    assert.match(first?.replace("Accepted=", "") ?? "", accepted);
    assert.match(second?.replace("Programmed=", "") ?? "", programmed);
  });
}

function moves(count: number, more: Partial<Move>): ReadonlyMap<Name, Move> {
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const name = parseName(`m${index}.example.com`);
      const since = at("11:00:00") + index * 1000;
      return [name, { name, to: ["dns/new", "dns/next"], since, phase: "waiting", ...more }] as const;
    }),
  );
}

const MOVES: readonly (readonly [name: string, moves: ReadonlyMap<Name, Move>, want: RegExp])[] = [
  [
    "waits for its new zones",
    moves(2, {}),
    /\. Moved hostnames \(m0\.example\.com, m1\.example\.com\) remain here until DnsZone dns\/new, dns\/next serves them, at most until 2026-11-24T11:10:01Z\.$/,
  ],
  [
    "isn't written in its new zones",
    moves(1, { stays: "unwritten" }),
    /\. Moved hostnames \(m0\.example\.com\) remain here until they are written to DnsZone dns\/new, dns\/next\.$/,
  ],
  [
    "may not change",
    moves(1, { stays: "frozen" }),
    /\. Hostnames \(m0\.example\.com\) remain in this DnsZone, and are not written to DnsZone dns\/new, dns\/next, while they are paused/,
  ],
  [
    "waited for too long",
    moves(1, { phase: "overdue" }),
    /\. Moved hostnames \(m0\.example\.com\) were withdrawn\. DnsZone dns\/new, dns\/next does not serve them after 10 minutes\.$/,
  ],
  ["has moved", moves(1, { phase: "moved" }), /written to coreDNS\/zoneFile\.$/],
  ["is one of twelve", moves(12, {}), /\(m0\.example\.com, .*m7\.example\.com, 2 more\) remain here/],
];

for (const [name, found, want] of MOVES) {
  test(`the condition of a zone of which a name ${name}`, async () => {
    const [, programmed = ""] = await conditions({ state: { planned: plannedAs({ moves: found }) } });
    assert.match(programmed, /^Programmed=True Programmed: /);
    assert.match(programmed, want);
  });
}

test("at most ten refused names are shown, each once", async () => {
  const names = Array.from({ length: 12 }, (_, index) => `n${index}.example.com`);
  const refusals = names.flatMap((name) => [refusal(name), refusal(name, { type: "AAAA" })]);
  const [, programmed = ""] = await conditions({ state: { planned: plannedAs({ refusals }) } });
  assert.match(programmed, /: 24 /);
  assert.match(programmed, /\(n0\.example\.com, n1\.example\.com,.*, n9\.example\.com\)/);
});

test("one refused record is one RRset", async () => {
  const refusals = [refusal("www.example.com")];
  const [, programmed = ""] = await conditions({ state: { planned: plannedAs({ refusals }) } });
  assert.match(programmed, /: 1 RRset is refused \(www\.example\.com\): /);
});

test("a plan that is held has its hash in the status, and no other plan", async () => {
  const held = await updated({
    state: { planned: plannedAs({ outcome: { kind: "held", message: "x", hash: "abc" } }) },
  });
  assert.deepEqual([held.status?.planHash, (await updated()).status?.planHash], ["abc", undefined]);
});

const LAGGING = { total: 3, current: 1, laggingSince: at("11:59:00"), slow: false };

test("the number of servers stays while a change is on its way, and is counted when it is slow", async () => {
  const before = {
    ...ZONE,
    status: { observedGeneration: 1, conditions: [], servers: { current: 3, total: 3 }, serial: 41 },
  };
  const counts = async (state: Partial<ZoneState>, of: DnsZone): Promise<ZoneStatus["servers"]> =>
    (await updated({ state, zone: of })).status?.servers;
  assert.deepEqual(await counts({ confirmed: servedBy(LAGGING) }, before), { current: 3, total: 3 });
  assert.equal(await counts({ confirmed: servedBy(LAGGING) }, ZONE), undefined);
  assert.deepEqual(await counts({ confirmed: servedBy(SLOW) }, before), { current: 1, total: 3 });
  const unknown = { total: undefined, current: 0, laggingSince: undefined, slow: false };
  assert.equal(await counts({ confirmed: servedBy(unknown) }, ZONE), undefined);
});

test("the serial is the one that is served, else the last one known", async () => {
  const before = { ...ZONE, status: { observedGeneration: 1, conditions: [], serial: 41 } };
  assert.equal((await updated({ zone: before })).status?.serial, 41);
  const observed = observedSets(PUBLISHED, { actual: { serial: 42 } });
  assert.equal((await updated({ zone: before, state: { observed } })).status?.serial, 42);
  assert.equal((await updated()).status?.serial, undefined);
});

test("a zone that was programmed stays so while its servers are gone for a moment or not listed yet, and counts none", async () => {
  const { status } = await updated();
  const served = { ...ZONE, status: { ...(status ?? assert.fail()), servers: { current: 2, total: 2 } } };
  for (const confirmed of [servedBy(WITHOUT_SERVERS), NOTHING_CONFIRMED]) {
    const [, programmed] = await conditions({
      zone: served,
      state: { confirmed, observed: observedSets([], { actual: { serial: 9 } }) },
    });
    assert.match(programmed ?? "", /^Programmed=True/);
  }
  const { status: without } = await updated({ zone: served, state: { confirmed: servedBy(WITHOUT_SERVERS) } });
  assert.equal(without?.servers, undefined);
});
