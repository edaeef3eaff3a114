import type { Static } from "typebox";
import { MAX_NAME_TEXT, PORT } from "../alias/field-limits.ts";
import { MAX_TTL } from "../alias/schema.ts";
import { dnsEndpoint, externalDNSWebhook, powerDNS, rfc2136 } from "./external-schema.ts";
import { coreDNSEtcd } from "./coredns-etcd-schema.ts";
import { list, object, oneOf, optional, text, whole, yesNo } from "../schema/builders.ts";
import { tenants } from "./tenants-schema.ts";
import { labelSelector } from "./label-selector-schema.ts";
import { transfer } from "./transfer-schema.ts";
import { address, baseZone, keyName, namespace, objectName, servedBy } from "./shared-fields.ts";

const allowedNamespaces = object(
  "Namespaces whose DnsAliases can have names in this zone.",
  {
    from: oneOf(
      "Source of the namespaces. Same is only the namespace of the DnsZone. All is every namespace. Selector is the namespaces whose labels match selector.",
      ["Same", "All", "Selector"],
      { default: "Same" },
    ),
    selector: optional(labelSelector("Selector of the namespaces, if from is Selector.")),
  },
  { default: { from: "Same" } },
);

const zoneFile = object(
  "ConfigMap with the whole zone as a zone file (RFC 1035, section 5): the base zone, and the A and AAAA records that dnsalias manages. CoreDNS reads this ConfigMap with its auto or file plugin.",
  {
    configMap: optional(
      object(
        "ConfigMap, in the namespace of the DnsZone, that the zone is written to. dnsalias creates it. No other writer may change the key.",
        {
          name: optional(
            objectName(
              "Name of the ConfigMap. Defaults to dnsalias- and the domain with hyphens instead of dots, for example dnsalias-example-com.",
            ),
          ),
          key: optional(
            keyName("Key in the ConfigMap. Defaults to the domain and .zone, for example example.com.zone."),
          ),
        },
      ),
    ),
    baseZone: baseZone(
      "Other records of the zone (SOA, NS, MX, TXT, and so on) as zone-file text, without the A and AAAA records that dnsalias manages.",
    ),
  },
);

const overlay = object(
  "Part of a Corefile, between two marker lines, with one server block for each hostname. CoreDNS answers A and AAAA queries from it. Queries for other types, and for names below the hostname, get the same answers as without the overlay.",
  {
    configMap: object(
      "Key of a ConfigMap with the Corefile, or with a file that the Corefile imports. dnsalias changes only the part between the markers. A ConfigMap in another namespace must permit the DnsZone by the annotation dnsalias.io/allow-zone.",
      {
        namespace: text("Namespace of the ConfigMap.", { minLength: 1, maxLength: 63, default: "kube-system" }),
        name: objectName("Name of the ConfigMap: coredns, or coredns-custom where the cluster has one (AKS, k3s)."),
        key: keyName("Key in the ConfigMap: Corefile, or a key that ends in .server in coredns-custom."),
      },
    ),
    maxNames: whole(
      "Highest number of hostnames, because CoreDNS needs about 33 KiB of memory for each. dnsalias refuses hostnames beyond this number, and the condition Programmed shows them.",
      {
        minimum: 1,
        maximum: 2000,
        default: 2000,
      },
    ),
  },
);

const nudge = object(
  "Pods of CoreDNS that get an annotation after each change. The kubelet then projects the new ConfigMap within seconds, instead of about a minute. dnsalias needs the right to patch Pods in their namespace. In another namespace, a Service that selects the Pods must permit the DnsZone by the annotation dnsalias.io/allow-zone.",
  {
    namespace: namespace("Namespace of the Pods."),
    selector: labelSelector("Selector of the Pods, for example by the label k8s-app: kube-dns."),
  },
);

const coreDNS = object("CoreDNS that reads ConfigMaps. Exactly one of zoneFile and overlay.", {
  zoneFile: optional(zoneFile),
  overlay: optional(overlay),
  nudge: optional(nudge),
});

