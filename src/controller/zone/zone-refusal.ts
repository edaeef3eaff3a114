import type { Millis } from "../../base/clock.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { undelegatedMessage } from "../../plan/domain/delegation.ts";
import type { ActualZone } from "../../providers/provider.ts";
import type { Store } from "../inventory/store.ts";
import type { ZoneOutcome } from "./state/planned.ts";
import { isContested, TEXT_WINDOW_MS, WHOLE_TEXT } from "./state/repairs.ts";
import type { ZoneState } from "./state/zone-state.ts";

/** Why a zone may not be written, regardless of its backend. Undefined: it may be written. */
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
        message: `DnsZone ${objectKey(twin.meta)} already writes to the same place. Choose another place for this DnsZone, or delete one of them`,
      };
}

/** Why dnsalias leaves the text of a zone as it is: another writer keeps changing it. Undefined: no writer does. */
export function contestedText(
  { repairs }: Pick<ZoneState, "repairs">,
  { needsWrite }: Pick<ActualZone, "needsWrite">,
  now: Millis,
): ZoneOutcome | undefined {
  if (needsWrite?.kind !== "foreign-edit" || !isContested(repairs, WHOLE_TEXT, now)) {
    return undefined;
  }
  const message = `Another writer repeatedly changes the text that dnsalias wrote (${needsWrite.message}). Stop that writer. The next attempt is in ${TEXT_WINDOW_MS / 60_000} minutes`;
  return { kind: "refused", reason: "WriterConflict", message };
}
