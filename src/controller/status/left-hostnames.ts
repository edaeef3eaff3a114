import type { DnsZone, LeftHostname } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { byCodeUnit } from "../../base/order.ts";
import { addressSet } from "../../dns/address/address.ts";
import { displayName } from "../../dns/name/name.ts";
import type { ActualRRset } from "../../plan/change.ts";
import type { Store } from "../inventory/store.ts";
import type { Reporter } from "../ports/reporter.ts";
import type { ZoneState } from "../zone/state/zone-state.ts";

interface LeftHostnamesDeps {
  readonly store: Pick<Store, "claimsIn">;
  readonly reporter: Pick<Reporter, "withoutFinalizers">;
}

/** The maximum number of characters in all entries. The API server's limit is 1.5 MiB for a whole object. */
const MAX_TEXT = 200_000;
const MAX_HOSTNAMES = 1_000;

/**
 * The records without an alias that can't be deleted now, because the guard holds them or the backend is not available. After a
 * restart, dnsalias needs this list for a backend that doesn't list its records, or that doesn't store them. Without finalizers,
 * no other object shows records of deleted aliases, so all of them are listed until they are deleted.
 */
export function leftHostnames(
  { store: { claimsIn }, reporter }: LeftHostnamesDeps,
  zone: DnsZone,
  { observed: { owned, lists, readAt }, planned: { outcome, moves } }: Pick<ZoneState, "observed" | "planned">,
): readonly LeftHostname[] {
  const isForgotten = lists === false || zone.spec.provider.kind === "transfer";
  if (!isForgotten || zone.spec.policy !== "Sync" || (outcome.kind === "ok" && reporter.withoutFinalizers !== true)) {
    return [];
  }
  const claims = claimsIn(objectKey(zone.meta));
  const sets = [...owned.values()].filter(
    ({ name, type }) => type !== "HTTPS" && !claims.has(name) && !moves.has(name),
  );
  const left = [...Map.groupBy(sets, ({ name }) => name)].map(([name, some]) => entryOf(displayName(name), some));
  const known = new Set(left.map(({ hostname }) => hostname));
  // Until this process has read the backend, the status is the only source.
  const unread =
    readAt !== undefined ? [] : (zone.status?.leftHostnames ?? []).filter(({ hostname }) => !known.has(hostname));
  return withinLimits([...left, ...unread].sort((a, b) => byCodeUnit(a.hostname, b.hostname)));
}

function entryOf(hostname: string, sets: readonly ActualRRset[]): LeftHostname {
  return {
    hostname,
    addresses: addressSet(sets.flatMap(({ data }) => data)),
    ttl: Math.min(...sets.map(({ ttl }) => ttl)),
  };
}

function withinLimits(entries: readonly LeftHostname[]): readonly LeftHostname[] {
  let size = 0;
  return entries.slice(0, MAX_HOSTNAMES).filter((entry) => {
    size += JSON.stringify(entry).length;
    return size <= MAX_TEXT;
  });
}
