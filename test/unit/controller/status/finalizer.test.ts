import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import { ABANDON_ANNOTATION, FINALIZER, type ObjectMeta } from "../../../../src/api/meta.ts";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { createStore } from "../../../../src/controller/inventory/store.ts";
import type { StatusWrite } from "../../../../src/controller/ports/reporter.ts";
import { afterWrite, finalize, type Deletion } from "../../../../src/controller/status/finalizer.ts";
import { readInvalidated } from "../../../../src/controller/zone/state/observed.ts";
import { roundEnded, type ZoneOutcome } from "../../../../src/controller/zone/state/planned.ts";
import { newZoneState, replace } from "../../../../src/controller/zone/state/zone-state.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import { alias, zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";
import { NOW, rrset } from "./facts.ts";

const ZONE = zone("dns/com", "example.com");
const MINUTE = 60_000;
const CONFLICT: ZoneOutcome = { kind: "refused", reason: "ZoneConflict", message: "another zone has the place" };

interface Scene {
  readonly meta?: Partial<ObjectMeta>;
  readonly hostnames?: readonly string[];
  /** What is published in the zone. */
  readonly sets?: readonly ActualRRset[];
  /** Another alias has the same name. */
  readonly other?: boolean;
  /** A third alias has the same name, and the finalizer. */
  readonly third?: boolean;
  /** The zone has just appeared. */
  readonly unknown?: boolean;
  /** The backend was not read in this term. */
  readonly unread?: boolean;
  readonly outcome?: ZoneOutcome;
  /** When this process saw the deletion first; absent: now. */
  readonly since?: number;
  /** The uid of the object whose deletion was seen then; absent: the same. */
  readonly uid?: string;
  /** Now by the API server's clock; absent: not known. */
  readonly sourceNow?: number;
  /** The DnsZone exists and can't be read. */
  readonly unreadZone?: boolean;
  readonly lists?: boolean;
  /** The deletion is looked at now, and so many milliseconds later. */
  readonly elapsed?: number;
  /** Its status lists a name that its spec doesn't. */
  readonly former?: boolean;
  readonly formerZone?: string;
  readonly policy?: DnsZone["spec"]["policy"];
  /** The zone doesn't admit the alias any more. */
  readonly closed?: boolean;
  readonly write?: StatusWrite;
}

interface Outcome {
  readonly requeue: unknown;
  /** Each time that the finalizer was written. */
  readonly removed: readonly boolean[];
  readonly events: readonly string[];
}

/** Of an alias that is being deleted, for a minute unless the scene says otherwise. */
async function finalized({ write = { kind: "written" }, sets = [], ...scene }: Scene = {}): Promise<Outcome> {
  const meta = { finalizers: [FINALIZER], deletedAt: NOW - MINUTE, ...scene.meta };
  const gone = {
    ...alias("web/shop", { meta, ...(scene.hostnames && { hostnames: scene.hostnames }) }),
    ...(scene.former === true && { status: listing("old.example.com", scene.formerZone ?? "dns/com") }),
  };
  const store = createStore(() => "place");
  const closed = scene.closed === true ? { allowedNamespaces: { from: "Same" } as const } : {};
  store.note({ kind: "zone", zone: zone("dns/com", "example.com", { policy: scene.policy ?? "Sync", ...closed }) });
  store.note({ kind: "alias", alias: gone });
  if (scene.other === true) {
    store.note({ kind: "alias", alias: alias("web/other") });
  }
  if (scene.third === true) {
    store.note({ kind: "alias", alias: alias("web/third", { meta: { finalizers: [FINALIZER] } }) });
  }
  store.settle(Infinity);
  const state = newZoneState(ZONE, {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
  });
  const observed = observedSets(sets, { lists: scene.lists });
  replace(state, { observed: scene.unread === true ? readInvalidated(observed) : observed });
  replace(state, { planned: roundEnded(state.planned, scene.outcome ?? { kind: "ok" }) });
  const deletions = new Map<string, Deletion>();
  if (scene.since !== undefined) {
    deletions.set("web/shop", { uid: scene.uid ?? gone.meta.uid, since: scene.since });
  }
  const removed: boolean[] = [];
  const events: string[] = [];
  let now = NOW;
  const finalizeOnce = (): ReturnType<typeof finalize> =>
    finalize(
      {
        clock: { now: () => now, sleep: async () => assert.fail("nothing waits") },
        log: silentLogger,
        reporter: {
          async finalizer(_alias, present) {
            removed.push(present);
            return write;
          },
          event: (_alias, { type, reason, message }) => void events.push(`${type} ${reason} ${message}`),
        },
        store,
        zoneState: () => (scene.unknown === true ? undefined : state),
        deletions,
        sourceNow: () => scene.sourceNow,
        isUnreadZone: () => scene.unreadZone === true,
      },
      gone,
      new AbortController().signal,
    );
  if (scene.elapsed !== undefined) {
    await finalizeOnce();
    now += scene.elapsed;
  }
  const { requeue } = await finalizeOnce();
  assert.equal(deletions.size, requeue === "done" ? 0 : 1, "a deletion is remembered as long as it waits");
  return { requeue, removed, events };
}

