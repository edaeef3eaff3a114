import {
  addressOf,
  bindProvider,
  configMap,
  COREFILE,
  KUBE_DNS,
  overlayProvider,
  pdnsProvider,
  secret,
  zone,
} from "./zones.ts";
import type { Outside } from "./outside.ts";
import type { Node } from "./node.ts";
import type { RareUses } from "./rare-requests.ts";

/** What one file of charts/dnsalias/ci needs in the cluster, and where its names are asked. */
export interface ChartCase {
  /** The options of helm in addition to the file: each replaces a value that this cluster cannot have. */
  readonly options: readonly string[];
  /** Objects that the file names and that the chart does not make. */
  readonly objects: readonly string[];
  /** DnsZones of other namespaces that name the cluster's own CoreDNS. */
  readonly permitted: readonly string[];
  /** DnsZones that are not in the values. */
  readonly zones: readonly string[];
  /** The namespaces and names of the Deployments. */
  readonly deployments: readonly string[];
  /** Hostnames of aliases, and the Services and servers that answer for each. Empty if the values have no zone. */
  readonly names: readonly NameCase[];
  /** Empty if another set of values has the same rights. */
  readonly rareUses: RareUses;
  /** The ServiceAccount of the program. */
  readonly account: string;
}

export interface NameCase {
  /** The namespace of the alias: a zone without allowedNamespaces takes only those of its own. */
  readonly namespace: string;
  readonly hostname: string;
  /** NAMESPACE/NAME of a Service with port 53, or "bind" or "pdns" outside. */
  readonly askedAt: readonly string[];
}

export interface CaseInput {
  readonly node: Node;
  readonly outside: Outside;
  /** The recursive server, as "ADDRESS:PORT". */
  readonly resolver: string;
  /** A CA certificate in PEM. */
  readonly certificate: string;
}

/** By the name of the file, "five-minutes" for five-minutes-values.yaml. */
export function chartCases(input: CaseInput): Readonly<Record<string, ChartCase>> {
  return {
    default: { ...PLAIN, deployments: ["dnsalias"] },
    "five-minutes": {
      ...PLAIN,
      deployments: ["dnsalias", "dnsalias-coredns"],
      names: [{ namespace: "web", hostname: "example.com", askedAt: ["dns-system/dnsalias-coredns"] }],
      rareUses: { aliases: ["web/shop"], zones: ["dns-system/example-com"] },
    },
    "hand-written": handWritten(input),
    outside: outsideCase(input),
    // No secondary runs at the address that the file notifies.
    responder: {
      ...PLAIN,
      options: ["--set-json", "zones[0].spec.provider.transfer.notify=[]"],
      objects: [
        configMap("dns-system/example-com-base", { zone: BASE_ZONE }),
        secret("dns-system/transfer-key", { secret: input.outside.tsigSecret }),
      ],
      deployments: ["dnsalias"],
      names: [{ namespace: "dns-system", hostname: "example.com", askedAt: ["dns-system/dnsalias-dns"] }],
    },
    everything: everything(input),
  };
}

const PLAIN = {
  options: [],
  objects: [],
  permitted: [],
  zones: [],
  names: [],
  rareUses: { aliases: [], zones: [] },
  account: "dnsalias",
};

const BASE_ZONE = `$TTL 300
@ SOA ns1 hostmaster 1 300 60 1209600 60
@ NS ns1
@ MX 10 mail
ns1 A 192.0.2.53
mail A 192.0.2.25
`;

function handWritten({ outside }: CaseInput): ChartCase {
  return {
    ...PLAIN,
    objects: [
      secret("dns-zones/key-1", { secret: outside.tsigSecret }),
      secret("dns-zones/key-2", { "api-key": outside.apiKey }),
    ],
    permitted: ["dns-zones/corefile"],
    zones: [
      zone("dns-zones/file", "example.com", { coreDNS: { zoneFile: { baseZone: { inline: BASE_ZONE } } } }),
      zone("dns-zones/corefile", "example.com", overlayProvider(COREFILE), KUBE_DNS),
      zone("dns-zones/bind", "example.org", bindProvider(outside, "key-1")),
      zone("dns-zones/pdns", "example.net", pdnsProvider(outside, "key-2"), addressOf(outside.pdns)),
      zone("dns-zones/endpoint", "example.info", { dnsEndpoint: {} }),
      // BIND refuses it: the right to write the status of a DnsZone is used in each namespace that is watched.
      zone("web/unsigned", "example.test", {
        rfc2136: { servers: [{ address: outside.bind.host, port: outside.bind.port }] },
      }),
    ],
    deployments: ["dnsalias"],
    names: outsideNames("web", "dns-zones"),
    rareUses: {
      aliases: ["web/shop", "dns-zones/shop"],
      zones: ["web/unsigned", "dns-zones/file"],
      endpoints: { namespace: "dns-zones", alias: "web/shop" },
    },
  };
}

function outsideNames(namespace: string, namespaceOfBind: string): readonly NameCase[] {
  return [
    { namespace, hostname: "example.com", askedAt: ["kube-system/kube-dns"] },
    { namespace: namespaceOfBind, hostname: "example.org", askedAt: ["bind"] },
    { namespace, hostname: "example.net", askedAt: ["pdns"] },
    { namespace, hostname: "example.info", askedAt: [] },
  ];
}

/** The packets to 192.0.2.53 are led to BIND; the API of PowerDNS has no TLS here. */
function outsideCase({ outside }: CaseInput): ChartCase {
  return {
    ...PLAIN,
    options: ["--set", `zones[1].spec.provider.powerDNS.url=${outside.pdns.apiUrl}`],
    objects: [
      secret("dns-bind/dnsalias-tsig", { secret: outside.tsigSecret }),
      secret("dns-system/dnsalias-powerdns", { key: outside.apiKey }),
    ],
    permitted: ["dns-system/inside"],
    deployments: ["dnsalias"],
    names: outsideNames("dns-system", "dns-bind"),
    rareUses: { aliases: [], zones: [], endpoints: { namespace: "dns-system", alias: "dns-system/shop" } },
  };
}

/**
 * The image of the file is in a registry that does not exist, its resolvers and its ClusterIP are not of this cluster, and the program
 * would watch only a namespace without zones.
 */
function everything({ node, resolver, certificate }: CaseInput): ChartCase {
  const image =
    "image.registry=ghcr.io,image.repository=dnsalias/dnsalias,image.digest=,image.pullPolicy=Never,global.imageRegistry=";
  return {
    ...PLAIN,
    options: [
      "--set",
      image,
      "--set-json",
      `resolvers=${JSON.stringify([resolver])}`,
      "--set",
      `transfer.service.clusterIP=${node.network}.128.99`,
      "--set-json",
      `extraArgs=${JSON.stringify(["--namespace=web", "--namespace=dns-system"])}`,
    ],
    objects: [
      configMap("dns-system/base", { zone: BASE_ZONE, net: BASE_ZONE }),
      configMap("dns-system/private-ca", { "ca.crt": certificate }),
      configMap("dns-system/more", { MORE: "1" }),
    ],
    deployments: ["aname", "aname-coredns"],
    names: ["example.com", "example.net"].map((hostname) => ({
      namespace: "dns-system",
      hostname,
      askedAt: ["dns-system/aname-coredns", "dns-system/aname-dns"],
    })),
    account: "aname-account",
  };
}
