import type { ObjectKey } from "../../../api/meta.ts";
import type { Name } from "../../../dns/name/name.ts";

/** A name that a zone had before and that other zones have now. */
interface FormerClaim {
  /** The namespace whose aliases had the name there; undefined: only a status lists the name there, as after a restart. */
  readonly namespace: string | undefined;
}

/**
 * Which zones had a name before the zones that have it now. Only names that an alias has now are remembered, so that this is never more than the names in use.
 */
export interface FormerZones {
  /** Records that the name left the zone. An earlier record of the name remains. */
  record(zone: ObjectKey, name: Name, namespace: string | undefined): void;
  /** The zone has the name again, or nothing of it is there any more. */
  remove(zone: ObjectKey, name: Name): void;
  /** No alias has the name any more. */
  removeName(name: Name): void;
  removeZone(zone: ObjectKey): void;
  /** Zones that had the name before. */
  zonesOf(name: Name): readonly ObjectKey[];
  claimsIn(zone: ObjectKey): ReadonlyMap<Name, FormerClaim>;
  size(): number;
}

const NONE: ReadonlyMap<Name, FormerClaim> = new Map();

export function createFormerZones(): FormerZones {
  const byZone = new Map<ObjectKey, Map<Name, FormerClaim>>();
  const remove = (zone: ObjectKey, name: Name): void => {
    const names = byZone.get(zone);
    names?.delete(name);
    if (names?.size === 0) {
      byZone.delete(zone);
    }
  };
  return {
    record(zone, name, namespace) {
      const names = byZone.get(zone) ?? new Map<Name, FormerClaim>();
      byZone.set(zone, names.set(name, { namespace: namespace ?? names.get(name)?.namespace }));
    },
    remove,
    removeName: (name) => [...byZone.keys()].forEach((zone) => remove(zone, name)),
    removeZone: (zone) => void byZone.delete(zone),
    zonesOf: (name) =>
      byZone.size === 0 ? [] : [...byZone].flatMap(([zone, names]) => (names.has(name) ? [zone] : [])),
    claimsIn: (zone) => byZone.get(zone) ?? NONE,
    size: () => [...byZone.values()].reduce((sum, names) => sum + names.size, 0),
  };
}
