import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ZoneStatus } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import {
  admits,
  decideClaim,
  indexZones,
  zonesFor,
  type Claim,
  type ZoneIndex,
  type ZoneMatch,
} from "../../plan/claims.ts";
import type { InventoryEvent } from "../ports/inventory.ts";
import { createFormerZones, type FormerZones } from "./former-zones.ts";
import { zoneWithSameTarget } from "./same-target.ts";
import { takeUpTo } from "./take-up-to.ts";
import { recordLeft } from "./zones-left.ts";

/** What a settled batch of names changed: these zones are to be planned anew, these aliases to be reported anew. */
interface Touched {
  readonly zones: ReadonlySet<ObjectKey>;
  readonly aliases: ReadonlySet<ObjectKey>;
  /** The names that were decided. */
  readonly names: readonly Name[];
}

/**
 * The inventory in memory, with who has which name in which zone. Events only note which names are to be decided again; `settle` decides
 * them in slices, so that ten thousand names at once do not hold the event loop.
 */
export interface Store {
  note(event: InventoryEvent): void;
  /** Takes a status over that was just written, until the source tells it itself. */
  rememberAliasStatus(written: DnsAlias, status: AliasStatus): void;
  rememberZoneStatus(written: DnsZone, status: ZoneStatus): void;
  /** The next `settle` tells of every zone and alias again: for a first term, which has followed none of what was settled before it. */
  touchAll(): void;
  /** Decides up to `limit` noted names, and gives up to `limit` aliases; `more` tells whether any are left. Zones come with the last of them. */
  settle(limit: number): Touched & { readonly more: boolean };
  alias(key: ObjectKey): DnsAlias | undefined;
  zone(key: ObjectKey): DnsZone | undefined;
  aliases(): Iterable<DnsAlias>;
  zones(): Iterable<DnsZone>;
  /** The owner names of a zone with their claims; aliases under deletion claim nothing. */
  claimsIn(zone: ObjectKey): ReadonlyMap<Name, Claim>;
  /** Another number whenever the owner names of a zone or who has them were decided anew. */
  claimsVersion(zone: ObjectKey): number;
  /** The zones where the name is placed now. */
  zonesOfName(name: Name): ReadonlySet<ObjectKey>;
  matchOf(alias: DnsAlias, hostname: Name): ZoneMatch;
  /** Which zones had names before, and may still have records of them. */
  readonly former: FormerZones;
  /** Whether the zone takes names of aliases of a namespace. */
  admits(zone: DnsZone, namespace: string): boolean;
  /** The older zone that has this one's place, or undefined when it has the place itself. */
  zoneWithSameTarget(zone: DnsZone): DnsZone | undefined;
  /** How much is remembered, by kind. */
  sizes(): ReadonlyMap<string, number>;
}

interface State {
  readonly aliases: Map<ObjectKey, DnsAlias>;
  readonly zones: Map<ObjectKey, DnsZone>;
  readonly labels: Map<string, Readonly<Record<string, string>>>;
  /** Owner name → living aliases that ask for it. */
  readonly candidates: Map<Name, Set<ObjectKey>>;
  readonly claims: Map<ObjectKey, Map<Name, Claim>>;
  /** Counts decisions, of all zones together, so that a zone that comes back has no number twice. */
  readonly versions: Map<ObjectKey, number>;
  decisions: number;
  readonly placed: Map<Name, Set<ObjectKey>>;
  readonly former: FormerZones;
  readonly pending: Set<Name>;
  readonly touchedZones: Set<ObjectKey>;
  readonly touchedAliases: Set<ObjectKey>;
  index: ZoneIndex;
}

