import { setImmediate as turn } from "node:timers/promises";
import type { Millis } from "../base/clock.ts";
import { objectKey, type ObjectKey, type ObjectMeta } from "../api/meta.ts";
import type { TargetKey } from "../dns/lookup-result.ts";
import type { Name } from "../dns/name/name.ts";
import type { Claim } from "../plan/claims.ts";
import type { TargetAnswer } from "../plan/target-answer.ts";
import type { Requeue } from "../schedule/work-queue.ts";
import type { ZoneSync } from "./responder/zone-sync-loop.ts";
import { kindKey, type ControllerContext } from "./context.ts";
import type { InvalidObject, InventoryEvent } from "./ports/inventory.ts";
import { lastKnownGoodOf } from "./lookup/last-known-good.ts";
import { deletedUnread } from "./inventory/deleted-unread.ts";
import { followFinalizer, recordGone, recordUnserved } from "./alias-lifecycle.ts";
import { restoreGuard } from "./zone/guarded-writes.ts";
import { NOTHING_CONFIRMED } from "./zone/state/confirmed.ts";
import { inputChanged, ownedNames, termStarted } from "./zone/state/observed.ts";
import { replace } from "./zone/state/zone-state.ts";
import { plan, planAlias } from "./plan-requests.ts";
import { awaitPinEnd, endPin } from "./pin-end.ts";
import { forgetReplaced } from "./object-identity.ts";
import { endingZone, forgetZone, REPORT_GATHER_MS, setZone } from "./zone-lifecycle.ts";

/** A new alias is usually resolved and written within this time, so it has one status write instead of three. */
const STATUS_GATHER_MS = 400;
/** One key of `claimQueue`. All other keys of this queue are aliases with a pin. */
const GRACE = "grace";
/** The number of names that are decided in one turn of the event loop. */
const SLICE = 500;

/** Records an event, and handles it once the whole inventory is known. */
export function onInventory(context: ControllerContext, received: InventoryEvent): void {
  const event = followReferences(context, endingZone(context, deletedUnread(context.store, received)));
  recordUnserved(context, event);
  recordGone(context, event);
  const unread = context.invalid.size;
  forgetReplaced(context, event);
  recordEdit(context, event);
  context.store.note(event);
  recordInvalid(context, event);
  if (context.invalid.size !== unread) {
    // The names that an unreadable alias may have published are now kept, or no longer kept.
    context.zones.forEach((state, zone) => {
      if (state.observed.lists === false) {
        replace(state, { observed: inputChanged(state.observed) });
      }
      plan(context, zone);
    });
  }
  settle(context);
}

/**
 * Adds the known state of referenced objects to the alias of an event. After a change of such an object, handles again the aliases
 * that refer to it.
 */
function followReferences(context: ControllerContext, event: InventoryEvent): InventoryEvent {
  const { references, deps } = context;
  if (event.kind === "alias") {
    return { kind: "alias", alias: references.follow(event.alias) };
  }
  if (event.kind === "gone" && event.of === "DnsAlias") {
    references.forget(event.key);
  }
  if (event.kind === "resource") {
    noteAgain(context, references.record(event, deps.clock.now()));
  }
  return event;
}

function noteAgain({ store, references }: ControllerContext, aliases: readonly ObjectKey[]): void {
  for (const alias of aliases.flatMap((key) => store.alias(key) ?? [])) {
    store.note({ kind: "alias", alias: references.follow(alias) });
  }
}

export function onSynced(context: ControllerContext): void {
  context.phase.synced = true;
  settle(context);
}

/** Plans and reports all objects at the beginning of a term, because another replica may have written before. */
export function onLead(context: ControllerContext): void {
  if (!context.phase.everLed) {
    context.phase.everLed = true;
    context.store.touchAll();
  }
  context.refresher.follow();
  context.steering.termStarted();
  for (const [key, state] of context.zones) {
    replace(state, { observed: termStarted(state.observed) });
    restoreGuard(state, context.store.zone(key) ?? state.handle.zone);
    context.zoneQueue.add(key);
    context.propagationQueue.add(key);
    onZoneChanged(context, key, undefined);
  }
  for (const alias of context.store.aliases()) {
    context.steering.touch(objectKey(alias.meta));
    context.aliasQueue.add(objectKey(alias.meta), { afterMs: STATUS_GATHER_MS });
  }
  settle(context);
}

/** Forgets what this replica has seen at the servers, because another replica may write from now on. */
export function onTermEnd({ zones, deps, steering }: ControllerContext): void {
  steering.termEnded();
  for (const [key, state] of zones) {
    replace(state, { confirmed: NOTHING_CONFIRMED });
    deps.observer.propagation(key, 0, undefined);
  }
}

