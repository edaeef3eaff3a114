import { FINALIZER, objectKey, type ObjectKey } from "../api/meta.ts";
import { ALIAS_TYPES, rrsetKey } from "../dns/record.ts";
import { addUnwatched } from "../plan/guard-window.ts";
import { kindKey, type ControllerContext } from "./context.ts";
import { isFinalized } from "./inventory/zone-scope.ts";
import type { InventoryEvent } from "./ports/inventory.ts";
import { guardMoved } from "./zone/state/planned.ts";
import { replace } from "./zone/state/zone-state.ts";

/** Before the store forgets which names the alias had, and where. */
export function recordGone({ store, zones, watchedGone, phase }: ControllerContext, event: InventoryEvent): void {
  const key = event.kind === "alias" ? objectKey(event.alias.meta) : event.kind === "gone" ? event.key : undefined;
  const before = key === undefined || (event.kind === "gone" && event.of !== "DnsAlias") ? undefined : store.alias(key);
  if (before === undefined || !phase.synced) {
    return;
  }
  const { hostnames } = before.spec;
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

/** Notes an object that goes only because its CustomResourceDefinition does. */
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

/** At a backend that doesn't list its zone, the finalizer comes before the first write, and the first write right after it. */
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
