import type { ObjectKey } from "../../../api/meta.ts";
import type { Name } from "../../../dns/name/name.ts";

/** A name that a zone had, and that other zones have now. */
interface FormerClaim {
  /** The namespace whose aliases had the name there. Undefined: only a status lists the name there, as after a restart. */
  readonly namespace: string | undefined;
}

/** The former zones of each name. Only names with an alias are remembered, so the memory is limited by the names in use. */
export interface FormerZones {
  /** Records that the name left the zone. An earlier record of the name remains. */
  record(zone: ObjectKey, name: Name, namespace: string | undefined): void;
  /** Call it when the zone has the name again, or has no records of it any more. */
  remove(zone: ObjectKey, name: Name): void;
  /** Call it when no alias has the name any more. */
  removeName(name: Name): void;
  removeZone(zone: ObjectKey): void;
  /** The former zones of the name. */
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
