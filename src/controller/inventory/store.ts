import type { Millis } from "../../base/clock.ts";
import type { AliasStatus, AliasTarget, DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ZoneStatus } from "../../api/dns-zone.ts";
import { objectKey, type ObjectKey, PIN_ANNOTATION } from "../../api/meta.ts";
import type { HeldResource } from "../../api/resource-ref.ts";
import type { Name } from "../../dns/name/name.ts";
import { indexZones, type Claim, type ZoneMatch } from "../../plan/claims.ts";
import { admits } from "../../plan/domain/admission.ts";
import type { ReservedZone } from "../../plan/domain/reserved-zone.ts";
import type { InvalidObject, InventoryEvent } from "../ports/inventory.ts";
import { candidatesIn, decideIn, decideName, isUnreadIn } from "./decide-name.ts";
import type { FormerZones } from "./move/former-zones.ts";
import { limitHostnames } from "./limit-hostnames.ts";
import { entriesOf, nameId, namesLeftReserved, namesOfNewZone, placementOf } from "./placement.ts";
import { noteListedZones, reservedHostnames, touchZonesAbove } from "./reserved-hostnames.ts";
import { zoneWithSameTarget } from "./same-target.ts";
import { emptyState, type StoreState } from "./store-state.ts";
import { takeUpTo } from "./take-up-to.ts";
import { endGrace, noteNew, noteUnread, replaceLabels, replaceZone } from "./zone-updates.ts";

/** The effects of a batch of decided names: zones to plan again, and aliases to report again. */
interface Touched {
  readonly zones: ReadonlySet<ObjectKey>;
  readonly aliases: ReadonlySet<ObjectKey>;
  /** The names that were decided. */
  readonly names: readonly Name[];
}

/**
 * The inventory in memory, with the owner of each name in each zone. Events only record which names must be decided again.
 * `settle` decides them in slices, so that ten thousand names do not block the event loop.
 */
export interface Store {
  note(event: InventoryEvent): void;
  /** Uses a status that was just written, until the source reports it itself. */
  rememberAliasStatus(written: DnsAlias, status: AliasStatus): void;
  rememberZoneStatus(written: DnsZone, status: ZoneStatus): void;
  /**
   * Makes the next `settle` return every zone and alias again. Call it at the first term, because no earlier decision was handled.
   */
  touchAll(): void;
  /**
   * Decides up to `limit` pending names, and returns up to `limit` aliases; `more` shows whether any names or aliases remain. Only
   * the last batch has zones.
   */
  settle(limit: number): Touched & { readonly more: boolean };
  alias(key: ObjectKey): DnsAlias | undefined;
  zone(key: ObjectKey): DnsZone | undefined;
  aliases(): Iterable<DnsAlias>;
  zones(): Iterable<DnsZone>;
  /** The hostnames of a zone with their claims. Aliases under deletion claim nothing. */
  claimsIn(zone: ObjectKey): ReadonlyMap<Name, Claim>;
  /** A number that changes whenever the hostnames of a zone or their aliases were decided again. */
  claimsVersion(zone: ObjectKey): number;
  /** Whether an alias that is not being deleted has the name in its spec, even if no zone admits it. */
  isAsked(name: Name): boolean;
  /** The zones where the name is placed now. */
  zonesOfName(name: Name): ReadonlySet<ObjectKey>;
  /** Whether an alias has a wildcard anywhere. */
  hasWildcards(): boolean;
  matchOf(alias: DnsAlias, hostname: Name): ZoneMatch;
  /** The former zones of names, which may still have records of them. */
  readonly former: FormerZones;
  /** True if the zone admits aliases of the namespace. */
  admits(zone: DnsZone, namespace: string): boolean;
  /** The older zone with the same write location. Undefined: there is none. */
  zoneWithSameTarget(zone: DnsZone): DnsZone | undefined;
  /** The older DnsZones of other namespaces whose consent is missing, so that the zone matches no names. Undefined: none is missing. */
  missingConsents(zone: ObjectKey): readonly ObjectKey[] | undefined;
  /** DnsZones that were deleted or can't be read, and whose records stay. */
  reservedZones(): readonly ReservedZone[];
  /** Names of reserved zones that only the status of a deleted alias listed. */
  namesLeftReserved(): readonly Name[];
  /** The names of existing aliases that belong to reserved zones. */
  reservedHostnames(): readonly Name[];
  /** The names of unreadable aliases that no readable alias has in the zone. */
  unreadHostnames(zone: ObjectKey): readonly Name[];
  /** Whether the DnsZone exists and its spec was never readable. */
  isUnread(zone: ObjectKey): boolean;
  /** Names that remain for a limited time in a zone that was just read for the first time, although they have no alias there. */
  namesOfNewZone(zone: ObjectKey): ReadonlySet<Name>;
  /** The next time at which a name that remains for a limited time must be decided again. Undefined: there is none. */
  graceEndsAt(): Millis | undefined;
  /** Records the names whose limited time is over. `settle` decides them. */
  endGrace(): void;
  /** The number of remembered entries, by kind. */
  sizes(): ReadonlyMap<string, number>;
}