function listing(hostname: string, of: string): AliasStatus {
  return {
    observedGeneration: 1,
    conditions: [],
    hostnames: [{ hostname, zone: of, addresses: ["192.0.2.1"] }],
    targets: [],
  };
}

const OLD = parseName("old.example.com");
const WAITS = { requeue: { afterMs: 1_000 }, removed: [], events: [] };
const LETS_GO = { requeue: "done", removed: [false], events: [] };

const ROWS: readonly (readonly [name: string, scene: Scene, want: Outcome])[] = [
  ["nothing is published any more", {}, LETS_GO],
  ["an A record is still published", { sets: [rrset(["192.0.2.1"])] }, WAITS],
  ["an AAAA record is still published", { sets: [rrset(["2001:db8::1"], { type: "AAAA" })] }, WAITS],
  ["records of somebody else are at the name", { sets: [rrset(["192.0.2.1"], { owner: undefined })] }, LETS_GO],
  ["another alias has the name, and its records remain", { sets: [rrset(["192.0.2.1"])], other: true }, LETS_GO],
  ["the zone has just appeared", { unknown: true }, WAITS],
  ["the backend was not read in this term", { unread: true }, WAITS],
  ["the backend cannot be read", { unread: true, outcome: { kind: "failed", message: "down", since: NOW } }, WAITS],
  ["the backend was not read, and the name is another alias's now", { unread: true, other: true }, LETS_GO],
  ["another zone has the place of its zone", { unread: true, outcome: CONFLICT }, LETS_GO],
  [
    "the backend doesn't list its zone, and the other alias of the name has no finalizer yet",
    { sets: [rrset(["192.0.2.1"])], other: true, lists: false },
    WAITS,
  ],
  [
    "the backend doesn't list its zone, and one of two other aliases of the name has a finalizer",
    { sets: [rrset(["192.0.2.1"])], other: true, third: true, lists: false },
    LETS_GO,
  ],
  ["the backend doesn't list its zone, and was not asked about the name", { lists: false }, WAITS],
  [
    "the backend doesn't list its zone, which doesn't admit the alias any more, and no status lists the name",
    { unread: true, closed: true, lists: false },
    WAITS,
  ],
  ["the backend lists its zone, which doesn't admit the alias any more", { unread: true, closed: true }, LETS_GO],
  [
    "its status lists a former name that is still published",
    { former: true, sets: [rrset(["192.0.2.1"], { name: OLD })] },
    WAITS,
  ],
  ["its status lists a former name that is gone", { former: true }, LETS_GO],
  [
    "its status lists a former name of a DnsZone that can't be read",
    { former: true, formerZone: "dns/x", unreadZone: true },
    WAITS,
  ],
  ["its status lists a former name of a DnsZone that is gone", { former: true, formerZone: "dns/x" }, LETS_GO],
  ["no zone has the name", { hostnames: ["example.net"], sets: [rrset(["192.0.2.1"])] }, LETS_GO],
  ["it has no finalizer of ours", { meta: { finalizers: ["another"] } }, { requeue: "done", removed: [], events: [] }],
  ["the zone's policy is UpsertOnly", { sets: [rrset(["192.0.2.1"])], policy: "UpsertOnly" }, LETS_GO],
  ["the zone's policy is CreateOnly", { sets: [rrset(["192.0.2.1"])], policy: "CreateOnly" }, LETS_GO],
  ["ten minutes are not over", { sets: [rrset(["192.0.2.1"])], since: NOW - 10 * MINUTE + 1 }, WAITS],
  [
    "another object of this name waited for ten minutes",
    { sets: [rrset(["192.0.2.1"])], since: NOW - 10 * MINUTE, uid: "before" },
    WAITS,
  ],
  // The API server writes the time of the deletion by its own clock.
  ["the API server's clock is behind", { sets: [rrset(["192.0.2.1"])], meta: { deletedAt: NOW - 11 * MINUTE } }, WAITS],
  [
    "the API server says that it waits for nine minutes",
    { sets: [rrset(["192.0.2.1"])], meta: { deletedAt: 1_000 }, sourceNow: 1_000 + 9 * MINUTE },
    WAITS,
  ],
  ["the API server's clock is ahead", { sets: [rrset(["192.0.2.1"])], meta: { deletedAt: NOW + 180 * MINUTE } }, WAITS],
];

