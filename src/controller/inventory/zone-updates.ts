import { objectKey, TAKE_OVER_ANNOTATION, type ObjectKey } from "../../api/meta.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { isAtOrBelow, type Name } from "../../dns/name/name.ts";
import { isEnding } from "../../plan/domain/zone-domain.ts";
import { indexZones } from "../../plan/claims.ts";
import type { InvalidObject } from "../ports/inventory.ts";
import { GRACE_MS } from "./admission/admission-grace.ts";
import { indexDifference } from "./admission/index-difference.ts";
import { namespacesLost, zonesLost } from "./admission/lost-admission.ts";
import { namesOfNewZone } from "./placement.ts";
import { forgetNamesOf, touchZonesAbove } from "./reserved-hostnames.ts";
import { touchClaims, type StoreState } from "./store-state.ts";

/** Records a DnsZone that is unreadable and of which no readable version is known. */
export function noteUnread(state: StoreState, manifest: InvalidObject): void {
  state.reserved.unread(manifest);
  reindex(state, []);
}

/** Replaces a DnsZone, or removes it (undefined). */
export function replaceZone(state: StoreState, key: ObjectKey, next: DnsZone | undefined): void {
  const previous = state.zones.get(key);
  if (previous !== undefined && next !== undefined && plansTheSame(previous, next)) {
    state.zones.set(key, next);
    return;
  }
  recordAdmission(state, key, next);
  if (next !== undefined) {
    state.zones.set(key, next);
    state.reserved.readable(key);
    if (previous === undefined) {
      forgetLeftReserved(state, key);
    }
    if (previous === undefined && state.hasStarted) {
      noteNew(state, key);
    }
    if (isEnding(next)) {
      state.newZones.delete(key);
    }
  } else {
    state.zones.delete(key);
    state.newZones.delete(key);
    state.versions.delete(key);
    state.former.removeZone(key);
    if (state.index.undelegated.has(key) || (previous !== undefined && isEnding(previous))) {
      state.reserved.readable(key);
      forgetEnded(state, previous);
    } else {
      state.reserved.deleted(key, previous);
    }
  }
  state.touchedZones.add(key);
  const isSameScope =
    previous !== undefined &&
    next !== undefined &&
    previous.spec.domain === next.spec.domain &&
    isEnding(previous) === isEnding(next) &&
    previous.meta.annotations[TAKE_OVER_ANNOTATION] === next.meta.annotations[TAKE_OVER_ANNOTATION] &&
    JSON.stringify(previous.spec.allowedNamespaces) === JSON.stringify(next.spec.allowedNamespaces) &&
    JSON.stringify(previous.spec.tenants) === JSON.stringify(next.spec.tenants);
  reindex(state, isSameScope ? [] : [previous, next].flatMap((zone) => zone?.spec.domain ?? []));
  // The claims can remain. The next plan of the zone applies the other fields of the spec, such as the view and the TTL range.
  for (const claim of state.claims.get(key)?.values() ?? []) {
    claim.winners.forEach((alias) => state.touchedAliases.add(objectKey(alias.meta)));
  }
}

/**
 * Forgets the names of a DnsZone that ended with its finalizer. It has withdrawn them, including names that no alias has any more.
 */
function forgetEnded(state: StoreState, previous: DnsZone | undefined): void {
  if (previous !== undefined && isEnding(previous)) {
    const key = objectKey(previous.meta);
    forgetNamesOf(state, key);
    forgetLeftReserved(state, key);
  }
}

function forgetLeftReserved(state: StoreState, zone: ObjectKey): void {
  for (const [name, zones] of state.leftReserved) {
    if (zones.includes(zone)) {
      state.leftReserved.delete(name);
      touchZonesAbove(state, name);
    }
  }
}

/**
 * Records a DnsZone that is read for the first time. Its former admission rules are unknown, so names that a status lists in the
 * DnsZone remain for a limited time.
 */
export function noteNew({ newZones, zones, now }: StoreState, key: ObjectKey): void {
  const zone = zones.get(key);
  if (now !== undefined && zone !== undefined && !isEnding(zone)) {
    newZones.set(key, now() + GRACE_MS);
  }
}

