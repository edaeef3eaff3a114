import type { ObjectKey } from "../../api/meta.ts";
import { isAtOrBelow, nameOfCanonical, type Name } from "../../dns/name/name.ts";
import { placementOf } from "./placement.ts";
import type { StoreState } from "./store-state.ts";

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
