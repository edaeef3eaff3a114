import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { isReservedBelow } from "../../plan/domain/reserved-zone.ts";
import { isEnding } from "../../plan/domain/zone-domain.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import type { Store } from "./store.ts";
import { type MayNotDelete, namesOfUnread } from "./unreadable-names.ts";

/**
 * The names whose records a zone keeps although no alias has them there: names of aliases that can't be read, names of DnsZones below it that were deleted or can't be read, and, in a zone that was just read for the first
 * time, names that may just have lost it. With a namespace: whether an alias of that namespace that can't be read may have the name.
 */
export function keptNames(
  store: Pick<Store, "alias" | "aliases" | "matchOf" | "reservedZones" | "namesLeftReserved" | "namesOfNewZone">,
  invalid: Iterable<InvalidObject>,
  zone: DnsZone,
): MayNotDelete {
  const { meta, spec } = zone;
  if (isEnding(zone)) {
    // The DnsZone goes with the names of aliases that can't be read too.
    const below = store.reservedZones();
    return (name, namespace) => namespace === undefined && isReservedBelow(below, spec.domain, name);
  }
  const edits = [...invalid];
  // If the last edit of an alias can't be read, its current hostnames are unknown.
  const edited = new Set(
    edits.flatMap(({ kind, key }) => (kind === "DnsAlias" ? (store.alias(key)?.spec.hostnames ?? []) : [])),
  );
  const isUnread = namesOfUnread(edits, (key) => store.alias(key) !== undefined);
  const reserved = store.reservedZones();
  // Deletes are rare, so what goes through all aliases is done only for one.
  let others: ReadonlySet<Name> | undefined;
  return (name, namespace) => {
    if (namespace !== undefined) {
      return isUnread?.(name, namespace) === true;
    }
    if (isUnread?.(name) === true || edited.has(name) || isReservedBelow(reserved, spec.domain, name)) {
      return true;
    }
    others ??= new Set([
      ...reservedNames(store),
      ...store.namesLeftReserved(),
      ...store.namesOfNewZone(objectKey(meta)),
    ]);
    return others.has(name);
  };
}

/** Names of which only the statuses say that a deleted or unread DnsZone has them. */
function reservedNames({ aliases, matchOf }: Pick<Store, "aliases" | "matchOf">): readonly Name[] {
  return [...aliases()].flatMap((alias) =>
    alias.spec.hostnames.filter((name) => {
      const match = matchOf(alias, name);
      return match.kind === "none" && match.reason === "ZoneReserved";
    }),
  );
}
