import { setImmediate as turn } from "node:timers/promises";
import type { Millis } from "../base/clock.ts";
import { objectKey, type ObjectKey, type ObjectMeta } from "../api/meta.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import type { Name } from "../dns/name/name.ts";
import type { Answer } from "../plan/target-answer.ts";
import type { Feed } from "./responder/zone-sync.ts";
import { badKey, type Parts } from "./context.ts";
import type { BadManifest, InventoryEvent } from "./ports/ports.ts";
import { newZoneState, noteNews } from "./zone/zone-state.ts";

/** Changes of many answers that come together are one write. */
const GATHER_MS = 50;
const MAX_GATHER_MS = 2_000;
/** A zone is planned and written for at most about a fifth of the time. */
const GATHER_SHARE = 5;
/** A new alias is usually resolved and written within this: one status instead of three. */
const STATUS_GATHER_MS = 400;
const REPORT_GATHER_MS = 1_000;
/** Names decided between two turns of the event loop. */
const SLICE = 500;

/** Takes note of an event, and acts on it once the whole inventory is known. */
export function onInventory(parts: Parts, event: InventoryEvent): void {
  const unread = parts.bad.size;
  noteEdit(parts, event);
  parts.store.note(event);
  noteBad(parts, event);
  if (parts.bad.size !== unread) {
    // What an alias that cannot be read may have published was kept, and is now not, or the other way round.
    parts.zones.forEach((_state, zone) => plan(parts, zone));
  }
  settle(parts);
}

export function onSynced(parts: Parts): void {
  parts.phase.synced = true;
  settle(parts);
}

/** Plans and reports everything, at the beginning of a term: what happened before it was perhaps another's to write. */
export function onLead(parts: Parts): void {
  if (!parts.phase.everLed) {
    parts.phase.everLed = true;
    parts.refresher.follow();
    parts.store.touchAll();
  }
  for (const [key, state] of parts.zones) {
    noteNews(state);
    parts.zoneQueue.add(key);
    onZoneChanged(parts, key, undefined);
  }
  for (const alias of parts.store.aliases()) {
    parts.aliasQueue.add(objectKey(alias.meta), { afterMs: STATUS_GATHER_MS });
  }
  settle(parts);
}

/** An answer says something new: the zones that show it are planned, the aliases that use it are reported. */
export function onAnswer(parts: Parts, answer: Answer, goodBefore: Millis | undefined): void {
  for (const key of parts.wants.aliasesOf(answer.key)) {
    parts.aliasQueue.add(key, { afterMs: STATUS_GATHER_MS });
    for (const hostname of parts.store.alias(key)?.spec.hostnames ?? []) {
      for (const zone of parts.store.placesOf(hostname)) {
        parts.feed?.changed(zone, hostname);
        plan(parts, zone, goodBefore);
      }
    }
  }
}

/** Looks the targets of these owner names up now. */
export function lookAgain({ store, wants, refresher }: Parts, zone: ObjectKey, names: readonly Name[]): void {
  const claims = store.claimsIn(zone);
  for (const alias of names.flatMap((name) => claims.get(name)?.winners ?? [])) {
    for (const stream of wants.streamsOf(objectKey(alias.meta))) {
      refresher.expedite(stream);
    }
  }
}

/** Something that statuses show has changed in a zone: for these owner names, or (undefined) for all. */
export function onZoneChanged(parts: Parts, zone: ObjectKey, names: readonly Name[] | undefined): void {
  parts.reportQueue.add(zone, { afterMs: REPORT_GATHER_MS });
  const claims = parts.store.claimsIn(zone);
  for (const name of names ?? claims.keys()) {
    const claim = claims.get(name);
    for (const alias of [...(claim?.winners ?? []), ...(claim?.losers ?? []).map((loser) => loser.alias)]) {
      parts.aliasQueue.add(objectKey(alias.meta), { afterMs: STATUS_GATHER_MS });
    }
  }
}

/** An edit has its targets looked up at once; a new alias has those that are not known to be well, and joins the stream of the others. */
function noteEdit({ store, edited, phase }: Parts, event: InventoryEvent): void {
  if (event.kind === "alias" && phase.everLed) {
    const key = objectKey(event.alias.meta);
    if (store.alias(key)?.meta.generation !== event.alias.meta.generation) {
      edited.set(key, store.alias(key) === undefined ? "new" : "changed");
    }
  }
}

function lookUpEdited({ edited, wants, refresher }: Parts, key: ObjectKey): void {
  const edit = edited.get(key);
  edited.delete(key);
  for (const stream of edit === undefined ? [] : wants.streamsOf(key)) {
    if (edit === "changed" || refresher.answer(stream)?.failingSince !== undefined) {
      refresher.expedite(stream);
    }
  }
}

