import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import type { AliasStatus, DnsAlias } from "../../../../src/api/dns-alias.ts";
import { FINALIZER } from "../../../../src/api/meta.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import type { InvalidObject } from "../../../../src/controller/ports/inventory.ts";
import type { StatusWrite } from "../../../../src/controller/ports/reporter.ts";
import { updateAliasStatus } from "../../../../src/controller/status/update-alias-status.ts";
import { NOTHING_CONFIRMED } from "../../../../src/controller/zone/state/confirmed.ts";
import { NOTHING_PLANNED, type Planned, type ZoneOutcome } from "../../../../src/controller/zone/state/planned.ts";
import { newZoneState, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import type { TargetVerdict } from "../../../../src/plan/target-outcome.ts";
import type { TargetAnswer } from "../../../../src/plan/target-answer.ts";
import { alias, zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";
import { silentObserver } from "../../../support/silent-observer.ts";
import { A, contribution, NAME, NO_AAAA, NOW, rrset, verdict } from "./facts.ts";

const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop", { meta: { finalizers: [FINALIZER] } });
const INVALID: InvalidObject = { kind: "DnsAlias", key: "web/shop", generation: 9, problems: ["no targets"] };
const FAILED: StatusWrite = { kind: "failed", message: "away" };

interface Bench {
  readonly alias?: DnsAlias | undefined;
  readonly state?: Partial<ZoneState>;
  readonly targets?: readonly TargetVerdict[];
  readonly invalid?: InvalidObject;
  readonly mayWrite?: boolean;
  /** A DnsZone exists that can't be read. */
  readonly unreadZones?: boolean;
  /** The zone doesn't admit the alias any more. */
  readonly closed?: boolean;
  readonly write?: StatusWrite;
  readonly finalizerWrite?: StatusWrite;
}

interface Outcome {
  readonly status: AliasStatus | undefined;
  readonly remembered: AliasStatus | undefined;
  /** "finalizer true", "status", "invalid", "event Normal Ready", "ready True Ready 225000", "count written", in order. */
  readonly did: readonly string[];
  readonly requeue: unknown;
  readonly state: ZoneState;
}

const PUBLISHED = [rrset(["192.0.2.1"])];

/** Of an alias that is written in the zone dns/com, unless the bench says otherwise. */
async function updated(bench: Bench = {}): Promise<Outcome> {
  const { write = { kind: "written" }, finalizerWrite = { kind: "written" } } = bench;
  const one = "alias" in bench ? bench.alias : SHOP;
  const store = createStore(() => "place");
  const allowedNamespaces = bench.closed === true ? ({ from: "Same" } as const) : ZONE.spec.allowedNamespaces;
  store.note({ kind: "zone", zone: { ...ZONE, spec: { ...ZONE.spec, allowedNamespaces } } });
  if (one !== undefined) {
    store.note({ kind: "alias", alias: one });
  }
  store.settle(Infinity);
  const state = stateOf(bench);
  const did: string[] = [];
  let status: AliasStatus | undefined;
  const { requeue } = await updateAliasStatus(
    {
      clock: { now: () => NOW, sleep: async () => assert.fail("nothing waits") },
      log: silentLogger,
      ownerId: "me",
      store,
      zoneState: () => state,
      mayWrite: () => bench.mayWrite ?? true,
      deletions: new Map(),
      sourceNow: () => undefined,
      hasEveryZone: () => bench.unreadZones !== true,
      isUnreadZone: () => false,
      unserved: () => undefined,
      invalidEdit: () => bench.invalid,
      observer: {
        ...silentObserver(),
        aliasReady: (_key, ready, reason, boundsMs) =>
          void did.push(`ready ${ready} ${reason} ${boundsText(boundsMs)}`),
        statusWrite: (kind) => void did.push(`count ${kind}`),
      },
      reporter: {
        async aliasStatus(_alias, given) {
          did.push("status");
          status = given;
          return write;
        },
        zoneStatus: async () => assert.fail("no zone"),
        async invalidObject() {
          did.push("invalid");
          return write;
        },
        async finalizer(_alias, present) {
          did.push(`finalizer ${present}`);
          return finalizerWrite;
        },
        event: (_alias, { type, reason }) => void did.push(`event ${type} ${reason}`),
      },
    },
    "web/shop",
    new AbortController().signal,
  );
  return { status, remembered: store.alias("web/shop")?.status, did, requeue, state };
}

function boundsText(boundsMs: ReadonlyMap<string, number>): string | undefined {
  return boundsMs.size === 0 ? undefined : [...boundsMs.values()].join(" ");
}

function plannedAs(outcome: ZoneOutcome, targets: readonly TargetVerdict[] = [verdict("good", [A, NO_AAAA])]): Planned {
  const contributions = new Map([["web/shop", contribution(targets)]]);
  return { ...NOTHING_PLANNED, outcome, plan: { names: [], claims: new Map(), contributions, loops: new Map() } };
}

function stateOf({ state: more, targets = [verdict("good", [A, NO_AAAA])] }: Bench): ZoneState {
  const state = newZoneState(ZONE, {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
  });
  return Object.assign(state, {
    observed: observedSets(PUBLISHED, { lists: undefined }),
    planned: plannedAs({ kind: "ok" }, targets),
    confirmed: { ...NOTHING_CONFIRMED, publishedTimes: new Map([[NAME, NOW]]) },
    ...more,
  });
}

/** 70 s until the next lookup, 95 s of delivery, 60 s in caches. */
const READY = "ready True Ready 225000";

test("a new status is written, counted, remembered, and told as an Event", async () => {
  const { status, remembered, did, requeue } = await updated();
  assert.deepEqual(did, [READY, "status", "count written", "event Normal Ready"]);
  assert.deepEqual([remembered, requeue], [status, "done"]);
});

test("an address that is not published is reported once by an Event of its own, while the other family is ready", async () => {
  const outcome = {
    kind: "failure",
    reason: "special-use",
    detail: "cdn.test has the address ::ffff:8.8.8.8",
  } as const;
  const targets = [verdict("good", [A, { ...NO_AAAA, emptySince: undefined, failingSince: NOW, outcome }])];
  const { status, did } = await updated({ targets });
  assert.deepEqual(did, [READY, "status", "count written", "event Normal Ready", "event Warning SpecialUseRefused"]);
  const others = [...targets, verdict("good", [A], "other.test")];
  const again = await updated({ targets: others, alias: { ...SHOP, ...(status && { status }) } });
  assert.deepEqual(again.did, [READY, "status", "count written"]);
});

test("the same status again is not written, and still measured", async () => {
  const { status } = await updated();
  const again = await updated({ alias: { ...SHOP, ...(status && { status }) } });
  assert.deepEqual([again.did, again.requeue], [[READY], "done"]);
});

test("a status that differs while Ready does not is written without an Event", async () => {
  const { status } = await updated();
  assert.ok(status !== undefined);
  const before = { ...status, summary: { targets: "old", addresses: "" } };
  assert.deepEqual((await updated({ alias: { ...SHOP, status: before } })).did, [READY, "status", "count written"]);
});

test("Ready that is False is a Warning, one that is Unknown is no Event", async () => {
  const { status } = await updated();
  const known = { ...SHOP, ...(status && { status }) };
  const refused = await updated({
    alias: known,
    state: { planned: plannedAs({ kind: "refused", reason: "BaseZoneInvalid", message: "line 3" }) },
  });
  assert.deepEqual(refused.did.slice(-1), ["event Warning BaseZoneInvalid"]);
  const unknown = await updated({ alias: known, state: { confirmed: NOTHING_CONFIRMED } });
  assert.deepEqual(
    unknown.did.filter((line) => line.startsWith("event")),
    [],
  );
});

test("another reason with the same status of Ready is an Event too", async () => {
  const refused = (reason: string) => ({ planned: plannedAs({ kind: "refused", reason, message: "x" }) });
  const { status } = await updated({ state: refused("BaseZoneInvalid") });
  const known = { ...SHOP, ...(status && { status }) };
  assert.deepEqual(
    (await updated({ alias: known, state: refused("Forbidden") })).did.at(-1),
    "event Warning Forbidden",
  );
});

test("a write that fails is tried again, and neither remembered nor told", async () => {
  const { remembered, did, requeue } = await updated({ write: FAILED });
  assert.deepEqual([remembered, did, requeue], [undefined, [READY, "status", "count failed"], "backoff"]);
  const obsolete = await updated({ write: { kind: "obsolete" } });
  assert.deepEqual(
    [obsolete.remembered, obsolete.did, obsolete.requeue],
    [undefined, [READY, "status", "count obsolete"], "done"],
  );
});

test("where the backend doesn't list, the finalizer is added before the status, and a failure is tried again", async () => {
  const without = { ...SHOP, meta: { ...SHOP.meta, finalizers: [] } };
  const state = { observed: observedSets(PUBLISHED, { lists: false }) };
  assert.deepEqual((await updated({ alias: without, state })).did.slice(0, 3), ["finalizer true", READY, "status"]);
  assert.equal((await updated({ state })).did[0], READY);
  const failed = await updated({ alias: without, state, finalizerWrite: FAILED });
  assert.deepEqual([failed.did.slice(0, 3), failed.requeue], [["finalizer true", READY, "status"], "backoff"]);
});

test("a finalizer that may not be set is Forbidden and Stalled, and is tried again", async () => {
  const without = { ...SHOP, meta: { ...SHOP.meta, finalizers: [] } };
  const finalizerWrite: StatusWrite = { kind: "failed", message: "the apiserver answered 403", isForbidden: true };
  const { status, requeue } = await updated({
    alias: without,
    state: { observed: observedSets([], { lists: false }) },
    finalizerWrite,
  });
  const shown = status?.conditions.map(({ type, status: holds, reason }) => `${type} ${holds} ${reason}`);
  assert.deepEqual(shown?.slice(2), ["Programmed False Forbidden", "Ready False Forbidden", "Stalled True Forbidden"]);
  assert.equal(requeue, "backoff");
});

test("where it lists, a finalizer is removed; where nothing was read, it stays as it is", async () => {
  const state = { observed: observedSets(PUBLISHED, { lists: true }) };
  assert.deepEqual((await updated({ state })).did.slice(0, 3), ["finalizer false", READY, "status"]);
  assert.equal((await updated()).did[0], READY);
  assert.equal((await updated({ state, unreadZones: true })).did[0], READY);
  const homeless = await updated({ alias: alias("web/shop", { hostnames: ["example.net"] }) });
  assert.deepEqual(homeless.did, ["ready False NoZone undefined", "status", "count written", "event Warning NoZone"]);
});

test("a finalizer without a status stays, and is looked at again, until the backend that its name had lost was asked", async () => {
  const asked = observedSets([], { lists: false, readNames: new Set([NAME]) });
  const unread = { ...observedSets([], { lists: undefined }), actual: undefined };
  const look = { afterMs: 10_000 };
  for (const [name, observed, want, requeue] of [
    ["not read yet", unread, undefined, look],
    ["not asked yet", observedSets([], { lists: false, readNames: new Set() }), undefined, look],
    ["asked: nothing is left", asked, "finalizer false", "done"],
    ["it lists", observedSets([], { lists: true }), "finalizer false", "done"],
  ] as const) {
    const result = await updated({ closed: true, state: { observed } });
    assert.deepEqual([result.did.find((one) => one.startsWith("finalizer")), result.requeue], [want, requeue], name);
  }
});

test("a replica that may not write writes nothing, and an alias that is being deleted is finalized", async () => {
  assert.deepEqual((await updated({ mayWrite: false })).did, []);
  const deleted = { ...SHOP, meta: { ...SHOP.meta, deletedAt: NOW } };
  const gone = await updated({ alias: deleted, state: { observed: observedSets([]) } });
  assert.deepEqual([gone.did, gone.requeue], [["finalizer false"], "done"]);
});

test("while the first plan of a zone is in progress nothing is written", async () => {
  const { did, requeue } = await updated({ state: { planned: plannedAs({ kind: "pending" }) } });
  assert.deepEqual([did, requeue], [[], "done"]);
});

test("an alias that is gone is not measured any more; one that was never valid has its mistake reported", async () => {
  const gone = "ready undefined  undefined";
  assert.deepEqual((await updated({ alias: undefined })).did, [gone]);
  const invalid = await updated({ alias: undefined, invalid: INVALID });
  assert.deepEqual([invalid.did, invalid.requeue], [[gone, "invalid", "count written"], "done"]);
  assert.deepEqual((await updated({ alias: undefined, invalid: INVALID, mayWrite: false })).did, [gone]);
  assert.equal((await updated({ alias: undefined, invalid: INVALID, write: FAILED })).requeue, "backoff");
});

test("an edit that cannot be read is in the status of the alias that is served", async () => {
  const { status, did } = await updated({ invalid: INVALID });
  assert.equal(status?.observedGeneration, 9);
  assert.equal(did[0], "ready False Invalid 225000");
});

test("a report that comes before a plan that is due is repeated with that plan", async () => {
  const planned = { ...plannedAs({ kind: "ok" }), changePendingSince: { at: NOW, lastSuccessBefore: undefined } };
  assert.deepEqual([...(await updated({ state: { planned } })).state.planned.reportedEarly], [NAME]);
  assert.deepEqual([...(await updated()).state.planned.reportedEarly], []);
});

function failing(lastSuccessAt: number | undefined, failingSince = NOW - 1_000): TargetAnswer {
  return { ...A, outcome: { kind: "failure", reason: "timeout", detail: "x" }, failingSince, lastSuccessAt };
}

/** The alias's maxStaleness is a day; the refresh wait is 70 s, and the grace 10 s. */
const NEXT: readonly (readonly [name: string, answers: readonly TargetAnswer[], want: unknown])[] = [
  ["all is well", [A, NO_AAAA], "done"],
  ["failures that are no news yet: when they are", [failing(NOW - 30_000)], { afterMs: 50_000 }],
  ["the earliest of two", [failing(NOW - 30_000), failing(NOW - 20_000)], { afterMs: 50_000 }],
  ["failures that are news: when the addresses are stale", [failing(NOW - 100_000)], { afterMs: 86_300_000 }],
  ["a second at least", [failing(NOW - 79_500)], { afterMs: 1_000 }],
  ["stale addresses have nothing ahead", [failing(NOW - 86_400_000)], "done"],
  ["no success ever: when the failures are news", [failing(undefined)], { afterMs: 79_000 }],
  ["no success ever, and news already: once an hour", [failing(undefined, NOW - 100_000)], { afterMs: 3_600_000 }],
];

for (const [name, answers, want] of NEXT) {
  test(`when the status is looked at again: ${name}`, async () => {
    assert.deepEqual((await updated({ targets: [verdict("failing", answers)] })).requeue, want);
  });
}

test("a deletion that waits is looked at again within 10 s, also if its status can't be written", async () => {
  const deleted = { ...SHOP, meta: { ...SHOP.meta, deletedAt: NOW } };
  const failed = { kind: "failed", message: "down", since: NOW } as const;
  const { did, requeue } = await updated({ alias: deleted, state: { planned: plannedAs(failed) }, write: FAILED });
  assert.deepEqual([did.includes("count failed"), requeue], [true, { afterMs: 10_000 }]);
});
