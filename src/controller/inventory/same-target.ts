import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { byAge } from "../../plan/claims.ts";

/** The oldest zone with the same write location as this one. Undefined if this one is the oldest. */
export function zoneWithSameTarget(
  zones: Iterable<DnsZone>,
  zone: DnsZone,
  writeTargetOf: (zone: DnsZone) => string,
): DnsZone | undefined {
  const target = writeTargetOf(zone);
  const twins = [...zones].filter((other) => writeTargetOf(other) === target);
  const first = twins.sort(byAge)[0];
  return first === undefined || objectKey(first.meta) === objectKey(zone.meta) ? undefined : first;
}
