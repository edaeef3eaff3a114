import type { DnsAlias } from "../../api/dns-alias.ts";
import { objectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { byAge, zonesFor } from "../../plan/claims.ts";
import { hostnamesOverLimit, type HostnameAge } from "../../plan/limit/hostname-limit.ts";
import type { LimitedPlace } from "./admission/hostname-counts.ts";
import { entriesOf } from "./placement.ts";
import type { StoreState } from "./store-state.ts";

/** Counts a hostname for the namespaces whose aliases list it, in the zones that limit their hostnames. */
export function countHostname(state: StoreState, hostname: Name): void {
  const { index, labels, counts } = state;
  if (index.hasLimits || counts.size > 0) {
    const namespaces = new Set(aliasesOf(state, hostname).map(({ meta }) => meta.namespace));
    const places = [...namespaces].flatMap((namespace) => {
      const match = zonesFor(hostname, namespace, index, labels);
      const zones = match.kind === "zones" ? match.zones : [];
      return zones.flatMap(({ meta, spec }) =>
        spec.tenants.maxHostnames === undefined || meta.namespace === namespace
          ? []
          : [{ zone: objectKey(meta), namespace }],
      );
    });
    counts.set(hostname, places);
  }
}

/**
 * Decides the hostnames again that are newly beyond a limit, or no longer beyond it. Call it only when no other name is pending.
 */
export function limitHostnames(state: StoreState): void {
  const moved = state.counts.decide((place, hostnames) => {
    const limit = state.zones.get(place.zone)?.spec.tenants.maxHostnames ?? Infinity;
    return hostnames.size <= limit
      ? new Set()
      : hostnamesOverLimit(
          [...hostnames].flatMap((hostname) => ageOf(state, place, hostname)),
          limit,
        );
  });
  moved.forEach((hostname) => state.pending.add(hostname));
}

function ageOf(state: StoreState, { zone, namespace }: LimitedPlace, hostname: Name): readonly HostnameAge[] {
  const aliases = aliasesOf(state, hostname).filter(({ meta }) => meta.namespace === namespace);
  const oldest = aliases.sort(byAge)[0];
  const isPublished = aliases.some((alias) =>
    entriesOf(alias, hostname).some((entry) => entry.zone === zone && entry.addresses.length > 0),
  );
  return oldest === undefined
    ? []
    : [{ hostname, isPublished, createdAt: oldest.meta.createdAt, alias: objectKey(oldest.meta) }];
}

function aliasesOf({ candidates, aliases }: StoreState, hostname: Name): DnsAlias[] {
  return [...(candidates.get(hostname) ?? [])].flatMap((key) => aliases.get(key) ?? []);
}
