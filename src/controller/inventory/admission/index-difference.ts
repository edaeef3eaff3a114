import type { ObjectKey } from "../../../api/meta.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { ZoneIndex } from "../../../plan/claims.ts";
import type { ReservedZone } from "../../../plan/domain/reserved-zone.ts";

/**
 * The effect of a change of DnsZones on other DnsZones. `undelegated`: DnsZones that now match names, or no longer do.
 * `reservedDomains`: domains whose names may now have another zone.
 */
export interface IndexDifference {
  readonly undelegated: readonly ObjectKey[];
  readonly reservedDomains: readonly Name[];
}

export function indexDifference(before: ZoneIndex, after: ZoneIndex): IndexDifference {
  const undelegated = differing(before.undelegated, after.undelegated, (missing) => missing.join());
  const reservedBefore = byKey(before);
  const reservedAfter = byKey(after);
  const reserved = differing(reservedBefore, reservedAfter, ({ domain, allowedNamespaces, why }) =>
    JSON.stringify([domain, allowedNamespaces, why]),
  );
  const domains = reserved.flatMap((key) => [reservedBefore.get(key), reservedAfter.get(key)]);
  return { undelegated, reservedDomains: domains.flatMap((zone) => zone?.domain ?? []) };
}

function byKey({ reserved }: ZoneIndex): ReadonlyMap<ObjectKey, ReservedZone> {
  return new Map([...reserved.values()].flat().map((zone) => [zone.key, zone]));
}

function differing<T>(
  before: ReadonlyMap<ObjectKey, T>,
  after: ReadonlyMap<ObjectKey, T>,
  text: (value: T) => string,
): readonly ObjectKey[] {
  const shown = (value: T | undefined): string | undefined => (value === undefined ? undefined : text(value));
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (key) => shown(before.get(key)) !== shown(after.get(key)),
  );
}
