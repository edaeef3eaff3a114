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
  /** This zone's own recursive servers; absent: the controller's. Never empty. */
  readonly resolvers?: readonly ResolverSpec[];
  readonly policy: "Sync" | "UpsertOnly" | "CreateOnly";
  /** What becomes of A and AAAA records at our owner names that nobody owns: left alone, or taken over. */
  readonly conflict: "Refuse" | "Adopt";
  /** What happens to the records when the DnsZone is deleted: they stay, or they are withdrawn. */
  readonly deletionPolicy: "Retain" | "Delete";
  readonly ttl: TtlRange;
  /** Whole percent; a plan that deletes more of 10 or more record sets is held. */
  readonly maxDeletePercent: number;
  readonly responder: ZoneResponderSpec;
}

/** How the responder serves the zone, beside what the provider does. */
interface ZoneResponderSpec {
  /** Absent: the provider's base zone; where neither is there the responder does not serve the zone. */
  readonly base?: BaseZoneSpec;
  /** The subnets of clients are sent to the resolvers of the targets (RFC 7871). */
  readonly clientSubnet: boolean;
}

/** The zone's records that are not ours, as zone-file text. */
export type BaseZoneSpec =
  | { readonly kind: "inline"; readonly text: string }
  | { readonly kind: "configMap"; readonly name: string; readonly key: string };

export type AllowedNamespaces =
  | { readonly from: "Same" }
  | { readonly from: "All" }
  | { readonly from: "Selector"; readonly selector: LabelSelector };

/** Limits for DnsAliases of the other namespaces that `allowedNamespaces` admits. */
export interface TenantsSpec {
  /** The names that they can have; absent: every free name. Never empty. */
  readonly hostnames?: readonly HostnamePattern[];
  readonly wildcards: "Allow" | "Deny";
  readonly privateAddresses: "Deny" | "Allow";
  /** Per namespace; absent: any number. */
  readonly maxHostnames?: number;
}

/** A name, or every name below it, in which variables stand for facts about a namespace. */
export interface HostnamePattern {
  /** As the user wrote it. */
  readonly text: string;
  /** `*.` at the beginning: every name below the name. */
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
  /** TLS and HTTPS: the name in the server's certificate; absent: its address. */
  readonly serverName?: string;
}

/** One member each; more providers are more members of this union. */
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

/** We are the zone's hidden primary: secondaries transfer it from us. */
export interface TransferSpec {
  readonly base: BaseZoneSpec;
  /** Who may transfer the zone; never empty. With `tsig` the key is needed too. */
  readonly allow: readonly { readonly address: string; readonly prefix: number }[];
  /** Absent: addresses alone decide. */
  readonly tsig?: {
    readonly keyName: Name;
    readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
    readonly secretRef: SecretKeyRef;
  };
  /** The secondaries that are told of each change (RFC 1996). */
  readonly notify: readonly { readonly address: string; readonly port: number }[];
  /** The catalog zone (RFC 9432) that lists this zone; absent: none. */
  readonly catalog?: Name;
}

/** Keys for the etcd plugin of CoreDNS. */
export interface CoreDNSEtcdSpec extends AuthoritySpec {
  /** "https://etcd.example.net:2379", without a path; tried in order. */
  readonly endpoints: readonly string[];
  /** The plugin's `path`: "/skydns". */
  readonly pathPrefix: string;
  readonly auth?: { readonly username: string; readonly passwordRef: SecretKeyRef };
  /** A Secret of the type kubernetes.io/tls. */
  readonly clientCertificateRef?: { readonly name: string };
}

/** Which authorities sign the certificate of a server; with neither, those that Node.js trusts. */
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

/** RFC 2136 updates; the servers are tried in order, all for the same zone. */
export interface Rfc2136Spec {
  /** 1 to 8; addresses, not host names. */
  readonly servers: readonly { readonly address: string; readonly port: number }[];
  /** Absent: unsigned updates. */
  readonly tsig?: {
    /** The key's name at the server. */
    readonly keyName: Name;
    readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
    /** Its secret in base64. */
    readonly secretRef: SecretKeyRef;
  };
  /** AXFR: read the zone by transfer, and by questions where that is refused; Query: by questions alone. */
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
  /** Labels for the DNSEndpoint objects, which an ExternalDNS may select by. */
  readonly labels: Readonly<Record<string, string>>;
}

export interface ZoneFileSpec {
  /** Where the rendered zone goes: a ConfigMap of its own, in the zone's namespace. */
  readonly configMap: { readonly name: string; readonly key: string };
  /** Where the team's own records come from. */
  readonly base: BaseZoneSpec;
}

export interface OverlaySpec {
  /** The Corefile (or `*.server`) key that holds our part between markers. */
  readonly configMap: { readonly namespace: string; readonly name: string; readonly key: string };
  /** Blocks at most; names beyond are refused with a condition. */
  readonly maxNames: number;
}

/** The name servers that the propagation check queries. */
export type ServedBySpec =
  | { readonly kind: "none" }
  | { readonly kind: "addresses"; readonly addresses: readonly { readonly address: string; readonly port: number }[] }
  | { readonly kind: "service"; readonly namespace: string; readonly name: string; readonly port: number };

/** The Pods of CoreDNS that get an annotation after a write, so that the kubelet projects it at once. */
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
  /** Name servers that serve the desired records, of all. */
  readonly servers?: { readonly current: number; readonly total: number };
  /** Measured delivery lag, "2s700ms"; rewritten only when it moves by a quarter. */
  readonly deliveryLag?: string;
  /** Records that stand though their alias is gone: policy UpsertOnly, or a held plan. */
  readonly planHash?: string;
  readonly guard?: GuardStatus;
  /** Names that no alias has and whose records can't be deleted now, at a backend that couldn't tell of them after a restart. */
  readonly leftHostnames?: readonly LeftHostname[];
}

/** A name with records that no alias has any more. */
export interface LeftHostname {
  readonly hostname: string;
  readonly addresses: readonly string[];
  readonly ttl: number;
}

/** What the guard counts, over restarts and changes of leader. */
export interface GuardStatus {
  /** RRsets that were deleted within the hour before the last of them. */
  readonly deletes?: number;
  /** The most RRsets that the zone had in that hour. */
  readonly ofRecords?: number;
  /** RFC 3339. */
  readonly lastDeleteTime?: string;
  /** The plan whose approval was used. */
  readonly usedPlanHash?: string;
}