const resolver = object("One recursive resolver.", {
  address: address("IPv4 or IPv6 address of the resolver."),
  protocol: optional(
    oneOf(
      "Protocol for queries: plain DNS over UDP or TCP, DNS over TLS, or DNS over HTTPS (at /dns-query). Defaults to UDP.",
      ["UDP", "TCP", "TLS", "HTTPS"],
    ),
  ),
  port: optional(
    whole(
      "Port of the resolver. Defaults to 53 for UDP and TCP, to 853 for TLS (RFC 7858), and to 443 for HTTPS (RFC 8484).",
      PORT,
    ),
  ),
  serverName: optional(
    text(
      "Name in the certificate of the resolver, for TLS and HTTPS, for example dns.example.net. Defaults to the address of the resolver.",
      { minLength: 1, maxLength: MAX_NAME_TEXT },
    ),
  ),
});

const ttl = object(
  "Bounds for the TTLs of the published records, in seconds.",
  {
    min: whole("Lowest TTL, in seconds. dnsalias raises a lower TTL of a target to this value.", {
      minimum: 1,
      maximum: MAX_TTL,
      default: 30,
    }),
    max: whole("Highest TTL, in seconds. dnsalias lowers a higher TTL of a target to this value.", {
      minimum: 1,
      maximum: MAX_TTL,
      default: 300,
    }),
  },
  { default: { min: 30, max: 300 } },
);

const guard = object(
  "Guard against changes that look like an accident.",
  {
    maxDeletePercent: whole(
      "Highest share of the address records of the zone that can be deleted within an hour, in percent. dnsalias holds a plan that deletes more, until a user approves the plan. Zones with fewer than 10 address records have no limit.",
      { minimum: 0, maximum: 100, default: 30 },
    ),
  },
  { default: { maxDeletePercent: 30 } },
);

const responder = object(
  "Settings for the responder, which looks up targets at query time.",
  {
    baseZone: optional(
      baseZone(
        "Other records of the zone (SOA, NS, MX, TXT, and so on) as zone-file text. Defaults to the baseZone of the provider. The responder doesn't serve a zone without a base zone.",
      ),
    ),
    clientSubnet: yesNo(
      "Network of the client (EDNS Client Subnet, RFC 7871) in lookups, so that a CDN can answer for the location of the client. The resolvers and the name servers of the target then see the network of every client.",
      { default: false },
    ),
  },
  { default: { clientSubnet: false } },
);

/** spec of a DnsZone as a user writes it, after defaults. */
export const zoneSpecSchema = object(
  "Desired state: the domain, the namespaces that can use it, and the provider of its records.",
  {
    domain: text(
      "Domain of the zone, for example example.com. DnsAliases can have this name and names below it. The domain is immutable.",
      {
        minLength: 1,
        maxLength: MAX_NAME_TEXT,
      },
    ),
    allowedNamespaces,
    tenants,
    provider: object("Provider that publishes the records. Exactly one member.", {
      coreDNS: optional(coreDNS),
      rfc2136: optional(rfc2136),
      powerDNS: optional(powerDNS),
      externalDNSWebhook: optional(externalDNSWebhook),
      dnsEndpoint: optional(dnsEndpoint),
      transfer: optional(transfer),
      coreDNSEtcd: optional(coreDNSEtcd),
    }),
    servedBy: optional(servedBy),
    resolvers: optional(
      list("Recursive resolvers for the targets of this zone. Defaults to the resolvers of the controller.", resolver, {
        kind: "atomic",
        minItems: 1,
        maxItems: 8,
      }),
    ),
    policy: oneOf(
      "Policy for changes of records. Sync creates, updates, and deletes records. UpsertOnly never deletes records. CreateOnly neither updates nor deletes records.",
      ["Sync", "UpsertOnly", "CreateOnly"],
      { default: "Sync" },
    ),
    conflict: oneOf(
      "Policy for A and AAAA records of another writer at the hostnames, without an owner marker. Refuse doesn't modify these records, and the status reports them. Adopt makes them records of dnsalias once, and an Event reports this.",
      ["Refuse", "Adopt"],
      { default: "Refuse" },
    ),
    deletionPolicy: oneOf(
      "Policy for the records when the DnsZone is deleted. Retain leaves the records, and reserves the domain. Delete withdraws the records before the object is gone, and needs policy: Sync.",
      ["Retain", "Delete"],
      { default: "Retain" },
    ),
    ttl,
    guard,
    responder,
  },
);

/** The spec in the object after the defaults are filled in. Its texts are not parsed yet. */
export type ZoneSpecText = Static<typeof zoneSpecSchema>;