function noteBad(parts: Parts, event: InventoryEvent): void {
  if (event.kind === "bad") {
    const { kind, key } = event.manifest;
    parts.bad.set(badKey(kind, key), event.manifest);
    (kind === "DnsAlias" ? parts.aliasQueue : parts.reportQueue).add(key);
  } else if (event.kind === "alias") {
    forgetBad(parts, "DnsAlias", event.alias.meta);
  } else if (event.kind === "zone") {
    forgetBad(parts, "DnsZone", event.zone.meta);
    // Its status may be the news: somebody else's, which is put right.
    parts.reportQueue.add(objectKey(event.zone.meta), { afterMs: REPORT_GATHER_MS });
  } else if (event.kind === "gone") {
    parts.bad.delete(badKey(event.of, event.key));
  }
}

/** A bad edit is mended by a newer good one, not by news of the object as it was before. */
function forgetBad({ bad }: Parts, kind: BadManifest["kind"], meta: ObjectMeta): void {
  const key = badKey(kind, objectKey(meta));
  if (meta.generation >= (bad.get(key)?.generation ?? 0)) {
    bad.delete(key);
  }
}

/** Decides what has been noted, in slices with a turn of the event loop between. */
function settle(parts: Parts): void {
  const { phase } = parts;
  if (!phase.synced || phase.settling) {
    return;
  }
  phase.settling = true;
  const run = async (): Promise<void> => {
    for (let more = true; more;) {
      // One turn first: events that come together are settled together.
      await turn();
      more = settleSlice(parts);
    }
    phase.settling = false;
  };
  run().catch((error: unknown) => {
    phase.settling = false;
    parts.deps.log.error({ err: error }, "inventory not settled");
  });
}

function settleSlice(parts: Parts): boolean {
  const { zones, aliases, names, more } = parts.store.settle(SLICE);
  if (parts.feed !== undefined) {
    feed(parts, parts.feed, { zones, names });
  }
  if (!parts.phase.everLed) {
    // Who waits for its first term keeps up with who has which name, and looks up only what it is asked for.
    for (const key of parts.feed === undefined ? [] : aliases) {
      parts.wants.update(key, parts.store.alias(key));
    }
    return more;
  }
  for (const key of aliases) {
    parts.wants.update(key, parts.store.alias(key));
    lookUpEdited(parts, key);
    parts.aliasQueue.add(key, { afterMs: STATUS_GATHER_MS });
  }
  for (const key of zones) {
    const zone = parts.store.zone(key);
    if (zone === undefined) {
      forgetZone(parts, key);
    } else {
      takeZone(parts, key, zone);
      plan(parts, key);
    }
  }
  return more;
}

function feed(
  { store }: Parts,
  to: Feed,
  { zones, names }: { readonly zones: Iterable<ObjectKey>; readonly names: readonly Name[] },
): void {
  for (const name of names) {
    store.placesOf(name).forEach((zone) => to.changed(zone, name));
  }
  for (const zone of zones) {
    to.touch(zone);
  }
}

function takeZone(parts: Parts, key: ObjectKey, zone: DnsZone): void {
  const state = parts.zones.get(key);
  if (state === undefined) {
    parts.zones.set(key, newZoneState(zone, parts.deps.providerOf(zone)));
    parts.proveQueue.add(key);
    return;
  }
  const changed = JSON.stringify(state.zone.spec) !== JSON.stringify(zone.spec);
  state.zone = zone;
  if (changed) {
    const before = state.provider;
    state.provider = parts.deps.providerOf(zone);
    before.close?.();
    parts.proveQueue.add(key);
    parts.reportQueue.add(key, { afterMs: REPORT_GATHER_MS });
  }
  // Touched by its spec or by an input (a base zone, a rendered key): either way what is held may be out of date.
  noteNews(state);
}

/** What a zone that is gone had published stays: nothing is blanked because an object is gone. */
function forgetZone(parts: Parts, key: ObjectKey): void {
  parts.zones.get(key)?.provider.close?.();
  parts.zones.delete(key);
  parts.deps.observer.zoneGone(key);
  parts.zoneQueue.remove(key);
  parts.proveQueue.remove(key);
  parts.reportQueue.remove(key);
}

function plan(parts: Parts, zone: ObjectKey, goodBefore?: Millis): void {
  const state = parts.zones.get(zone);
  if (state !== undefined) {
    state.dirtySince ??= { at: parts.deps.clock.now(), goodBefore };
    parts.zoneQueue.add(zone, { afterMs: gatherMs(state.tookMs) });
  }
}

function gatherMs(tookMs: Millis): Millis {
  return Math.max(GATHER_MS, Math.min(MAX_GATHER_MS, tookMs * GATHER_SHARE));
}