for (const [name, scene, want] of ROWS) {
  test(`an alias that is being deleted, when ${name}`, async () => assert.deepEqual(await finalized(scene), want));
}

test("after ten minutes it is let go with its records, and an Event says which and why", async () => {
  const { requeue, removed, events } = await finalized({
    sets: [rrset(["192.0.2.1"])],
    since: NOW - 10 * MINUTE,
  });
  assert.deepEqual([requeue, removed, events.length], ["done", [false], 1]);
  assert.match(events[0] ?? "", /^Warning Abandoned Hostname example\.com could not be withdrawn\. .*10 minutes/);
});

const CLOCKS: readonly (readonly [name: string, sourceNow: number, deletedAt: number, waitsMs: number])[] = [
  ["the clocks agree", NOW, NOW - 4 * MINUTE, 6 * MINUTE],
  ["the API server's clock is three hours behind", NOW - 180 * MINUTE, NOW - 184 * MINUTE, 6 * MINUTE],
  ["the API server's clock is three hours ahead", NOW + 180 * MINUTE, NOW + 176 * MINUTE, 6 * MINUTE],
  ["the deletion seems to be ahead", NOW, NOW + MINUTE, 10 * MINUTE],
  ["nobody looked for an hour", NOW, NOW - 60 * MINUTE, MINUTE],
];

for (const [name, sourceNow, deletedAt, waitsMs] of CLOCKS) {
  test(`a process that starts during a deletion waits for the rest of the ten minutes, when ${name}`, async () => {
    const sets = [rrset(["192.0.2.1"])];
    const at = (elapsed: number) => finalized({ sets, sourceNow, meta: { deletedAt }, elapsed });
    assert.deepEqual(await at(waitsMs - 1), WAITS);
    assert.equal((await at(waitsMs)).requeue, "done");
  });
}

test("the Event tells a name that nobody could look for from one that is still published", async () => {
  const { removed, events } = await finalized({ unread: true, since: NOW - 10 * MINUTE });
  assert.deepEqual([removed, events.length], [[false], 1]);
  assert.match(events[0] ?? "", /^Warning Abandoned Hostname example\.com could not be looked for at the backend\. /);
});

test("the annotation lets it go at once, and an Event says so only if records are left", async () => {
  const meta = { annotations: { [ABANDON_ANNOTATION]: "" } };
  const left = await finalized({ meta, sets: [rrset(["192.0.2.1"])] });
  assert.deepEqual([left.requeue, left.removed, left.events.length], ["done", [false], 1]);
  assert.match(left.events[0] ?? "", /^Warning Abandoned .*example\.com.*dnsalias\.io\/abandon/);
  assert.deepEqual(await finalized({ meta }), LETS_GO);
});

test("a write that fails is tried again: after the time that the apiserver names, or with a back-off", async () => {
  assert.equal((await finalized({ write: { kind: "failed", message: "x" } })).requeue, "backoff");
  assert.deepEqual(afterWrite({ kind: "failed", message: "x", retryAfterMs: 3_000 }), { requeue: { afterMs: 3_000 } });
  assert.deepEqual(afterWrite({ kind: "obsolete" }), { requeue: "done" });
});
