import type { DnsAlias } from "../../api/dns-alias.ts";
import type { InventoryEvent } from "../ports/inventory.ts";
import type { Store } from "./store.ts";

/**
 * Replaces an unreadable alias under deletion by one that can be finalized. It has the last readable spec, or otherwise only the
 * hostnames in its spec and status. A DnsZone gets its last readable spec. Every other event is unchanged.
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
