import { FINALIZER, objectKey, type ObjectKey } from "../api/meta.ts";
import { ALIAS_TYPES, rrsetKey } from "../dns/record.ts";
import { addUnwatched } from "../plan/guard-window.ts";
import { kindKey, type ControllerContext } from "./context.ts";
import { isFinalized } from "./inventory/zone-scope.ts";
import type { InventoryEvent } from "./ports/inventory.ts";
import type { Name } from "../dns/name/name.ts";
import { guardMoved } from "./zone/state/planned.ts";
import { replace } from "./zone/state/zone-state.ts";

/** Records a deleted alias, before the store forgets its names and their zones. */
export function recordGone(context: ControllerContext, event: InventoryEvent): void {
  const { store, zones, watchedGone, phase } = context;
  const key = event.kind === "alias" ? objectKey(event.alias.meta) : event.kind === "gone" ? event.key : undefined;
  const isAlias = event.kind === "alias" || (event.kind === "gone" && event.of === "DnsAlias");
  const hostnames = key === undefined || !isAlias ? undefined : lastHostnames(context, key);
  if (hostnames === undefined || !phase.synced) {
    return;
  }
  if (event.kind !== "gone" || event.isUnwatched !== true) {
    const kept = event.kind === "alias" && event.alias.meta.deletedAt === undefined ? event.alias.spec.hostnames : [];
    watchedGone.note(hostnames.filter((name) => !kept.includes(name)));
    return;
  }
  watchedGone.noteUnwatched(hostnames);
  for (const name of hostnames) {
    for (const zone of store.zonesOfName(name)) {
      const state = zones.get(zone);
      const sets = ALIAS_TYPES.flatMap((type) => state?.observed.owned.get(rrsetKey({ name, type })) ?? []);
      if (state !== undefined) {
        const window = addUnwatched(state.planned.guard.window, sets);
        replace(state, { planned: guardMoved(state.planned, { window }) });
      }
    }
  }
}

/** The hostnames of an alias before an event. An unreadable alias has those in its spec and status. Undefined: they aren't known. */
function lastHostnames({ store, invalid }: ControllerContext, key: ObjectKey): readonly Name[] | undefined {
  const unread = invalid.get(kindKey("DnsAlias", key));
  return store.alias(key)?.spec.hostnames ?? unread?.hostnames ?? unread?.claim?.hostnames;
}

/** Records an object that is being deleted only because its CustomResourceDefinition is being deleted. */
export function recordUnserved({ unserved, aliasQueue, reportQueue }: ControllerContext, event: InventoryEvent): void {
  switch (event.kind) {
    case "unserved":
      unserved.set(kindKey(event.of, objectKey(event.meta)), event.meta);
      (event.of === "DnsAlias" ? aliasQueue : reportQueue).add(objectKey(event.meta));
      break;
    case "alias":
      unserved.delete(kindKey("DnsAlias", objectKey(event.alias.meta)));
      break;
    case "zone":
      unserved.delete(kindKey("DnsZone", objectKey(event.zone.meta)));
      break;
    case "gone":
      unserved.delete(kindKey(event.of, event.key));
      break;
    case "invalid":
    case "namespace":
    case "input":
    case "resource":
      break;
  }
}

/**
 * For backends that don't list their zone: requests the finalizer of an alias before its first write. Once the alias has it, plans
 * the zones whose first write waits for it.
 */
export function followFinalizer(
  context: ControllerContext,
  key: ObjectKey,
  plan: (context: ControllerContext, zone: ObjectKey) => void,
): void {
  const { store, zones, aliasQueue } = context;
  const alias = store.alias(key);
  for (const hostname of alias?.spec.hostnames ?? []) {
    for (const zone of store.zonesOfName(hostname)) {
      const state = zones.get(zone);
      if (state?.planned.unfinalized.has(hostname) === true && isFinalized(store, zone, hostname)) {
        plan(context, zone);
      } else if (state?.observed.lists === false && alias?.meta.finalizers.includes(FINALIZER) === false) {
        aliasQueue.add(key);
      }
    }
  }
}
