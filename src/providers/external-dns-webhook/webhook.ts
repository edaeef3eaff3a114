import { rrsetKey } from "../../dns/record.ts";
import { sameMembers } from "../../base/order.ts";
import type { BackendApplyResult, BackendBatch, BackendRead, RecordBackend } from "../backend.ts";
import { EXTERNAL_DNS_LACKS } from "../external-dns-types.ts";
import { recordsRejectedBy } from "../http-error.ts";
import { byKey, pendingChanges } from "../rrset-changes.ts";
import type { AdjustedChange } from "./changes.ts";
import { createWebhookClient } from "./client.ts";
import { endpointFor, type Shown } from "./convert.ts";
import { createReadRecords, type ReadRecordsDeps } from "./read-records.ts";
import { filterAdjusted, filterChanges } from "./filter-changes.ts";
import { createRequestedTtls, type RequestedTtls } from "./requested-ttls.ts";
import { write, type WriteContext } from "./write-changes.ts";

/**
 * A zone of any DNS service with an ExternalDNS webhook provider. A provider has no compare-and-swap and reports no result for single
 * records, so the zone is read before and after a write. Missing records are sent again, or reported by name.
 */
export function createWebhookBackend(deps: ReadRecordsDeps): RecordBackend {
  const client = createWebhookClient(deps);
  const parts = {
    client,
    readRecords: createReadRecords(deps, client),
    requestedTtls: createRequestedTtls(),
    clock: deps.clock,
  };
  return {
    id: "externalDNSWebhook",
    capabilities: { atomic: "set", comparesAndSwaps: false, listsZone: true, lacks: EXTERNAL_DNS_LACKS },
    read: (_names, signal) => read(parts, signal),
    apply: (batch, signal) => apply(parts, batch, signal),
  };
}

async function read({ readRecords, requestedTtls }: WriteContext, signal: AbortSignal): Promise<BackendRead> {
  const now = await readRecords(signal);
  return now.kind === "ok" ? { kind: "ok", sets: requestedTtls.presented(now.shown), complete: true } : now;
}

async function apply(parts: WriteContext, batch: BackendBatch, signal: AbortSignal): Promise<BackendApplyResult> {
  const now = await parts.readRecords(signal);
  if (now.kind !== "ok") {
    return now;
  }
  const checked = pendingChanges(batch, byKey(parts.requestedTtls.presented(now.shown)));
  if (checked.kind === "conflict") {
    return checked;
  }
  const sendable = filterChanges(checked.open, now.shown, now.filter);
  const candidates = sendable.kept.flatMap(({ after }) => (after === undefined ? [] : [endpointFor(after)]));
  const adjusted = candidates.length === 0 ? NO_ENDPOINTS : await parts.client.adjust(candidates, signal);
  if (adjusted.kind !== "ok") {
    return recordsRejectedBy(adjusted);
  }
  const { kept, left } = filterAdjusted(sendable.kept, adjusted.value);
  const records = [...sendable.left, ...left];
  if (records[0] !== undefined) {
    return { kind: "rejected", message: records[0].message, records };
  }
  const open = kept.filter((change) => !standsAlready(parts.requestedTtls, change, now.shown));
  return write(parts, { open, shown: now.shown }, signal);
}

const NO_ENDPOINTS = { kind: "ok", value: [] } as const;

/**
 * Whether the provider already has the record. After a restart, the provider's TTL for a requested TTL is not known. The endpoint
 * that the provider returns for the change shows whether a write is needed.
 */
function standsAlready(
  requestedTtls: RequestedTtls,
  { change: { after }, wanted }: AdjustedChange,
  shown: Shown,
): boolean {
  const now = after === undefined ? undefined : shown.get(rrsetKey(after))?.set;
  if (after === undefined || now === undefined || wanted?.recordTTL !== now.ttl || !sameMembers(after.data, now.data)) {
    return false;
  }
  requestedTtls.learn(after, now);
  return true;
}