/**
 * `writeTargetOf` returns the write location of a zone. Only one zone can use a location, because two zones would revert each
 * other's changes indefinitely. With `now`, names remain for a limited time if they lose their zone by a label or a selector.
 * Without `now`, as in read-only commands, they leave at once.
 */
export function createStore(writeTargetOf: (zone: DnsZone) => string, now?: () => Millis): Store {
  const state = emptyState(now);
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
    isAsked: (name) => state.candidates.has(name),
    zonesOfName: (name) => state.placed.get(name) ?? NO_PLACES,
    hasWildcards: () => state.wildcards.size > 0,
    matchOf: (alias, hostname) => placementOf(state, alias, hostname),
    former: state.former,
    admits: ({ meta, spec }, namespace) =>
      admits({ namespace: meta.namespace, allowedNamespaces: spec.allowedNamespaces }, namespace, state.labels),
    zoneWithSameTarget: (zone) => zoneWithSameTarget(delegatedZones(state), zone, writeTargetOf),
    missingConsents: (zone) => state.index.undelegated.get(zone),
    reservedZones: () => [...state.index.reserved.values()].flat(),
    namesLeftReserved: () => namesLeftReserved(state),
    reservedHostnames: () => reservedHostnames(state),
    unreadHostnames: (zone) => [...state.unread.names()].filter((name) => isUnreadIn(state, name, zone)),
    isUnread: (zone) => state.reserved.why(zone) === "unread",
    namesOfNewZone: (zone) => namesOfNewZone(state, state.aliases.values(), zone),
    graceEndsAt: () => earlier(earliest(state.newZones.values()), state.grace.next()),
    endGrace: () => endGrace(state),
    sizes: () => sizesOf(state),
  };
}

const SIZED = [
  "aliases",
  "candidates",
  "claims",
  "placed",
  "pending",
  "unread",
  "reserved",
  "reservedNames",
  "leftReserved",
  "grace",
  "counts",
  "newZones",
] as const satisfies readonly (keyof StoreState)[];

function sizesOf(state: StoreState): ReadonlyMap<string, number> {
  const sizes = SIZED.map((kind) => [kind, state[kind].size] as const);
  return new Map<string, number>([...sizes, ["former claims", state.former.size()]]);
}

const NO_CLAIMS: ReadonlyMap<Name, Claim> = new Map();
const NO_PLACES: ReadonlySet<ObjectKey> = new Set();

function note(state: StoreState, event: InventoryEvent): void {
  switch (event.kind) {
    case "alias":
      decideUnread(state, state.unread.remove(objectKey(event.alias.meta)));
      return replaceAlias(state, objectKey(event.alias.meta), event.alias);
    case "zone":
      return replaceZone(state, objectKey(event.zone.meta), event.zone);
    case "namespace":
      return replaceLabels(state, event.name, event.labels);
    case "gone":
      if (event.of === "DnsZone") {
        return replaceZone(state, event.key, undefined);
      }
      decideUnread(state, state.unread.remove(event.key));
      return replaceAlias(state, event.key, undefined);
    case "unserved":
      return;
    case "invalid":
      // The last valid object remains: an invalid edit must not remove a name. The listener of the event reports the mistake.
      return noteInvalid(state, event.manifest);
    case "input":
      return void state.touchedZones.add(event.zone);
    case "resource":
      // The event handler notes again the aliases that refer to the object, with its new state.
      return;
  }
}

function noteInvalid(state: StoreState, manifest: InvalidObject): void {
  if (manifest.kind === "DnsZone") {
    if (!state.zones.has(manifest.key)) {
      noteUnread(state, manifest);
    }
  } else if (!state.aliases.has(manifest.key)) {
    decideUnread(state, state.unread.set(manifest));
  }
}

function decideAgain({ pending }: StoreState, names: Iterable<Name>): void {
  for (const name of names) {
    pending.add(name);
  }
}

/** Decides the names of an unreadable alias again. The responder of their zones can't deny them, even if no other alias has them. */
function decideUnread(state: StoreState, names: readonly Name[]): void {
  decideAgain(state, names);
  names.forEach((name) => touchZonesAbove(state, name));
}

