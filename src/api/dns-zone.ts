import type { Name } from "../dns/name/name.ts";
import type { TtlRange } from "./dns-alias.ts";
import type { Condition } from "./condition/condition.ts";
import type { LabelSelector } from "./label-selector.ts";
import type { ObjectMeta } from "./meta.ts";

/** A DnsZone after schema, rules and defaults. */
export interface DnsZone {
  readonly kind: "DnsZone";
  readonly meta: ObjectMeta;
  readonly spec: ZoneSpec;
  readonly status?: ZoneStatus;
}

export interface ZoneSpec {
  readonly domain: Name;
  readonly allowedNamespaces: AllowedNamespaces;
  readonly tenants: TenantsSpec;
  readonly provider: ProviderSpec;
  readonly servedBy: ServedBySpec;
  /** Recursive resolvers for this zone only. Never empty. Absent: the controller's resolvers. */
  readonly resolvers?: readonly ResolverSpec[];
  readonly policy: "Sync" | "UpsertOnly" | "CreateOnly";
  /**
   * The handling of A and AAAA records without an owner at a hostname of a DnsAlias. Refuse: dnsalias doesn't modify them. Adopt:
   * dnsalias adopts them.
   */
  readonly conflict: "Refuse" | "Adopt";
  /** The effect of a deletion of the DnsZone on its records. Retain: they stay. Delete: they are withdrawn. */
  readonly deletionPolicy: "Retain" | "Delete";
  readonly ttl: TtlRange;
  /** In a zone of 10 or more RRsets, a plan that deletes more than this percentage of them is held. */
  readonly maxDeletePercent: number;
  readonly responder: ZoneResponderSpec;
}

/** How the responder serves the zone, in addition to the provider. */
interface ZoneResponderSpec {
  /** Absent: the provider's base zone. The responder does not serve a zone that has no base zone in either place. */
  readonly base?: BaseZoneSpec;
  /** Whether dnsalias sends the subnets of clients to the targets' resolvers (RFC 7871). */
  readonly clientSubnet: boolean;
}

/** The source of the records that dnsalias does not manage, as zone-file text. */
export type BaseZoneSpec =
  | { readonly kind: "inline"; readonly text: string }
  | { readonly kind: "configMap"; readonly name: string; readonly key: string };

export type AllowedNamespaces =
  | { readonly from: "Same" }
  | { readonly from: "All" }
  | { readonly from: "Selector"; readonly selector: LabelSelector };

/** Limits for the DnsAliases of other namespaces that `allowedNamespaces` admits. */
export interface TenantsSpec {
  /** The names that these DnsAliases can have. Never empty. Absent: every free name. */
  readonly hostnames?: readonly HostnamePattern[];
  readonly wildcards: "Allow" | "Deny";
  readonly privateAddresses: "Deny" | "Allow";
  /** The maximum number of hostnames in each namespace. Absent: there is no limit. */
  readonly maxHostnames?: number;
}

/** A pattern for one name, or for every name below it. Its variables are replaced by the name or a label of a namespace. */
export interface HostnamePattern {
  /** As the user wrote it. */
  readonly text: string;
  /** True for a pattern that begins with `*.`, which matches every name below the name. */
  readonly isBelow: boolean;
  /** The name in lower case, with the final dot. */
  readonly parts: readonly PatternPart[];
}

export type PatternPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "namespace" }
  | { readonly kind: "label"; readonly key: string };

export interface ResolverSpec {
  readonly address: string;
  readonly port: number;
  readonly protocol: "UDP" | "TCP" | "TLS" | "HTTPS";
  /** The name in the server's certificate, for TLS and HTTPS. Absent: the certificate has the server's address. */
  readonly serverName?: string;
}

/** Each provider has one member in this union. */
export type ProviderSpec =
  | { readonly kind: "coreDNSZoneFile"; readonly zoneFile: ZoneFileSpec; readonly nudge?: NudgeSpec }
  | { readonly kind: "coreDNSOverlay"; readonly overlay: OverlaySpec; readonly nudge?: NudgeSpec }
  | { readonly kind: "rfc2136"; readonly rfc2136: Rfc2136Spec }
  | { readonly kind: "powerDNS"; readonly powerDNS: PowerDNSSpec }
  | { readonly kind: "externalDNSWebhook"; readonly webhook: WebhookSpec }
  | { readonly kind: "dnsEndpoint"; readonly dnsEndpoint: DnsEndpointSpec }
  | { readonly kind: "transfer"; readonly transfer: TransferSpec }
  | { readonly kind: "coreDNSEtcd"; readonly etcd: CoreDNSEtcdSpec };

/** The providers that keep records outside the ConfigMaps and files of CoreDNS. */
export type ExternalProviderSpec = Exclude<ProviderSpec, { readonly kind: "coreDNSZoneFile" | "coreDNSOverlay" }>;

