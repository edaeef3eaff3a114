import type { ObjectKey } from "../../api/meta.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { isAtOrBelow, isWildcard, parentOf, wildcardBelow, type Name } from "../../dns/name/name.ts";
import { addWithAncestors, type EncloserOf } from "../../dns/zone-file/closest-encloser.ts";
import type { Store } from "./store.ts";

/** The wildcards of aliases that answer for names without an alias, according to the known records of each zone. */
export interface Wildcards {
  /**
   * Stores the known names of a zone from a backend, or from the responder's base zone. Undefined: nothing is known any more.
   * Returns true if the zone has a wildcard and its names have changed, so loops must be searched again.
   */
  record(zone: ObjectKey, source: ZoneSource, encloserOf: EncloserOf | undefined): boolean;
  /** Call it when the zone is deleted. */
  remove(zone: ObjectKey): void;
  /** The wildcards that answer for the name (RFC 4592 3.3.1). In a zone without known records, no wildcard answers. */
  answeringFor(name: Name): readonly Name[];
  /**
   * The names whose existence in the zone must be known: these names, and the names between them and the apex. Empty if the zone
   * has no wildcard.
   */
  concerned(zone: DnsZone, names: Iterable<Name>): readonly Name[];
  size(): number;
}

type ZoneSource = "backend" | "responder";

type Inventory = Pick<
  Store,
  "zone" | "zones" | "claimsIn" | "claimsVersion" | "zonesOfName" | "reservedZones" | "hasWildcards"
>;

/** The names of a zone's aliases, and those between them and the apex, for one version of its claims. */
interface ClaimedNames {
  readonly version: number;
  readonly names: ReadonlySet<string>;
}

interface State {
  readonly store: Inventory;
  readonly sources: Map<ObjectKey, ReadonlyMap<ZoneSource, EncloserOf>>;
  readonly claimed: Map<ObjectKey, ClaimedNames>;
}

export function createWildcards(store: Inventory): Wildcards {
  const state: State = { store, sources: new Map(), claimed: new Map() };
  return {
    record(zone, source, encloserOf) {
      const before = state.sources.get(zone);
      if (before?.get(source) === encloserOf) {
        return false;
      }
      const next = new Map([...(before ?? [])].filter(([other]) => other !== source));
      state.sources.set(zone, encloserOf === undefined ? next : next.set(source, encloserOf));
      return hasWildcard(store, zone);
    },
    remove(zone) {
      state.sources.delete(zone);
      state.claimed.delete(zone);
    },
    answeringFor: (name) => (store.hasWildcards() ? answeringFor(state, name) : []),
    concerned: ({ meta, spec: { domain } }, names) =>
      hasWildcard(store, `${meta.namespace}/${meta.name}`) ? concerned(store, domain, names) : [],
    size: () => state.sources.size,
  };
}

function hasWildcard(store: Inventory, zone: ObjectKey): boolean {
  return store.hasWildcards() && [...store.claimsIn(zone).keys()].some(isWildcard);
}

function answeringFor(state: State, name: Name): readonly Name[] {
  const found: Name[] = [];
  for (let at = parentOf(name); at !== undefined; at = parentOf(at)) {
    const encloser = at;
    const wildcard = wildcardBelow(encloser);
    if ([...state.store.zonesOfName(wildcard)].some((zone) => encloserIn(state, zone, name) === encloser)) {
      found.push(wildcard);
    }
  }
  return found;
}

/** The closest encloser of a name in one zone. Undefined: the name exists there, or its closest encloser isn't known. */
function encloserIn({ store, sources, claimed }: State, key: ObjectKey, name: Name): Name | undefined {
  const domain = store.zone(key)?.spec.domain;
  if (domain === undefined || !isAtOrBelow(name, domain) || isOfZoneBelow(store, domain, name)) {
    return undefined;
  }
  const enclosers = [...(sources.get(key)?.values() ?? [])].map((encloserOf) => encloserOf(name));
  const ours = claimedNames(store, claimed, key, domain);
  if (enclosers.length === 0 || enclosers.includes(undefined) || ours.has(name)) {
    return undefined;
  }
  const known = new Set<string | undefined>(enclosers);
  let at = parentOf(name);
  while (at !== undefined && !known.has(at) && !ours.has(at)) {
    at = parentOf(at);
  }
  return at;
}

/** True if a DnsZone below the domain has the name, even if that DnsZone is unreadable or was deleted. */
function isOfZoneBelow({ zones, reservedZones }: Inventory, domain: Name, name: Name): boolean {
  const domains = [...[...zones()].map(({ spec }) => spec.domain), ...reservedZones().map((zone) => zone.domain)];
  return domains.some((other) => other !== domain && isAtOrBelow(other, domain) && isAtOrBelow(name, other));
}

function claimedNames(store: Inventory, claimed: State["claimed"], key: ObjectKey, domain: Name): ReadonlySet<string> {
  const version = store.claimsVersion(key);
  const known = claimed.get(key);
  if (known?.version === version) {
    return known.names;
  }
  const names = new Set<string>([domain]);
  for (const name of store.claimsIn(key).keys()) {
    addWithAncestors(names, name, domain);
  }
  claimed.set(key, { version, names });
  return names;
}

function concerned(store: Inventory, domain: Name, names: Iterable<Name>): readonly Name[] {
  const all = new Set<Name>();
  for (const name of names) {
    for (let at: Name | undefined = name; at !== undefined && isBelow(at, domain); at = parentOf(at)) {
      if (!isOfZoneBelow(store, domain, at)) {
        all.add(at);
      }
    }
  }
  return [...all];
}

function isBelow(name: Name, domain: Name): boolean {
  return name !== domain && isAtOrBelow(name, domain);
}
