import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasStatus, DnsAlias } from "../../../../src/api/dns-alias.ts";
import type { DnsZone, ZoneSpec } from "../../../../src/api/dns-zone.ts";
import { ABANDON_ANNOTATION, FINALIZER, type ObjectMeta } from "../../../../src/api/meta.ts";
import type { StatusWrite } from "../../../../src/controller/ports/reporter.ts";
import type { Deletion } from "../../../../src/controller/status/finalizer.ts";
import { endUnreadZone, endZone, stepZoneFinalizer } from "../../../../src/controller/status/zone-finalizer.ts";
import { roundEnded, type ZoneOutcome } from "../../../../src/controller/zone/state/planned.ts";
import { newZoneState, replace, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { ActualRRset } from "../../../../src/plan/change.ts";
import { observedSets } from "../../../support/observed-sets.ts";
import { alias, zone } from "../../../support/objects.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import { NOW, rrset } from "./facts.ts";

const MINUTE = 60_000;
const SIGNAL = new AbortController().signal;

function zoneOf(meta: Partial<ObjectMeta> = {}, spec: Partial<ZoneSpec> = {}): DnsZone {
  return zone("dns/com", "example.com", { deletionPolicy: "Delete", ...spec }, meta);
}

const ENDING = { deletedAt: NOW, finalizers: [FINALIZER] };

interface Scene {
  readonly zone?: DnsZone;
  /** Records of dnsalias at the backend. */
  readonly sets?: readonly ActualRRset[];
  readonly isUnread?: boolean;
  readonly outcome?: ZoneOutcome;
  /** The zone of the last round; absent: that of now. */
  readonly roundOf?: DnsZone;
  /** A newer spec waits for its round. */
  readonly hasNext?: boolean;
  readonly isUnknown?: boolean;
  readonly aliases?: readonly DnsAlias[];
  readonly since?: number;
  readonly isGone?: boolean;
  readonly write?: StatusWrite;
}

interface Outcome {
  readonly requeue: unknown;
  readonly removed: readonly boolean[];
  readonly events: readonly string[];
  readonly forgotten: readonly string[];
}

function stateOf(scene: Scene, now: DnsZone): ZoneState {
  const provider = {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
  };
  const state = newZoneState(scene.roundOf ?? now, provider);
  if (scene.isUnread !== true) {
    replace(state, { observed: observedSets(scene.sets ?? []) });
  }
  replace(state, { planned: roundEnded(state.planned, scene.outcome ?? { kind: "ok" }) });
  return scene.hasNext === true ? { ...state, next: { ...state.handle, isElsewhere: false } } : state;
}

async function ended(scene: Scene = {}): Promise<Outcome> {
  const now = scene.zone ?? zoneOf(ENDING);
  const [removed, events, forgotten]: [boolean[], string[], string[]] = [[], [], []];
  const deletions = new Map<string, Deletion>();
  if (scene.since !== undefined) {
    deletions.set("dns/com", { uid: now.meta.uid, since: scene.since });
  }
  const { requeue } = await endZone(
    {
      clock: { now: () => NOW, sleep: async () => assert.fail("nothing waits") },
      log: silentLogger,
      reporter: {
        async finalizer(_object, isPresent) {
          removed.push(isPresent);
          return scene.write ?? { kind: "written" };
        },
        event: (_object, { type, reason, message }) => void events.push(`${type} ${reason} ${message}`),
      },
      store: { aliases: () => scene.aliases ?? [] },
      isGone: () => scene.isGone === true,
      onWithdrawn: (key) => void forgotten.push(key),
      sourceNow: () => undefined,
      deletions,
    },
    now,
    scene.isUnknown === true ? undefined : stateOf(scene, now),
    SIGNAL,
  );
  assert.equal(deletions.size, requeue === "done" || requeue === "backoff" ? 0 : 1);
  return { requeue, removed, events, forgotten };
}

const WAITS = { requeue: { afterMs: 1_000 }, removed: [], events: [], forgotten: [] };
const LETS_GO = { requeue: "done", removed: [false], events: [], forgotten: [] };
const SETS = [rrset(["192.0.2.1"])];

function listing(key: string, meta: Partial<ObjectMeta> = {}): DnsAlias {
  const status: AliasStatus = {
    observedGeneration: 1,
    conditions: [],
    hostnames: [{ hostname: "example.com", zone: key, addresses: [] }],
    targets: [],
  };
  return { ...alias("web/shop", { meta }), status };
}

const CONFLICT = { kind: "refused", reason: "ZoneConflict", message: "another zone has the place" } as const;
const UNDELEGATED = { ...CONFLICT, reason: "NotDelegated" } as const;

const ROWS: readonly (readonly [name: string, scene: Scene, want: Outcome])[] = [
  ["its records are gone", {}, LETS_GO],
  ["records of others remain", { sets: [rrset(["192.0.2.1"], { owner: "other" })] }, LETS_GO],
  ["its records are still published", { sets: SETS }, WAITS],
  ["the backend hasn't been read", { isUnread: true }, WAITS],
  ["nothing is known of it", { isUnknown: true }, WAITS],
  ["the last round was before the deletion", { roundOf: zoneOf() }, WAITS],
  ["a newer spec waits for its round", { hasNext: true }, WAITS],
  ["another zone has its place", { isUnread: true, outcome: CONFLICT }, LETS_GO],
  ["it isn't delegated", { isUnread: true, outcome: UNDELEGATED }, LETS_GO],
  ["it is refused for another reason", { isUnread: true, outcome: { ...CONFLICT, reason: "ZoneTooLarge" } }, WAITS],
  ["a status still lists it", { aliases: [listing("dns/com")] }, WAITS],
  ["a status lists another DnsZone", { aliases: [listing("dns/net")] }, LETS_GO],
  ["the alias of the status is under deletion", { aliases: [listing("dns/com", { deletedAt: NOW })] }, LETS_GO],
  ["ten minutes are not over", { sets: SETS, since: NOW - 10 * MINUTE + 1 }, WAITS],
  ["a status lists it for ten minutes", { aliases: [listing("dns/com")], since: NOW - 10 * MINUTE }, LETS_GO],
  ["its records stay by its policy", { zone: zoneOf(ENDING, { deletionPolicy: "Retain" }), sets: SETS }, LETS_GO],
  ["it may not delete records", { zone: zoneOf(ENDING, { policy: "UpsertOnly" }), sets: SETS }, LETS_GO],
  ["it has no finalizer", { zone: zoneOf({ deletedAt: NOW }) }, { ...LETS_GO, removed: [] }],
  ["its object is gone", { isGone: true }, { ...LETS_GO, removed: [], forgotten: ["dns/com"] }],
  ["the write fails", { write: { kind: "failed", message: "x" } }, { ...LETS_GO, requeue: "backoff" }],
];

for (const [name, scene, want] of ROWS) {
  test(`a DnsZone under deletion, when ${name}`, async () => assert.deepEqual(await ended(scene), want));
}

test("after ten minutes it goes with its records, and an Event names them", async () => {
  const many = Array.from({ length: 12 }, (_, index) =>
    rrset(["192.0.2.1"], { name: parseName(`n${index}.example.com`) }),
  );
  const { requeue, removed, events } = await ended({ sets: many, since: NOW - 10 * MINUTE });
  assert.deepEqual([requeue, removed, events.length], ["done", [false], 1]);
  assert.match(
    events[0] ?? "",
    /^Warning Abandoned The finalizer of the DnsZone is removed because the wait of 10 minutes is over: records of 12 names remain \(n0\.example\.com, .*n9\.example\.com\)$/,
  );
});

test("the annotation lets it go at once, with an Event only if records may be left", async () => {
  const abandoned = zoneOf({ ...ENDING, annotations: { [ABANDON_ANNOTATION]: "" } });
  assert.deepEqual(await ended({ zone: abandoned }), LETS_GO);
  const { removed, events } = await ended({ zone: abandoned, isUnread: true });
  assert.deepEqual(removed, [false]);
  assert.match(events[0] ?? "", /annotated with dnsalias\.io\/abandon: its records could not be looked for$/);
});

async function stepped(now: DnsZone, write: StatusWrite = { kind: "written" }, withoutFinalizers = false) {
  const written: boolean[] = [];
  const reporter = {
    ...(withoutFinalizers && ({ withoutFinalizers: true } as const)),
    event: () => assert.fail("no Event"),
    finalizer: async (_object: unknown, isPresent: boolean) => {
      written.push(isPresent);
      return write;
    },
  };
  return { requeue: await stepZoneFinalizer({ log: silentLogger, reporter }, now, SIGNAL), written };
}

test("a DnsZone that withdraws its records has the finalizer, and no other", async () => {
  const has = { finalizers: [FINALIZER] };
  const written = async (now: DnsZone) => (await stepped(now)).written;
  assert.deepEqual(await written(zoneOf()), [true]);
  assert.deepEqual(await written(zoneOf(has)), []);
  assert.deepEqual(await written(zoneOf(has, { deletionPolicy: "Retain" })), [false]);
  assert.deepEqual(await written(zoneOf({}, { deletionPolicy: "Retain" })), []);
  assert.deepEqual(await written(zoneOf({}, { policy: "CreateOnly" })), []);
  assert.deepEqual(await written(zoneOf(ENDING)), [], "a deletion is ended elsewhere");
  assert.deepEqual((await stepped(zoneOf(), { kind: "written" }, true)).written, [], "as in folder mode");
});

test("a finalizer that can't be written is tried again", async () => {
  assert.deepEqual((await stepped(zoneOf(), { kind: "failed", message: "x" })).requeue, { requeue: "backoff" });
  assert.equal((await stepped(zoneOf())).requeue, undefined);
});

test("a DnsZone that can't be read has nothing to wait for", async () => {
  const goes = async (meta: Partial<ObjectMeta>, kind: "DnsZone" | "DnsAlias" = "DnsZone") => {
    const removed: boolean[] = [];
    const requeue = await endUnreadZone(
      {
        log: silentLogger,
        reporter: {
          event: () => assert.fail("no Event"),
          finalizer: async (_object, isPresent) => {
            removed.push(isPresent);
            return { kind: "written" };
          },
        },
      },
      { kind, key: "dns/com", generation: 1, problems: ["no domain"], meta: zoneOf(meta).meta },
      SIGNAL,
    );
    return [requeue?.requeue, removed];
  };
  assert.deepEqual(await goes(ENDING), ["done", [false]]);
  assert.deepEqual(await goes({ finalizers: [FINALIZER] }), [undefined, []]);
  assert.deepEqual(await goes({ deletedAt: NOW }), [undefined, []]);
  assert.deepEqual(await goes(ENDING, "DnsAlias"), [undefined, []]);
});