/** Handles a changed answer: plans the zones that publish it, and reports the aliases that use it. */
export function onAnswer(
  context: ControllerContext,
  answer: TargetAnswer,
  lastSuccessBefore: Millis | undefined,
): void {
  for (const key of context.subscriptions.aliasesOf(answer.key)) {
    context.aliasQueue.add(key, { afterMs: STATUS_GATHER_MS });
    context.steering.touch(key);
    const alias = context.store.alias(key);
    if (alias !== undefined) {
      planAlias(context, alias, lastSuccessBefore);
    }
  }
}

/** Handles a lookup that has become overdue, or an overdue lookup that has ended. Only the statuses of its aliases change. */
export function onOverdue({ subscriptions, aliasQueue }: ControllerContext, key: TargetKey): void {
  for (const alias of subscriptions.aliasesOf(key)) {
    aliasQueue.add(alias, { afterMs: STATUS_GATHER_MS });
  }
}

/** Looks up the targets of these hostnames now. */
export function refreshTargets(
  { store, subscriptions, refresher }: ControllerContext,
  zone: ObjectKey,
  names: readonly Name[],
): void {
  const claims = store.claimsIn(zone);
  for (const alias of names.flatMap((name) => claims.get(name)?.winners ?? [])) {
    for (const stream of subscriptions.streamsOf(objectKey(alias.meta))) {
      refresher.expedite(stream);
    }
  }
}

/** Handles a change of a fact that statuses show: for these hostnames of the zone, or (undefined) for all of them. */
export function onZoneChanged(context: ControllerContext, zone: ObjectKey, names: readonly Name[] | undefined): void {
  context.reportQueue.add(zone, { afterMs: REPORT_GATHER_MS });
  planFormerZones(context, zone, names);
  const claims = context.store.claimsIn(zone);
  for (const name of names ?? claims.keys()) {
    for (const claim of claims.has(name) ? [claims.get(name)] : claimsElsewhere(context, name)) {
      for (const alias of [...(claim?.winners ?? []), ...(claim?.losers ?? []).map((loser) => loser.alias)]) {
        context.aliasQueue.add(objectKey(alias.meta), { afterMs: STATUS_GATHER_MS });
      }
    }
  }
}

/** The claims of a moved name in its new zones. The statuses of their aliases list the records that the old zone still has. */
function claimsElsewhere({ store }: ControllerContext, name: Name): readonly (Claim | undefined)[] {
  return [...store.zonesOfName(name)].map((zone) => store.claimsIn(zone).get(name));
}

/** Plans the other zones that keep names until `zone` serves them. */
function planFormerZones(context: ControllerContext, zone: ObjectKey, names: readonly Name[] | undefined): void {
  for (const [key, state] of context.zones) {
    const { moves } = state.planned;
    const isWaitedFor = (name: Name): boolean => moves.get(name)?.to.includes(zone) === true;
    if (key !== zone && moves.size > 0 && (names ?? [...moves.keys()]).some(isWaitedFor)) {
      plan(context, key);
    }
  }
}

/**
 * Records that an alias is new or was edited. After an edit, all its targets are looked up at once. After its creation, only
 * targets without a recent answer are looked up. Existing streams are shared.
 */
function recordEdit({ store, edited, phase }: ControllerContext, event: InventoryEvent): void {
  if (event.kind === "alias" && phase.everLed) {
    const key = objectKey(event.alias.meta);
    if (store.alias(key)?.meta.generation !== event.alias.meta.generation) {
      edited.set(key, store.alias(key) === undefined ? "new" : "changed");
    }
  }
}

/**
 * Restores answers from the status of the alias. On a standby, they are newer than the answers of its own lookups, because the
 * leader has published since.
 */
function restoreTargets({ store, subscriptions, refresher, deps }: ControllerContext, key: ObjectKey): void {
  const alias = store.alias(key);
  if (alias === undefined) {
    return;
  }
  for (const stream of subscriptions.streamsOf(key)) {
    refresher.restore(stream, alias.meta.namespace, lastKnownGoodOf(stream, alias.status, deps.clock.now()));
  }
}

function lookUpEdited({ edited, subscriptions, refresher }: ControllerContext, key: ObjectKey): void {
  const edit = edited.get(key);
  edited.delete(key);
  for (const stream of edit === undefined ? [] : subscriptions.streamsOf(key)) {
    if (edit === "changed" || refresher.answer(stream)?.failingSince !== undefined) {
      refresher.expedite(stream);
    }
  }
}

