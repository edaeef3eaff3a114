import type { DnsAlias } from "../../api/dns-alias.ts";
import type { ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, nameOfCanonical, type Name } from "../../dns/name/name.ts";
import { entriesOf, nameId, placementOf } from "./placement.ts";
import type { StoreState } from "./store-state.ts";

type State = Pick<StoreState, "zones" | "newZones" | "reservedNames">;

/** Returns the names in `reservedNames` that still belong to a deleted or unreadable DnsZone. */
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

/** Marks the zones above a name to be planned, because their answer for the name has changed. */
export function touchZonesAbove(state: StoreState, name: Name): void {
  for (const [key, { spec }] of state.zones) {
    if (isAtOrBelow(name, spec.domain)) {
      state.touchedZones.add(key);
    }
  }
}

/**
 * Updates the remembered DnsZones of an alias's names from its status. If the status lists a name in a known DnsZone, the name is
 * no longer in a deleted one. This remains remembered if the status is lost later.
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

/** Forgets the names that a status had in a DnsZone. From now on, this process knows the names of the DnsZone itself. */
export function forgetNamesOf({ reservedNames }: State, zone: ObjectKey): void {
  for (const [id, zones] of reservedNames) {
    if (zones.includes(zone)) {
      reservedNames.delete(id);
    }
  }
}
