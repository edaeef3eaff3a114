import type { DnsZone, GuardStatus } from "../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../api/meta.ts";
import { isAtOrBelow, type Name } from "../dns/name/name.ts";
import type { ControllerContext } from "./context.ts";
import { namesOfUnread } from "./inventory/unreadable-names.ts";
import { formerNames } from "./inventory/zone-scope.ts";

/**
 * Returns a function that is true if the reason is known why a name has no alias in the zone. The possible reasons: an alias still
 * has the name in its spec, an object lists it, or this process saw the deletion of its alias.
 */
export function watchedNames(context: ControllerContext, zone: DnsZone): (name: Name) => boolean {
  const { store, watchedGone } = context;
  const former = new Set(formerNames(store, zone));
  const unread = unreadNames(context);
  return (name) => former.has(name) || store.isAsked(name) || watchedGone.has(name) || unread?.(name) === true;
}

/**
 * Names in a zone that lost an alias while this process ran. If the backend can't list its zone, the first read after this
 * replica gets the Lease queries these names. The status that listed them may no longer exist.
 */
export function watchedGoneIn({ watchedGone, zones }: ControllerContext, { meta, spec }: DnsZone): readonly Name[] {
  const state = zones.get(objectKey(meta));
  return state === undefined || state.observed.lists === true || state.observed.inherited !== undefined
    ? []
    : watchedGone.names().filter((name) => isAtOrBelow(name, spec.domain));
}

/** The possible names of unreadable aliases. Undefined: there is no such alias. */
function unreadNames({ invalid, store }: ControllerContext): ((name: Name) => boolean) | undefined {
  return namesOfUnread(invalid.values(), (key) => store.alias(key) !== undefined);
}

/** Writes the counts of the guard to the status of the DnsZone. False: the write failed. */
export async function saveGuard(
  { store, deps }: ControllerContext,
  key: ObjectKey,
  guard: GuardStatus | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const zone = store.zone(key);
  if (zone?.status === undefined || guard === undefined) {
    return true;
  }
  const status = { ...zone.status, guard };
  const written = await deps.reporter.zoneStatus(zone, status, signal);
  if (written.kind === "failed") {
    deps.log.warn({ zone: key, err: written.message }, "deletes wait: status not written");
    return false;
  }
  store.rememberZoneStatus(zone, status);
  return true;
}