/** dnsalias is the zone's hidden primary, and secondaries transfer the zone from it. */
export interface TransferSpec {
  readonly base: BaseZoneSpec;
  /** The clients that may transfer the zone. Never empty. With `tsig`, a client also needs the key. */
  readonly allow: readonly { readonly address: string; readonly prefix: number }[];
  /** Absent: only the address of a client decides. */
  readonly tsig?: {
    readonly keyName: Name;
    readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
    readonly secretRef: SecretKeyRef;
  };
  /** The secondaries that get a notification of each change (RFC 1996). */
  readonly notify: readonly { readonly address: string; readonly port: number }[];
  /** The catalog zone (RFC 9432) that lists this zone. Absent: no catalog lists it. */
  readonly catalog?: Name;
}

/** The provider that writes keys for the etcd plugin of CoreDNS. */
export interface CoreDNSEtcdSpec extends AuthoritySpec {
  /** For example "https://etcd.example.net:2379", without a path. dnsalias tries the endpoints in order. */
  readonly endpoints: readonly string[];
  /** The plugin's `path`: "/skydns". */
  readonly pathPrefix: string;
  readonly auth?: { readonly username: string; readonly passwordRef: SecretKeyRef };
  /** A Secret of the type kubernetes.io/tls. */
  readonly clientCertificateRef?: { readonly name: string };
}

/**
 * The authorities that sign the certificate of a server. Without either field, dnsalias trusts the authorities that Node.js trusts.
 */
export interface AuthoritySpec {
  /** PEM. */
  readonly caBundle?: string;
  readonly caBundleRef?: { readonly kind: "ConfigMap" | "Secret"; readonly name: string; readonly key: string };
}

/** A key of a Secret in the zone's own namespace. */
export interface SecretKeyRef {
  readonly name: string;
  readonly key: string;
}

/** The provider that sends DNS updates (RFC 2136). dnsalias tries the servers in order. All servers update the same zone. */
export interface Rfc2136Spec {
  /** 1 to 8 addresses; hostnames are not allowed. */
  readonly servers: readonly { readonly address: string; readonly port: number }[];
  /** Absent: unsigned updates. */
  readonly tsig?: {
    /** The key's name at the server. */
    readonly keyName: Name;
    readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
    /** Its secret in base64. */
    readonly secretRef: SecretKeyRef;
  };
  /** AXFR reads the zone by transfer, or by queries if the server refuses transfers. Query reads it only by queries. */
  readonly read: "AXFR" | "Query";
}

export interface PowerDNSSpec extends AuthoritySpec {
  /** "https://pdns.example.net:8081", without /api/v1. */
  readonly url: string;
  /** Usually "localhost". */
  readonly serverId: string;
  readonly apiKeyRef: SecretKeyRef;
}

export interface WebhookSpec extends AuthoritySpec {
  /** "http://127.0.0.1:8888", without a path. */
  readonly url: string;
}

interface DnsEndpointSpec {
  /** Labels for the DNSEndpoint objects. An ExternalDNS may select by them. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface ZoneFileSpec {
  /** The ConfigMap for the rendered zone, in the zone's namespace. Only dnsalias writes it. */
  readonly configMap: { readonly name: string; readonly key: string };
  /** The source of the records that dnsalias does not manage. */
  readonly base: BaseZoneSpec;
}

export interface OverlaySpec {
  /** The key of the Corefile (or of a `*.server` file) that contains the dnsalias section between markers. */
  readonly configMap: { readonly namespace: string; readonly name: string; readonly key: string };
  /** The maximum number of server blocks. A condition reports names beyond this limit. */
  readonly maxNames: number;
}

/** The name servers that the propagation check queries. */
export type ServedBySpec =
  | { readonly kind: "none" }
  | { readonly kind: "addresses"; readonly addresses: readonly { readonly address: string; readonly port: number }[] }
  | { readonly kind: "service"; readonly namespace: string; readonly name: string; readonly port: number };

/** The Pods of CoreDNS that get an annotation after a write. The kubelet then updates the mounted ConfigMap at once. */
export interface NudgeSpec {
  readonly namespace: string;
  readonly selector: LabelSelector;
}

export interface ZoneStatus {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly provider?: string;
  readonly names?: number;
  readonly serial?: number;
  /** The number of name servers, and how many of them serve the desired records. */
  readonly servers?: { readonly current: number; readonly total: number };
  /** Measured delivery lag, for example "2s700ms". The status changes only if the lag changes by a quarter. */
  readonly deliveryLag?: string;
  /** The hash of the plan that the guard holds. */
  readonly planHash?: string;
  readonly guard?: GuardStatus;
  /**
   * Names without a DnsAlias whose records can't be deleted now. They are listed if the backend doesn't report such records after a
   * restart.
   */
  readonly leftHostnames?: readonly LeftHostname[];
}

/** A name with records whose DnsAlias no longer exists. */
export interface LeftHostname {
  readonly hostname: string;
  readonly addresses: readonly string[];
  readonly ttl: number;
}

/** The counts of the guard, which outlive restarts and changes of the leader. */
export interface GuardStatus {
  /** RRsets that were deleted within the hour before the last deletion. */
  readonly deletes?: number;
  /** The largest number of RRsets in the zone within that hour. */
  readonly ofRecords?: number;
  /** RFC 3339. */
  readonly lastDeleteTime?: string;
  /** The plan whose approval was used. */
  readonly usedPlanHash?: string;
}
