import type { Clock } from "../../base/clock.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import type { BackendApplyResult, BackendBatch, BackendRead, RecordBackend } from "../backend.ts";
import { recordsRejectedBy } from "../http-error.ts";
import type { Applied } from "../provider.ts";
import { byKey, pendingChanges } from "../rrset-changes.ts";
import { createPowerDNSClient, type PowerDNSClient, type PowerDNSClientDeps } from "./client.ts";
import { delegationsOfZone, patchOf, rrsetsOfZone, serialPatch } from "./convert.ts";

export interface PowerDNSDeps extends PowerDNSClientDeps {
  readonly clock: Clock;
}

/**
 * A zone of a PowerDNS server over its HTTP API. One request reads the whole zone, and one makes all changes of a batch. The
 * server cannot compare before it writes, so the zone is read again directly before the write.
 */
export function createPowerDNSBackend(deps: PowerDNSDeps): RecordBackend {
  const client = createPowerDNSClient(deps);
  return {
    id: "powerDNS",
    capabilities: { atomic: "batch", comparesAndSwaps: false, listsZone: true },
    read: (_names, signal) => read(client, deps.domain, signal),
    apply: (batch, signal) => apply(client, deps, batch, signal),
  };
}

/** The kinds of zones that are copies from another server. */
const SECONDARY_KINDS: ReadonlySet<string> = new Set(["slave", "secondary", "consumer"]);

async function read(client: PowerDNSClient, domain: Name, signal: AbortSignal): Promise<BackendRead> {
  const answer = await client.zone(signal);
  if (answer.kind !== "ok") {
    return answer;
  }
  const { serial } = answer.zone;
  const sets = rrsetsOfZone(answer.zone, domain);
  const delegations = delegationsOfZone(answer.zone, domain);
  return { kind: "ok", sets, complete: true, delegations, ...(serial !== undefined && { serial }) };
}

async function apply(
  client: PowerDNSClient,
  { spec, domain, clock }: PowerDNSDeps,
  batch: BackendBatch,
  signal: AbortSignal,
): Promise<BackendApplyResult> {
  const answer = await client.zone(signal);
  if (answer.kind !== "ok") {
    return answer;
  }
  const { zone } = answer;
  if (SECONDARY_KINDS.has(zone.kind)) {
    return { kind: "refused", reason: "ReadOnly", message: readOnlyMessage(spec.url, domain, zone.kind) };
  }
  const checked = pendingChanges(batch, byKey(rrsetsOfZone(zone, domain)));
  if (checked.kind === "conflict") {
    return checked;
  }
  if (checked.open.length === 0) {
    return applied(zone.serial, false);
  }
  const raised = serialPatch(zone, domain, clock.now());
  const rrsets = [...patchOf(checked.open, zone), ...(raised === undefined ? [] : [raised.patch])];
  const written = await client.patch(rrsets, signal);
  return written.kind === "ok" ? applied(raised?.serial, true) : recordsRejectedBy(written);
}

function applied(serial: number | undefined, wrote: boolean): Applied {
  return { kind: "applied", revision: String(serial ?? ""), wrote, ...(serial !== undefined && { serial }) };
}

function readOnlyMessage(url: string, domain: Name, kind: string): string {
  return `the zone ${displayName(domain)} is of kind ${kind} at PowerDNS at ${url}, which takes its records from a primary: set url to the primary`;
}
