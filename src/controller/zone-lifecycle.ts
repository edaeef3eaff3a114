import { objectKey, type ObjectKey } from "../api/meta.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import { withdrawsOnDelete } from "../plan/domain/zone-domain.ts";
import type { ControllerContext } from "./context.ts";
import type { InventoryEvent } from "./ports/inventory.ts";
import { restoreGuard } from "./zone/guarded-writes.ts";
import { makeProvider } from "./zone/invalid-provider.ts";
import { inputChanged } from "./zone/state/observed.ts";
import { newZoneState, replace, setNext } from "./zone/state/zone-state.ts";

/** Changes of a zone within this time lead to one status write. */
export const REPORT_GATHER_MS = 1_000;

/** Handles a new or edited DnsZone. Its provider is created again only if its spec has changed. */
export function setZone(context: ControllerContext, key: ObjectKey, zone: DnsZone): void {
  const known = context.zones.get(key);
  if (known !== undefined && (known.next ?? known.handle).zone.meta.uid !== zone.meta.uid) {
    forgetZone(context, key);
  }
  const state = context.zones.get(key);
  if (state === undefined) {
    const made = newZoneState(zone, makeProvider(context.deps, zone, undefined));
    restoreGuard(made, zone);
    context.zones.set(key, made);
    context.propagationQueue.add(key);
    return;
  }
  const before = state.next ?? state.handle;
  const changed = JSON.stringify(before.zone.spec) !== JSON.stringify(zone.spec);
  setNext(state, {
    zone,
    provider: changed ? makeProvider(context.deps, zone, before.provider) : before.provider,
    isElsewhere: changed && context.deps.writeTargetOf(before.zone) !== context.deps.writeTargetOf(zone),
  });
  if (changed) {
    context.propagationQueue.add(key);
    context.reportQueue.add(key, { afterMs: REPORT_GATHER_MS });
  }
  // The spec or an input (a base zone, a rendered key) has changed. In both cases, the known state of the backend may be out of
  // date.
  replace(state, { observed: inputChanged(state.observed) });
}

/**
 * Keeps a DnsZone with `deletionPolicy: Delete` until its records are withdrawn, if this process sees its deletion and it has no
 * finalizer. This is the case in folder mode. If a DnsZone is only missing in a list, it is unknown why it was deleted, and its
 * records remain.
 */
export function endingZone(
  { store, withdrawing, deps, phase }: ControllerContext,
  event: InventoryEvent,
): InventoryEvent {
  if (event.kind === "zone") {
    withdrawing.delete(objectKey(event.zone.meta));
  }
  if (event.kind !== "gone" || event.of !== "DnsZone" || event.isUnwatched === true || !phase.synced) {
    return event;
  }
  const zone = store.zone(event.key);
  if (zone === undefined || zone.meta.deletedAt !== undefined || !withdrawsOnDelete(zone)) {
    withdrawing.delete(event.key);
    return event;
  }
  withdrawing.add(event.key);
  return { kind: "zone", zone: { ...zone, meta: { ...zone.meta, finalizers: [], deletedAt: deps.clock.now() } } };
}

/** Forgets a deleted zone. Its published records stay, because the deletion of an object alone must not remove them. */
export function forgetZone(context: ControllerContext, key: ObjectKey): void {
  const state = context.zones.get(key);
  (state?.next ?? state?.handle)?.provider.close?.();
  context.zones.delete(key);
  context.wildcards.remove(key);
  context.deps.observer.zoneGone(key);
  context.zoneQueue.remove(key);
  context.propagationQueue.remove(key);
  context.reportQueue.remove(key);
  context.zoneDeletions.delete(key);
}