/** `placeOf` says where a zone is written: two zones with one place would undo each other's work for ever. */
export function createStore(writeTargetOf: (zone: DnsZone) => string): Store {
  const state: State = {
    aliases: new Map(),
    zones: new Map(),
    labels: new Map(),
    candidates: new Map(),
    claims: new Map(),
    versions: new Map(),
    decisions: 0,
    placed: new Map(),
    former: createFormerZones(),
    pending: new Set(),
    touchedZones: new Set(),
    touchedAliases: new Set(),
    index: new Map(),
  };
  return {
    note: (event) => note(state, event),
    rememberAliasStatus(written, status) {
      const key = objectKey(written.meta);
      if (state.aliases.get(key) === written) {
        keepClaims(state, key, { ...written, status });
      }
    },
    rememberZoneStatus(written, status) {
      const key = objectKey(written.meta);
      if (state.zones.get(key) === written) {
        state.zones.set(key, { ...written, status });
      }
    },
    touchAll() {
      state.aliases.forEach((_alias, key) => state.touchedAliases.add(key));
      state.zones.forEach((_zone, key) => state.touchedZones.add(key));
    },
    settle: (limit) => settle(state, limit),
    alias: (key) => state.aliases.get(key),
    zone: (key) => state.zones.get(key),
    aliases: () => state.aliases.values(),
    zones: () => state.zones.values(),
    claimsIn: (zone) => state.claims.get(zone) ?? NO_CLAIMS,
    claimsVersion: (zone) => state.versions.get(zone) ?? 0,
    zonesOfName: (name) => state.placed.get(name) ?? NO_PLACES,
    matchOf: (alias, hostname) => zonesFor(hostname, alias.meta.namespace, state.index, state.labels),
    former: state.former,
    admits: (zone, namespace) => admits(zone, namespace, state.labels),
    zoneWithSameTarget: (zone) => zoneWithSameTarget(state.zones.values(), zone, writeTargetOf),
    sizes: () => {
      const { aliases, candidates, claims, placed, pending } = state;
      return new Map([
        ...Object.entries({ aliases, candidates, claims, placed, pending }).map(
          ([kind, { size }]) => [kind, size] as const,
        ),
        ["former claims", state.former.size()],
      ]);
    },
  };
}

const NO_CLAIMS: ReadonlyMap<Name, Claim> = new Map();
const NO_PLACES: ReadonlySet<ObjectKey> = new Set();

function note(state: State, event: InventoryEvent): void {
  switch (event.kind) {
    case "alias":
      return replaceAlias(state, objectKey(event.alias.meta), event.alias);
    case "zone":
      return replaceZone(state, objectKey(event.zone.meta), event.zone);
    case "namespace":
      return replaceLabels(state, event.name, event.labels);
    case "gone":
      return event.of === "DnsAlias"
        ? replaceAlias(state, event.key, undefined)
        : replaceZone(state, event.key, undefined);
    case "unserved":
    case "invalid":
      return;
    case "input":
      return void state.touchedZones.add(event.zone);
  }
}

function replaceAlias(state: State, key: ObjectKey, next: DnsAlias | undefined): void {
  const previous = state.aliases.get(key);
  if (previous !== undefined && next !== undefined && hasSameTargets(previous, next)) {
    keepClaims(state, key, next);
    state.touchedAliases.add(key);
    return;
  }
  if (previous !== undefined) {
    for (const name of previous.spec.hostnames) {
      state.candidates.get(name)?.delete(key);
      state.pending.add(name);
    }
  }
  if (next === undefined) {
    state.aliases.delete(key);
  } else {
    state.aliases.set(key, next);
  }
  state.touchedAliases.add(key);
  for (const name of next?.spec.hostnames ?? []) {
    state.pending.add(name);
    if (next?.meta.deletedAt === undefined) {
      const keys = state.candidates.get(name) ?? new Set();
      state.candidates.set(name, keys.add(key));
    }
  }
}

/** True when only the status, labels or the like differ: who has which name stays as it is. */
function hasSameTargets(a: DnsAlias, b: DnsAlias): boolean {
  return a.meta.uid === b.meta.uid && a.meta.generation === b.meta.generation && a.meta.deletedAt === b.meta.deletedAt;
}

/** Puts the newer object in place of the older one wherever it stands, without a zone being planned anew. */
function keepClaims(state: State, key: ObjectKey, next: DnsAlias): void {
  state.aliases.set(key, next);
  for (const name of next.spec.hostnames) {
    for (const zone of state.placed.get(name) ?? []) {
      state.claims.get(zone)?.set(name, decideClaim(candidatesIn(state, name).get(zone) ?? []));
    }
  }
}

function replaceZone(state: State, key: ObjectKey, next: DnsZone | undefined): void {
  const previous = state.zones.get(key);
  if (previous !== undefined && next !== undefined && plansTheSame(previous, next)) {
    state.zones.set(key, next);
    return;
  }
  if (next === undefined) {
    state.zones.delete(key);
    state.versions.delete(key);
    state.former.removeZone(key);
  } else {
    state.zones.set(key, next);
  }
  state.touchedZones.add(key);
  const sameScope =
    previous !== undefined &&
    next !== undefined &&
    previous.spec.domain === next.spec.domain &&
    JSON.stringify(previous.spec.allowedNamespaces) === JSON.stringify(next.spec.allowedNamespaces);
  state.index = indexZones(state.zones.values());
  if (sameScope) {
    // Claims stay; what depends on the rest of the spec (view, TTL range) is planned anew with the zone.
    for (const claim of state.claims.get(key)?.values() ?? []) {
      claim.winners.forEach((alias) => state.touchedAliases.add(objectKey(alias.meta)));
    }
    return;
  }
  const domains = [previous, next].flatMap((zone) => (zone === undefined ? [] : [zone.spec.domain]));
  for (const name of state.candidates.keys()) {
    if (domains.some((domain) => isAtOrBelow(name, domain))) {
      state.pending.add(name);
    }
  }
}

