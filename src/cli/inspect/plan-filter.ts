import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { Store } from "../../controller/inventory/store.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { PlanFilter } from "../config/config.ts";

/** The part of a plan that a command shows. */
export interface PlanSelection {
  readonly zone: (zone: DnsZone) => boolean;
  readonly hostname: (hostname: Name) => boolean;
  /** True for an alias whose targets must be looked up for the selected changes. */
  readonly alias: (alias: DnsAlias, store: Store) => boolean;
  /** Zones of the filter that no object has, one sentence each. */
  readonly missing: (zones: readonly DnsZone[]) => readonly string[];
}

/** An empty filter selects everything. */
export function planSelection({ zones, hostnames }: PlanFilter): PlanSelection {
  const zone = (candidate: DnsZone): boolean =>
    zones.length === 0 || zones.some((text) => textsOf(candidate).includes(text));
  const hostname = (name: Name): boolean => hostnames.length === 0 || hostnames.includes(name);
  return {
    zone,
    hostname,
    alias: (alias, store) =>
      alias.spec.hostnames.some((name) => {
        const match = store.matchOf(alias, name);
        return hostname(name) && match.kind === "zones" && match.zones.some(zone);
      }),
    missing: (all) =>
      zones
        .filter((text) => !all.some((candidate) => textsOf(candidate).includes(text)))
        .map((text) => `no DnsZone matches ${text}: check --zone, which is NAME, NAMESPACE/NAME, or a domain`),
  };
}

function textsOf({ meta, spec }: DnsZone): readonly string[] {
  return [meta.name, objectKey(meta), displayName(spec.domain)];
}
