import type { AliasStatus, DnsAlias } from "../../api/dns-alias.ts";
import type { DnsZone, ZoneStatus } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import type { Clock } from "../../base/clock.ts";
import type { InvalidObject } from "../../controller/ports/inventory.ts";
import type { Reporter, StatusWrite } from "../../controller/ports/reporter.ts";
import { invalidObjectStatus } from "./invalid-object-status.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { setFinalizer } from "./finalizer-patch.ts";
import { memberAt, textAt } from "../../base/json.ts";
import { DNS_ALIASES, DNS_ZONES, pathOf, type Resource } from "../client/resource.ts";
import { createStatusWriter, toStatusWrite, type StatusTarget, type StatusWriter } from "./status-writer.ts";
import type { Transport } from "../client/transport.ts";

export interface ReporterDeps {
  readonly transport: Transport;
  readonly events: EventRecorder;
  /** A wall clock, because it dates conditions. */
  readonly clock: Clock;
}

/** Writes statuses, finalizers and Events of DnsAliases and DnsZones to the API server. */
export function createReporter({ transport, events, clock }: ReporterDeps): Reporter {
  const writer = createStatusWriter(transport, () => clock.now());
  const status = (object: DnsAlias | DnsZone, wanted: AliasStatus | ZoneStatus, signal: AbortSignal) =>
    writer.write(targetOf(object), wanted, signal);
  return {
    aliasStatus: status,
    zoneStatus: status,
    invalidObject: (manifest, signal) => updateInvalidStatus({ transport, writer, clock }, manifest, signal),
    finalizer: ({ kind, meta }, isPresent, signal) =>
      setFinalizer(transport, resourceOf(kind), meta, isPresent, signal),
    event: (object, event) => events.offer({ kind: object.kind, meta: object.meta, event }),
  };
}

interface InvalidObjectDeps {
  readonly transport: Transport;
  readonly writer: StatusWriter;
  readonly clock: Clock;
}

/** Reads the status first, because an apply without an owned field would remove it, and with it the last known good addresses. */
async function updateInvalidStatus(
  deps: InvalidObjectDeps,
  manifest: InvalidObject,
  signal: AbortSignal,
): Promise<StatusWrite> {
  const resource = resourceOf(manifest.kind);
  const slash = manifest.key.indexOf("/");
  const [namespace, name] = [manifest.key.slice(0, slash), manifest.key.slice(slash + 1)];
  const read = await deps.transport.request({ method: "GET", path: pathOf(resource, { namespace, name }) }, signal);
  if (read.kind !== "ok") {
    return toStatusWrite(read);
  }
  const current = memberAt(read.body, "status");
  const target: StatusTarget = {
    resource,
    key: manifest.key,
    namespace,
    name,
    uid: textAt(read.body, "metadata", "uid"),
    resourceVersion: textAt(read.body, "metadata", "resourceVersion"),
    current,
  };
  return deps.writer.write(target, invalidObjectStatus(current, manifest, deps.clock.now()), signal);
}

function targetOf({ kind, meta, status }: DnsAlias | DnsZone): StatusTarget {
  const { namespace, name, uid, resourceVersion } = meta;
  const key = objectKey(meta);
  return { resource: resourceOf(kind), key, namespace, name, uid, resourceVersion, current: status };
}

function resourceOf(kind: InvalidObject["kind"]): Resource {
  return kind === "DnsAlias" ? DNS_ALIASES : DNS_ZONES;
}
