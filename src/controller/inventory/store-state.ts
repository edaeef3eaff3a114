import type { Millis } from "../../base/clock.ts";
import type { DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { indexZones, type Claim, type ZoneIndex } from "../../plan/claims.ts";
import { createHostnameCounts, type HostnameCounts } from "./admission/hostname-counts.ts";
import { createAdmissionGrace, type AdmissionGrace } from "./admission/admission-grace.ts";
import { createFormerZones, type FormerZones } from "./move/former-zones.ts";
import type { PlacementState } from "./placement.ts";
import { createUnreadClaims, type UnreadClaims } from "./unread-claims.ts";
import { createReservedZones, type ReservedZones } from "./admission/reserved-zones.ts";

/** The state of the store. */
export interface StoreState extends PlacementState {
  readonly now: (() => Millis) | undefined;
  readonly aliases: Map<ObjectKey, DnsAlias>;
  readonly zones: Map<ObjectKey, DnsZone>;
  readonly reserved: ReservedZones;
  readonly reservedNames: Map<string, readonly ObjectKey[]>;
  /** Names with the zones of `reservedNames` whose alias was deleted. An entry remains until another zone has the name. */
  readonly leftReserved: Map<Name, readonly ObjectKey[]>;
  readonly grace: AdmissionGrace;
  readonly counts: HostnameCounts;
  readonly newZones: Map<ObjectKey, Millis>;
  hasStarted: boolean;
  readonly labels: Map<string, Readonly<Record<string, string>>>;
  /** The aliases that list each hostname and are not being deleted. */
  readonly candidates: Map<Name, Set<ObjectKey>>;
  readonly claims: Map<ObjectKey, Map<Name, Claim>>;
  /** The names of unreadable aliases. */
  readonly unread: UnreadClaims;
  /**
   * The number of each zone's last decision. All zones share one counter, so a zone that is created again never gets an earlier
   * number.
   */
  readonly versions: Map<ObjectKey, number>;
  decisions: number;
  readonly placed: Map<Name, Set<ObjectKey>>;
  /** The wildcards among the placed names. */
  readonly wildcards: Set<Name>;
  readonly former: FormerZones;
  readonly pending: Set<Name>;
  readonly touchedZones: Set<ObjectKey>;
  readonly touchedAliases: Set<ObjectKey>;
  index: ZoneIndex;
}

/** The state before the first object. */
export function emptyState(now: (() => Millis) | undefined): StoreState {
  return {
    now,
    reserved: createReservedZones(),
    reservedNames: new Map(),
    leftReserved: new Map(),
    grace: createAdmissionGrace(),
    counts: createHostnameCounts(),
    newZones: new Map(),
    hasStarted: false,
    aliases: new Map(),
    zones: new Map(),
    labels: new Map(),
    candidates: new Map(),
    claims: new Map(),
    unread: createUnreadClaims(),
    versions: new Map(),
    decisions: 0,
    placed: new Map(),
    wildcards: new Set(),
    former: createFormerZones(),
    pending: new Set(),
    touchedZones: new Set(),
    touchedAliases: new Set(),
    index: indexZones([]),
  };
}

/** Marks a zone to be planned again. */
export function touchClaims(state: StoreState, zone: ObjectKey): void {
  if (state.zones.has(zone)) {
    state.decisions += 1;
    state.versions.set(zone, state.decisions);
  }
  state.touchedZones.add(zone);
}
