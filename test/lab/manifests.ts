import type { DnsEndpoint } from "../support/dns-probe.ts";

/** What a laboratory's DnsZone may say beside its domain. */
export interface ZoneManifest {
  readonly domain: string;
  /** Default dns-system. */
  readonly namespace?: string;
  /** Default: the domain with hyphens for dots. */
  readonly name?: string;
  readonly provider: unknown;
  readonly servedBy?: DnsEndpoint;
  /** More of spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A DnsZone that every namespace may use, also for the laboratory's addresses on loopback, with TTLs down to 2 s, as JSON, which is YAML too. */
export function zoneManifest({ domain, namespace, name, provider, servedBy, spec }: ZoneManifest): string {
  return manifest("dnsalias.io/v1alpha1", "DnsZone", namespace ?? "dns-system", name ?? hyphened(domain), {
    spec: {
      domain,
      allowedNamespaces: { from: "All" },
      tenants: { privateAddresses: "Allow" },
      provider: { coreDNS: provider },
      ...(servedBy && { servedBy: { addresses: [{ address: servedBy.host, port: servedBy.port }] } }),
      ttl: { min: 2, max: 300 },
      ...spec,
    },
  });
}

/** The `zoneFile` delivery whose base zone is a ConfigMap key, see {@link baseZoneManifest}. */
export function zoneFileProvider(domain: string): unknown {
  return { zoneFile: { baseZone: { configMapKeyRef: { name: `base-${hyphened(domain)}`, key: "zone" } } } };
}

/** The ConfigMap that a team keeps its own records in. */
export function baseZoneManifest(domain: string, text: string = baseZoneText(domain)): string {
  return manifest("v1", "ConfigMap", "dns-system", `base-${hyphened(domain)}`, { data: { zone: text } });
}

/** SOA, NS, MX, TXT, CAA, HTTPS and www, as a real apex has them. */
export function baseZoneText(domain: string): string {
  return `$ORIGIN ${domain}.
$TTL 300
@ IN SOA ns1 hostmaster 1 3600 600 86400 60
@ IN NS ns1
@ IN NS ns2
@ IN MX 10 mail
@ IN TXT "v=spf1 mx -all"
@ IN CAA 0 issue "ca.test"
@ IN HTTPS 1 . alpn=h2,h3
ns1 IN A 11.1.0.1
ns2 IN A 11.1.0.2
mail IN A 11.1.0.3
www IN A 11.1.0.4
`;
}

export interface AliasManifest {
  readonly name: string;
  /** Default web. */
  readonly namespace?: string;
  readonly hostnames: readonly string[];
  /** A text is a host name, a list is addresses. */
  readonly targets: readonly (string | readonly string[])[];
  /** More of spec. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly finalizers?: readonly string[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export function aliasManifest(of: AliasManifest): string {
  const { name, namespace, hostnames, targets, spec, finalizers, annotations } = of;
  const metadata = {
    name,
    namespace: namespace ?? "web",
    ...(finalizers === undefined ? {} : { finalizers }),
    ...(annotations === undefined ? {} : { annotations }),
  };
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata,
    spec: {
      hostnames,
      targets: targets.map((target) => (typeof target === "string" ? { hostname: target } : { addresses: target })),
      ...spec,
    },
  });
}

/** A ConfigMap of kube-system that permits DnsZones, as `namespace/name`, to write an overlay into it. */
export function corefileManifest(
  name: string,
  data: Readonly<Record<string, string>>,
  zones: readonly string[],
): string {
  const annotations = { "dnsalias.io/allow-zone": zones.join(", ") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "kube-system", annotations },
    data,
  });
}

export function namespaceManifest(name: string): string {
  return JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { dns: "public" } } });
}

/** One stream for `kubectl apply -f -`; the dashes at its start keep kubectl from reading all of it as JSON. */
export function stream(...manifests: readonly string[]): string {
  return manifests.map((text) => `---\n${text}\n`).join("");
}

/** The name of the objects that belong to a domain. */
export function hyphened(domain: string): string {
  return domain.replaceAll(".", "-");
}

function manifest(apiVersion: string, kind: string, namespace: string, name: string, rest: object): string {
  return JSON.stringify({ apiVersion, kind, metadata: { name, namespace }, ...rest });
}