function recordInvalid(context: ControllerContext, event: InventoryEvent): void {
  if (event.kind === "invalid") {
    const { kind, key } = event.manifest;
    context.invalid.set(kindKey(kind, key), event.manifest);
    (kind === "DnsAlias" ? context.aliasQueue : context.reportQueue).add(key);
  } else if (event.kind === "alias") {
    forgetInvalid(context, "DnsAlias", event.alias.meta);
  } else if (event.kind === "zone") {
    forgetInvalid(context, "DnsZone", event.zone.meta);
    // The event may show a status that another writer changed, which the next write corrects.
    context.reportQueue.add(objectKey(event.zone.meta), { afterMs: REPORT_GATHER_MS });
  } else if (event.kind === "gone") {
    context.invalid.delete(kindKey(event.of, event.key));
  }
}

/** Forgets an invalid edit if the valid object has the same or a newer generation. A late event with an older one doesn't count. */
function forgetInvalid({ invalid }: ControllerContext, kind: InvalidObject["kind"], meta: ObjectMeta): void {
  const key = kindKey(kind, objectKey(meta));
  if (meta.generation >= (invalid.get(key)?.generation ?? 0)) {
    invalid.delete(key);
  }
}

/** Decides the recorded names in slices, with a turn of the event loop between them. */
function settle(context: ControllerContext): void {
  const { phase } = context;
  if (!phase.synced || phase.settling) {
    return;
  }
  phase.settling = true;
  const run = async (): Promise<void> => {
    for (let more = true; more;) {
      // One turn before the first slice, so that simultaneous events are settled together.
      await turn();
      more = settleSlice(context);
    }
    phase.settling = false;
    awaitGrace(context);
  };
  run().catch((error: unknown) => {
    phase.settling = false;
    context.deps.log.error({ err: error }, "changes of objects not processed");
  });
}

/** Forgets a DnsZone whose object was deleted before its records were withdrawn. */
export function onWithdrawn(context: ControllerContext, zone: ObjectKey): void {
  context.withdrawing.delete(zone);
  context.store.note({ kind: "gone", of: "DnsZone", key: zone });
  settle(context);
}

/** Handles a key of `claimQueue` whose time has come. */
export function passTime(context: ControllerContext, key: ObjectKey): Requeue {
  return key === GRACE ? endGrace(context) : endPin(context, key);
}

/** Decides again the names whose time in their old zone is over. */
function endGrace(context: ControllerContext): Requeue {
  context.store.endGrace();
  noteAgain(context, context.references.elapse(context.deps.clock.now()));
  settle(context);
  // Records without an alias were kept until now, also those of names that no status lists any more.
  for (const [zone, { observed }] of context.zones) {
    const claims = context.store.claimsIn(zone);
    if ([...ownedNames(observed)].some((name) => !claims.has(name))) {
      plan(context, zone);
    }
  }
  return { requeue: "done" };
}

function awaitGrace({ store, references, claimQueue, deps }: ControllerContext): void {
  const times = [store.graceEndsAt(), references.nextAt()].filter((at) => at !== undefined);
  if (times.length > 0) {
    claimQueue.add(GRACE, { afterMs: Math.max(0, Math.min(...times) - deps.clock.now()) });
  }
}

function settleSlice(context: ControllerContext): boolean {
  const { zones, aliases, names, more } = context.store.settle(SLICE);
  if (context.zoneSync !== undefined) {
    syncToResponder(context, context.zoneSync, { zones, names });
  }
  for (const key of aliases) {
    awaitPinEnd(context, key);
  }
  if (!context.phase.everLed) {
    // Before its first term, a replica knows the owner of each name, and makes lookups only for queries.
    for (const key of context.zoneSync === undefined ? [] : aliases) {
      context.subscriptions.update(key, context.store.alias(key));
      restoreTargets(context, key);
      context.steering.touch(key);
    }
    return more;
  }
  for (const key of aliases) {
    context.subscriptions.update(key, context.store.alias(key));
    restoreTargets(context, key);
    lookUpEdited(context, key);
    context.steering.touch(key);
    context.aliasQueue.add(key, { afterMs: STATUS_GATHER_MS });
  }
  for (const key of zones) {
    const zone = context.store.zone(key);
    if (zone === undefined) {
      forgetZone(context, key);
    } else {
      setZone(context, key, zone);
      plan(context, key);
    }
  }
  aliases.forEach((key) => followFinalizer(context, key, plan));
  return more;
}

function syncToResponder(
  { store }: ControllerContext,
  to: ZoneSync,
  { zones, names }: { readonly zones: Iterable<ObjectKey>; readonly names: readonly Name[] },
): void {
  for (const name of names) {
    store.zonesOfName(name).forEach((zone) => to.changed(zone, name));
  }
  for (const zone of zones) {
    to.touch(zone);
  }
}