/** Keeps names for a limited time if they lose this zone by its new selector or its new limits for tenants. */
function recordAdmission(
  { zones, claims, labels, grace, now }: StoreState,
  key: ObjectKey,
  next: DnsZone | undefined,
): void {
  const previous = zones.get(key);
  if (next === undefined) {
    grace.zoneGone(key);
  } else if (previous !== undefined && now !== undefined) {
    const { lost, regained } = namespacesLost(previous, next, claims.get(key)?.values() ?? [], labels);
    regained.forEach((namespace) => grace.regained(key, namespace));
    lost.forEach((namespace) => grace.lost(key, namespace, now()));
  }
}

/** Marks names to be decided again: names in these domains, and names that another zone may have because of this change. */
function reindex(state: StoreState, domains: readonly Name[]): void {
  const before = state.index;
  state.index = indexZones(state.zones.values(), state.reserved.all());
  const { undelegated, reservedDomains } = indexDifference(before, state.index);
  const others = undelegated.flatMap((key) => state.zones.get(key)?.spec.domain ?? []);
  undelegated.filter((key) => state.zones.has(key)).forEach((key) => state.touchedZones.add(key));
  const changed = [...new Set([...domains, ...reservedDomains, ...others])];
  for (const name of changed.length === 0 ? [] : state.candidates.keys()) {
    if (changed.some((domain) => isAtOrBelow(name, domain))) {
      state.pending.add(name);
    }
  }
  if (reservedDomains.length > 0) {
    // The names that a zone above may delete have changed.
    state.zones.forEach(({ spec }, key) => {
      if (reservedDomains.some((domain) => isAtOrBelow(domain, spec.domain))) {
        state.touchedZones.add(key);
      }
    });
  }
}

/**
 * True if only the status, labels or similar fields differ, as after each status write of dnsalias. If true, the zone needs no new
 * read and no new plan.
 */
function plansTheSame(a: DnsZone, b: DnsZone): boolean {
  return (
    a.meta.uid === b.meta.uid &&
    a.meta.generation === b.meta.generation &&
    a.meta.deletedAt === b.meta.deletedAt &&
    JSON.stringify(a.meta.annotations) === JSON.stringify(b.meta.annotations)
  );
}

/** Replaces the labels of a namespace, or removes them (undefined). */
export function replaceLabels(
  state: StoreState,
  name: string,
  labels: Readonly<Record<string, string>> | undefined,
): void {
  if (JSON.stringify(state.labels.get(name)) === JSON.stringify(labels)) {
    return;
  }
  if (state.now !== undefined) {
    const now = state.now();
    const { lost, regained } = zonesLost(state.zones, name, { before: state.labels.get(name), after: labels });
    regained.forEach((zone) => state.grace.regained(zone, name));
    lost.forEach((zone) => state.grace.lost(zone, name, now));
  }
  if (labels === undefined) {
    state.labels.delete(name);
  } else {
    state.labels.set(name, labels);
  }
  decideNamespaces(state, new Set([name]));
}

function decideNamespaces(state: StoreState, namespaces: ReadonlySet<string>): void {
  for (const alias of namespaces.size === 0 ? [] : state.aliases.values()) {
    if (namespaces.has(alias.meta.namespace)) {
      alias.spec.hostnames.forEach((hostname) => state.pending.add(hostname));
    }
  }
}

/** Marks the names whose limited time is over to be decided again. */
export function endGrace(state: StoreState): void {
  const now = state.now?.() ?? 0;
  decideNamespaces(state, state.grace.expire(now));
  const over = [...state.newZones].filter(([, until]) => until <= now);
  for (const [zone] of over) {
    const names = [...namesOfNewZone(state, state.aliases.values(), zone)].filter(
      (name) => state.claims.get(zone)?.has(name) !== true,
    );
    state.newZones.delete(zone);
    forgetNamesOf(state, zone);
    names.forEach((name) => state.pending.add(name));
    if (names.length > 0) {
      touchClaims(state, zone);
    }
  }
}
