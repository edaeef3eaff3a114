import { FINALIZER, objectKey, type ObjectKey } from "../api/meta.ts";
import { ALIAS_TYPES, rrsetKey } from "../dns/record.ts";
import { addUnwatched } from "../plan/guard-window.ts";
import type { ControllerContext } from "./context.ts";
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

/** Notes an alias that goes only because its CustomResourceDefinition does. */
export function recordUnserved({ unserved, aliasQueue }: ControllerContext, event: InventoryEvent): void {
  if (event.kind === "unserved") {
    const key = objectKey(event.meta);
    unserved.set(key, event.meta);
    aliasQueue.add(key);
  } else if (event.kind === "alias") {
    unserved.delete(objectKey(event.alias.meta));
  } else if (event.kind === "gone" && event.of === "DnsAlias") {
    unserved.delete(event.key);
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