/** True when only the status, labels or the like differ, as after each status that we write: no reason to read and plan the zone again. */
function plansTheSame(a: DnsZone, b: DnsZone): boolean {
  return (
    a.meta.uid === b.meta.uid &&
    a.meta.generation === b.meta.generation &&
    JSON.stringify(a.meta.annotations) === JSON.stringify(b.meta.annotations)
  );
}

function replaceLabels(state: State, name: string, labels: Readonly<Record<string, string>> | undefined): void {
  if (JSON.stringify(state.labels.get(name)) === JSON.stringify(labels)) {
    return;
  }
  if (labels === undefined) {
    state.labels.delete(name);
  } else {
    state.labels.set(name, labels);
  }
  for (const alias of state.aliases.values()) {
    if (alias.meta.namespace === name) {
      alias.spec.hostnames.forEach((hostname) => state.pending.add(hostname));
    }
  }
}

function settle(state: State, limit: number): Touched & { readonly more: boolean } {
  const names: Name[] = [];
  for (const name of state.pending) {
    if (names.length === limit) {
      break;
    }
    names.push(name);
    state.pending.delete(name);
    decideName(state, name);
  }
  const aliases = takeUpTo(state.touchedAliases, limit);
  const more = state.pending.size + state.touchedAliases.size > 0;
  // A zone that is planned while half of its names are decided would withdraw the other half.
  const zones = more ? NO_PLACES : takeUpTo(state.touchedZones, Infinity);
  return { zones, aliases, names, more };
}

function decideName(state: State, name: Name): void {
  const byZone = candidatesIn(state, name);
  state.candidates.get(name)?.forEach((key) => state.touchedAliases.add(key));
  recordLeft(state, name, byZone);
  for (const zoneKey of state.placed.get(name) ?? []) {
    if (!byZone.has(zoneKey)) {
      forgetClaim(state.claims, zoneKey, name);
      touchClaims(state, zoneKey);
    }
  }
  for (const [zoneKey, aliases] of byZone) {
    const claims = state.claims.get(zoneKey) ?? new Map<Name, Claim>();
    state.claims.set(zoneKey, claims.set(name, decideClaim(aliases)));
    touchClaims(state, zoneKey);
  }
  rememberZones(state, name, new Set(byZone.keys()));
}

function touchClaims(state: State, zone: ObjectKey): void {
  if (state.zones.has(zone)) {
    state.decisions += 1;
    state.versions.set(zone, state.decisions);
  }
  state.touchedZones.add(zone);
}

function forgetClaim(claims: State["claims"], zone: ObjectKey, name: Name): void {
  const names = claims.get(zone);
  names?.delete(name);
  if (names?.size === 0) {
    claims.delete(zone);
  }
}

/** The living aliases that ask for a name, by the zone that takes it for each. */
function candidatesIn(state: State, name: Name): ReadonlyMap<ObjectKey, readonly DnsAlias[]> {
  const byZone = new Map<ObjectKey, DnsAlias[]>();
  for (const key of state.candidates.get(name) ?? []) {
    const alias = state.aliases.get(key);
    const match = alias === undefined ? undefined : zonesFor(name, alias.meta.namespace, state.index, state.labels);
    for (const zone of match?.kind === "zones" && alias !== undefined ? match.zones : []) {
      const zoneKey = objectKey(zone.meta);
      const aliases = byZone.get(zoneKey) ?? [];
      byZone.set(zoneKey, aliases);
      if (alias !== undefined) {
        aliases.push(alias);
      }
    }
  }
  return byZone;
}

function rememberZones(state: State, name: Name, zones: ReadonlySet<ObjectKey>): void {
  if (zones.size === 0) {
    state.placed.delete(name);
  } else {
    state.placed.set(name, new Set(zones));
  }
  if (state.candidates.get(name)?.size === 0) {
    state.candidates.delete(name);
  }
}
