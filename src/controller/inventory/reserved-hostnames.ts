import type { DnsAlias } from "../../api/dns-alias.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, nameOfCanonical, type Name } from "../../dns/name/name.ts";
import { entriesOf, nameId, placementOf } from "./placement.ts";
import type { StoreState } from "./store-state.ts";

type State = Pick<StoreState, "zones" | "newZones" | "reservedNames">;

/** The names of aliases that still belong to a deleted or unreadable DnsZone, among those that ever did. */
export function reservedHostnames(state: StoreState): readonly Name[] {
  const isReservedFor = (key: ObjectKey, name: Name): boolean => {
    const alias = state.aliases.get(key);
    const match = alias === undefined ? undefined : placementOf(state, alias, name);
    return match?.kind === "none" && match.reason === "ZoneReserved";
  };
  // A key is the uid of the alias and the name.
  const names = new Set([...state.reservedNames.keys()].map((id) => nameOfCanonical(id.slice(id.indexOf(" ") + 1))));
  return [...names].filter((name) => [...(state.candidates.get(name) ?? [])].some((key) => isReservedFor(key, name)));
}

/** Marks the zones above a name to be planned, because their answer for it has changed. */
export function touchZonesAbove(state: StoreState, name: Name): void {
  for (const [key, { spec }] of state.zones) {
    if (isAtOrBelow(name, spec.domain)) {
      state.touchedZones.add(key);
    }
  }
}

/**
 * Compares the remembered DnsZones of an alias's names with its status. A status with a known DnsZone shows that the name is no
 * longer in a deleted one, also when this status is lost later.
 */
export function noteListedZones(state: State, alias: DnsAlias): void {
  for (const name of alias.spec.hostnames) {
    const id = nameId(alias, name);
    const zones = state.reservedNames.has(id) ? entriesOf(alias, name).map(({ zone }) => zone) : [];
    const known = zones.filter((zone) => state.zones.has(zone));
    if (known.some((zone) => !state.newZones.has(zone))) {
      state.reservedNames.delete(id);
    } else if (known.length > 0) {
      state.reservedNames.set(id, zones);
    }
  }
}

/** Forgets the names that a status had in a DnsZone. From now on, this process knows itself what the DnsZone has. */
export function forgetNamesOf({ reservedNames }: State, zone: ObjectKey): void {
  for (const [id, zones] of reservedNames) {
    if (zones.includes(zone)) {
      reservedNames.delete(id);
    }
  }
}
