import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { undelegatedMessage } from "../../plan/domain/delegation.ts";
import type { Store } from "../inventory/store.ts";

/** Why nothing is written for a zone, whatever its backend says; undefined: it may be written. */
export function zoneRefusal(
  store: Pick<Store, "missingConsents" | "zoneWithSameTarget">,
  zone: DnsZone,
): { readonly reason: "NotDelegated" | "ZoneConflict"; readonly message: string } | undefined {
  const key = objectKey(zone.meta);
  const missing = store.missingConsents(key);
  if (missing !== undefined) {
    return { reason: "NotDelegated", message: undelegatedMessage({ key, domain: zone.spec.domain }, missing) };
  }
  const twin = store.zoneWithSameTarget(zone);
  return twin === undefined
    ? undefined
    : {
        reason: "ZoneConflict",
        message: `DnsZone ${objectKey(twin.meta)} already writes to the same place: give this zone another one, or delete one of them`,
      };
}
