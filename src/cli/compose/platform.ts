import type { Millis } from "../../base/clock.ts";
import type { BaseZoneSpec, DnsZone, OverlaySpec, SecretKeyRef } from "../../api/dns-zone.ts";
import { objectKey } from "../../api/meta.ts";
import { nudgeOf } from "../../api/zone-references.ts";
import type { Inventory } from "../../controller/ports/inventory.ts";
import type { Reporter } from "../../controller/ports/reporter.ts";
import type { EndpointsOf } from "../../controller/ports/servers.ts";
import type { VotePort } from "../../controller/ports/votes.ts";
import type { SecretText } from "../../providers/backend.ts";
import { createOverlayProvider } from "../../providers/coredns/overlay.ts";
import { withoutRejected } from "../../providers/coredns/without-rejected.ts";
import { createZoneFileProvider } from "../../providers/coredns/zone-file.ts";
import type { EndpointStore } from "../../providers/dns-endpoint/endpoint-store.ts";
import { cachedForMs, expectedLagMs } from "../../providers/expected-lag.ts";
import type { ZoneProvider } from "../../providers/provider.ts";
import type { ExternalProviders } from "./external-providers.ts";
import type { Transfers } from "./zone-transfers.ts";
import { type TextStore, inlineText } from "../../providers/text-store.ts";

/** The identity of this installation. */
export interface Owner {
  /** Throws before the owner id is known. The inventory reports objects only after the id is known. */
  readonly id: () => string;
  /** Undefined: the id is not known yet. */
  readonly knownId: () => string | undefined;
  /**
   * Former ids of this installation on texts and objects of this cluster or folder. No other installation writes these texts and
   * objects.
   */
  readonly formerIdsHere: readonly string[];
  /** Former ids of this installation at DNS servers and services. */
  readonly formerIds: readonly string[];
  /** Why the id would change at a restart. Undefined: it would not change. */
  readonly unsaved: () => string | undefined;
}

/** The common interface of a cluster and a folder: the source of objects, the stores of texts, and the right to write. */
export interface Platform extends AsyncDisposable {
  /** The cluster or the folder, for users. */
  readonly description: string;
  readonly owner: Owner;
  readonly inventory: Inventory;
  readonly reporter: Reporter;
  readonly endpointsOf: EndpointsOf;
  readonly stores: Stores;
  /** Reads one value of a Secret in the namespace of a zone. */
  readonly secretText: (namespace: string, ref: SecretKeyRef) => SecretText;
  /** DNSEndpoint objects of a namespace. Undefined without a cluster. */
  readonly endpointStore: ((namespace: string) => EndpointStore) | undefined;
  readonly writeTargetOf: (zone: DnsZone) => string;
  /** The name or address of the API server. Absent without a cluster. */
  readonly apiServerHost?: () => Promise<string>;
  /** Carries votes between replicas. Absent: there are no other replicas. */
  readonly votes?: VotePort;
  /** How long no Lease has been seen, see `Lease.awayMs`. At least 1 while the objects can't be watched. Absent: there is no Lease. */
  readonly awayMs?: () => Millis;
  /** True if only one of several replicas writes. */
  readonly hasLease: boolean;
  /** Reasons why the platform does not work now, one sentence each. */
  problems(): readonly string[];
  /** Activities that can hang, by a name for users, with the time of their last progress. */
  heartbeats(): ReadonlyMap<string, Millis>;
  /** Calls `onLeading` for each period in which this process may write, until the signal aborts. */
  lead(onLeading: (term: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** The texts that the CoreDNS provider reads and writes. */
interface Stores {
  /** A base zone, only for reading. */
  base(namespace: string, name: string, key: string): Pick<TextStore, "location" | "read">;
  /** A rendered zone, which only dnsalias writes. */
  zoneFile(namespace: string, name: string, key: string): TextStore;
  /** A key of a Corefile that other writers change too. */
  corefile(configMap: OverlaySpec["configMap"], zone: DnsZone["meta"]): TextStore;
  /** Speeds up the delivery of a written text, and returns a problem as a clause. Undefined if delivery can't be faster. */
  readonly expediteDelivery: ((zone: DnsZone, signal: AbortSignal) => Promise<string | undefined>) | undefined;
  /** Maximum size of one text, in bytes. */
  readonly maxBytes: number;
  /** The delivery of a written text to CoreDNS. */
  readonly projection: "kubelet" | "file";
}

export interface ProviderContext {
  readonly stores: Stores;
  readonly externalProviders: Pick<ExternalProviders, "providerOf">;
  readonly transfers: Pick<Transfers, "providerOf">;
  readonly owner: Pick<Owner, "id" | "formerIdsHere">;
  readonly now: () => Millis;
}

/** The provider of a zone on this platform, with its expected lag. */
export function providerOf(context: ProviderContext, zone: DnsZone): ZoneProvider {
  const { provider } = zone.spec;
  const { expediteDelivery, projection } = context.stores;
  const isNudged = nudgeOf(provider) !== undefined && expediteDelivery !== undefined && projection === "kubelet";
  return {
    ...backendOf(context, zone),
    expectedLagMs: expectedLagMs(provider.kind, projection),
    ...(isNudged && { expeditedLagMs: expectedLagMs(provider.kind, "nudgedKubelet") }),
    cachedForMs: cachedForMs(provider.kind),
  };
}

function backendOf(context: ProviderContext, zone: DnsZone): ZoneProvider {
  const { stores, externalProviders, transfers, owner, now } = context;
  const ids = { ownerId: owner.id(), formerOwnerIds: owner.formerIdsHere };
  const { provider } = zone.spec;
  switch (provider.kind) {
    case "coreDNSZoneFile": {
      const { configMap, base } = provider.zoneFile;
      const source = baseSource(stores, zone, base, "spec.provider.coreDNS.zoneFile.baseZone.inline");
      const store = stores.zoneFile(zone.meta.namespace, configMap.name, configMap.key);
      const made = createZoneFileProvider({ zone, base: source, store, ...ids, now, maxBytes: stores.maxBytes });
      return { ...withoutRejected(made, { now }), ...expediting(stores, zone) };
    }
    case "coreDNSOverlay": {
      const store = stores.corefile(provider.overlay.configMap, zone.meta);
      const made = createOverlayProvider({ zone, store, ...ids, maxBytes: stores.maxBytes });
      return { ...withoutRejected(made, { now }), ...expediting(stores, zone) };
    }
    case "rfc2136":
    case "powerDNS":
    case "externalDNSWebhook":
    case "dnsEndpoint":
    case "coreDNSEtcd":
      return externalProviders.providerOf(zone, provider);
    case "transfer": {
      const source = baseSource(stores, zone, provider.transfer.base, "spec.provider.transfer.baseZone.inline");
      return transfers.providerOf(zone, provider, source);
    }
  }
}

function expediting({ expediteDelivery }: Stores, zone: DnsZone): Pick<ZoneProvider, "expediteDelivery"> {
  return nudgeOf(zone.spec.provider) === undefined || expediteDelivery === undefined
    ? {}
    : { expediteDelivery: (signal) => expediteDelivery(zone, signal) };
}

/** The source of the text of a base zone. `field`: the path of the field that contains an inline base zone. */
function baseSource(
  stores: Pick<Stores, "base">,
  { meta }: DnsZone,
  base: BaseZoneSpec,
  field: string,
): Pick<TextStore, "location" | "read"> {
  return base.kind === "inline"
    ? inlineText(base.text, `DnsZone ${objectKey(meta)} ${field}`)
    : stores.base(meta.namespace, base.name, base.key);
}
