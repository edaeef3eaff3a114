import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { isReservedBelow } from "../../plan/domain/reserved-zone.ts";
import { isEnding } from "../../plan/domain/zone-domain.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import type { Store } from "./store.ts";
import { type MayNotDelete, namesOfUnread } from "./unreadable-names.ts";

/**
 * The names whose records a zone keeps although they have no alias there. They are names of unreadable aliases, and names of
 * deleted or unreadable DnsZones below the zone. In a zone that was just read for the first time, they include names that may have
 * lost the zone before. With a namespace, the result is true if an unreadable alias of that namespace may have the name.
 */
export function keptNames(
  store: Pick<Store, "alias" | "aliases" | "matchOf" | "reservedZones" | "namesLeftReserved" | "namesOfNewZone">,
  invalid: Iterable<InvalidObject>,
  zone: DnsZone,
): MayNotDelete {
  const { meta, spec } = zone;
  if (isEnding(zone)) {
    // A DnsZone under deletion doesn't keep the names of unreadable aliases.
    const below = store.reservedZones();
    return (name, namespace) => namespace === undefined && isReservedBelow(below, spec.domain, name);
  }
  const edits = [...invalid];
  // If the last edit of an alias is unreadable, its current hostnames are unknown.
  const edited = new Set(
    edits.flatMap(({ kind, key }) => (kind === "DnsAlias" ? (store.alias(key)?.spec.hostnames ?? []) : [])),
  );
  const isUnread = namesOfUnread(edits, (key) => store.alias(key) !== undefined);
  const reserved = store.reservedZones();
  // Deletes are rare, so the search over all aliases is made only for a delete.
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

/** Names that belong to a deleted or unreadable DnsZone only according to statuses. */
function reservedNames({ aliases, matchOf }: Pick<Store, "aliases" | "matchOf">): readonly Name[] {
  return [...aliases()].flatMap((alias) =>
    alias.spec.hostnames.filter((name) => {
      const match = matchOf(alias, name);
      return match.kind === "none" && match.reason === "ZoneReserved";
    }),
  );
}