function replaceAlias(state: StoreState, key: ObjectKey, next: DnsAlias | undefined): void {
  const previous = state.aliases.get(key);
  if (previous !== undefined && next !== undefined && hasSameTargets(previous, next)) {
    keepClaims(state, key, next);
    state.touchedAliases.add(key);
    return;
  }
  if (previous !== undefined) {
    for (const name of previous.spec.hostnames) {
      state.candidates.get(name)?.delete(key);
      recordLeftReserved(state, previous, next, name);
      state.pending.add(name);
    }
  }
  if (next === undefined) {
    state.aliases.delete(key);
  } else {
    state.aliases.set(key, next);
    noteListedZones(state, next);
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

/**
 * Records a name of a deleted or unreadable zone if its alias no longer has the name, because only the alias showed that zone. If
 * an edit keeps the name, its zones remain remembered, because the edit can also lose the status.
 */
function recordLeftReserved(state: StoreState, previous: DnsAlias, next: DnsAlias | undefined, name: Name): void {
  const id = nameId(previous, name);
  const zones = state.reservedNames.get(id);
  if (zones === undefined) {
    return;
  }
  touchZonesAbove(state, name);
  if (
    next?.meta.uid !== previous.meta.uid ||
    next.meta.deletedAt !== undefined ||
    !next.spec.hostnames.includes(name)
  ) {
    state.reservedNames.delete(id);
    state.leftReserved.set(name, zones);
  }
}

/** True if only the status, labels or similar fields differ, so that the owner of each name and its addresses are the same. */
function hasSameTargets(a: DnsAlias, b: DnsAlias): boolean {
  return (
    a.meta.uid === b.meta.uid &&
    a.meta.generation === b.meta.generation &&
    a.meta.deletedAt === b.meta.deletedAt &&
    a.meta.annotations[PIN_ANNOTATION] === b.meta.annotations[PIN_ANNOTATION] &&
    b.spec.targets.every((target, index) => heldOf(target) === heldOf(a.spec.targets[index]))
  );
}

function heldOf(target: AliasTarget | undefined): HeldResource | undefined {
  return target?.kind === "resourceRef" ? target.held : undefined;
}

/** Replaces the older object by the newer one everywhere, without a new plan of its zones. */
function keepClaims(state: StoreState, key: ObjectKey, next: DnsAlias): void {
  state.aliases.set(key, next);
  const reserved = new Set(next.spec.hostnames.filter((name) => state.reservedNames.has(nameId(next, name))));
  noteListedZones(state, next);
  for (const name of next.spec.hostnames) {
    state.counts.statusChanged(name);
    if (entriesOf(next, name).some(({ zone }) => reserved.has(name) || !state.zones.has(zone))) {
      // According to the status, a deleted zone has the name, so the present zone may not have it. Or another leader has since
      // published the name in the present zone.
      state.pending.add(name);
    }
    if (state.pending.has(name)) {
      // The name may leave its zone. The claim is not replaced, because it shows which namespace had the name there.
      continue;
    }
    for (const zone of state.placed.get(name) ?? []) {
      state.claims.get(zone)?.set(name, decideIn(state, name, zone, candidatesIn(state, name).get(zone) ?? []));
    }
  }
}

function settle(state: StoreState, limit: number): Touched & { readonly more: boolean } {
  if (!state.hasStarted) {
    state.hasStarted = true;
    [...state.zones.keys()].forEach((key) => noteNew(state, key));
  }
  const names: Name[] = [];
  do {
    for (const name of state.pending) {
      if (names.length === limit) {
        break;
      }
      names.push(name);
      state.pending.delete(name);
      decideName(state, name);
    }
    if (state.pending.size === 0) {
      limitHostnames(state);
    }
  } while (state.pending.size > 0 && names.length < limit);
  if (state.zones.size + state.aliases.size === 0) {
    state.reserved.forgetDeleted();
    state.leftReserved.clear();
    state.index = indexZones([], state.reserved.all());
  }
  const aliases = takeUpTo(state.touchedAliases, limit);
  const more = state.pending.size + state.touchedAliases.size > 0;
  // A zone that is planned while only half of its names are decided would withdraw the other half.
  const zones = more ? NO_PLACES : takeUpTo(state.touchedZones, Infinity);
  return { zones, aliases, names, more };
}

function earliest(times: Iterable<Millis>): Millis | undefined {
  return [...times].reduce<Millis | undefined>(earlier, undefined);
}

function earlier(a: Millis | undefined, b: Millis | undefined): Millis | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** The zones that can match names: no consent of another DnsZone is missing. */
function delegatedZones({ zones, index }: StoreState): readonly DnsZone[] {
  return [...zones].flatMap(([key, zone]) => (index.undelegated.has(key) ? [] : [zone]));
}
