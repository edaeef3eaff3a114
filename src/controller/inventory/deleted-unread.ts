import type { DnsAlias } from "../../api/dns-alias.ts";
import type { InventoryEvent } from "../ports/inventory.ts";
import type { Store } from "./store.ts";

/**
 * An alias under deletion whose spec can't be read becomes one that can be finalized: with its last spec that could be read, or else with the hostnames alone that its
 * spec and status list. A DnsZone becomes one with its last spec that could be read. Every other event stays as it is.
 */
export function deletedUnread({ alias, zone }: Pick<Store, "alias" | "zone">, event: InventoryEvent): InventoryEvent {
  if (event.kind !== "invalid" || event.manifest.meta?.deletedAt === undefined) {
    return event;
  }
  const { kind, key, meta, hostnames = [] } = event.manifest;
  if (kind === "DnsZone") {
    const last = zone(key);
    return last?.meta.uid === meta.uid ? { kind: "zone", zone: { ...last, meta } } : event;
  }
  const known = alias(key);
  const before: DnsAlias = known?.meta.uid === meta.uid ? known : { kind: "DnsAlias", meta, spec: specOf(hostnames) };
  return { kind: "alias", alias: { ...before, meta } };
}

function specOf(hostnames: DnsAlias["spec"]["hostnames"]): DnsAlias["spec"] {
  return {
    hostnames,
    targets: [],
    selection: "Merge",
    failback: { mode: "Automatic", afterMs: 0 },
    families: [],
    onEmpty: "Keep",
    onStale: "Keep",
    onUnhealthy: "Keep",
    fallbackAddresses: [],
    maxStalenessMs: 0,
    allowPrivate: false,
    paused: false,
    httpsAlias: false,
  };
}
