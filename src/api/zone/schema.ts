import type { Static } from "typebox";
import { MAX_NAME_TEXT, MAX_TTL } from "../alias/schema.ts";
import { dnsEndpoint, externalDNSWebhook, powerDNS, rfc2136 } from "./external-schema.ts";
import { coreDNSEtcd } from "./coredns-etcd-schema.ts";
import { list, matchLabels, object, oneOf, optional, text, whole, yesNo } from "../schema/builders.ts";
import { tenants } from "./tenants-schema.ts";
import { transfer } from "./transfer-schema.ts";
import { address, baseZone, keyName, namespace, objectName, PORT, servedBy } from "./shared-fields.ts";

const allowedNamespaces = object(
  "Which namespaces may have DnsAliases with names in this zone.",
  {
    from: oneOf(
      "Same: this namespace alone. All: every namespace. Selector: the namespaces whose labels match selector.",
      ["Same", "All", "Selector"],
      { default: "Same" },
    ),
    selector: optional(
      object("Which namespaces, with from: Selector.", {
        matchLabels: matchLabels("Every one of these labels must stand on the namespace, with this value."),
      }),
    ),
  },
  { default: { from: "Same" } },
);

const zoneFile = object(
  "A ConfigMap of our own holds the whole zone: the base zone, our A and AAAA records, and a rising serial. CoreDNS reads it with its auto or file plugin.",
  {
    configMap: optional(
      object("The ConfigMap, in this namespace, that the zone is written to. Nobody else may write this key.", {
        name: optional(
          objectName(
            "Its name. Without it: dnsalias- and the domain with hyphens for dots, like dnsalias-example-com.",
          ),
        ),
        key: optional(keyName("The key in it. Without it: the domain and .zone, like example.com.zone.")),
      }),
    ),
    baseZone: baseZone(
      "The zone's other records (SOA, NS, MX, TXT and so on) in zone-file text, without the names' A and AAAA records that are ours.",
    ),
  },
);

const overlay = object(
  "A part between two marker lines in a Corefile, with one server block for each name: our A and AAAA records are answered, everything else at and below the name resolves as before.",
  {
    configMap: object(
      "The ConfigMap key that holds the Corefile or a piece of one. Only the part between the markers is ours.",
      {
        namespace: text("The ConfigMap's namespace.", { minLength: 1, maxLength: 63, default: "kube-system" }),
        name: objectName("The ConfigMap's name: coredns, or coredns-custom where the cluster has one (AKS, k3s)."),
        key: keyName("The key in it: Corefile, or a key that ends in .server in coredns-custom."),
      },
    ),
    maxNames: whole("Names at most, because each costs CoreDNS memory. Names beyond it are refused and say so.", {
      minimum: 1,
      maximum: 2000,
      default: 2000,
    }),
  },
);

const nudge = object(
  "Patch an annotation on the CoreDNS pods after each change, so that the kubelet hands them the new ConfigMap in seconds and not in about a minute. Needs the right to patch pods in that namespace.",
  {
    namespace: namespace("The namespace of the CoreDNS pods."),
    selector: object("Which pods of it.", {
      matchLabels: matchLabels(
        "Every one of these labels must stand on the pod, with this value, like k8s-app: kube-dns.",
      ),
    }),
  },
);

const coreDNS = object("Publish through a CoreDNS that reads ConfigMaps. Exactly one of zoneFile and overlay.", {
  zoneFile: optional(zoneFile),
  overlay: optional(overlay),
  nudge: optional(nudge),
});

const resolver = object("A recursive name server.", {
  address: address("Its IPv4 or IPv6 address."),
  protocol: oneOf(
    "How it is asked: plain DNS over UDP or TCP, DNS over TLS, or DNS over HTTPS (at /dns-query).",
    ["UDP", "TCP", "TLS", "HTTPS"],
    { default: "UDP" },
  ),
  port: optional(whole("Its port. Without it: 53 for UDP and TCP, 853 for TLS, 443 for HTTPS.", PORT)),
  serverName: optional(
    text("The name in its certificate, for TLS and HTTPS. Without it the certificate must be for its address.", {
      minLength: 1,
      maxLength: MAX_NAME_TEXT,
    }),
  ),
});

const ttl = object(
  "Bounds in seconds for the TTLs of the published records.",
  {
    min: whole("The least TTL, in seconds.", { minimum: 1, maximum: MAX_TTL, default: 30 }),
    max: whole("The greatest TTL, in seconds.", { minimum: 1, maximum: MAX_TTL, default: 300 }),
  },
  { default: { min: 30, max: 300 } },
);

const guard = object(
  "Holds back changes that look like an accident.",
  {
    maxDeletePercent: whole(
      "Deletes of more than this share of the zone's address record sets within an hour are held until they are approved, in a zone with 10 or more of them.",
      { minimum: 0, maximum: 100, default: 30 },
    ),
  },
  { default: { maxDeletePercent: 30 } },
);

const responder = object(
  "How the responder serves this zone, where it runs: it looks targets up when it is asked.",
  {
    baseZone: optional(
      baseZone(
        "The zone's other records (SOA, NS, MX, TXT and so on) in zone-file text. Without it: the provider's baseZone; a zone whose provider has none is not served.",
      ),
    ),
    clientSubnet: yesNo(
      "Tell the targets' resolvers the asker's network (RFC 7871), so that a CDN can answer for where the asker is. The network of every asker then reaches these resolvers and the target's name servers.",
      { default: false },
    ),
  },
  { default: { clientSubnet: false } },
);

/** spec of a DnsZone as a user writes it, after defaults. */
export const zoneSpecSchema = object("What is wanted: which domain, who may use it, and where its records go.", {
  domain: text("The domain, like example.com. DnsAliases may have this name and names below it.", {
    minLength: 1,
    maxLength: MAX_NAME_TEXT,
  }),
  allowedNamespaces,
  tenants,
  provider: object("Where the records are published. Exactly one member.", {
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
    list(
      "The recursive name servers that this zone's targets are looked up at. Without it: the controller's.",
      resolver,
      {
        kind: "atomic",
        minItems: 1,
        maxItems: 8,
      },
    ),
  ),
  policy: oneOf(
    "What may be done to records: Sync creates, changes and removes; UpsertOnly never removes; CreateOnly neither changes nor removes.",
    ["Sync", "UpsertOnly", "CreateOnly"],
    { default: "Sync" },
  ),
  conflict: oneOf(
    "What becomes of A and AAAA records at the names that somebody else wrote and nobody owns: Refuse leaves them and says so; Adopt takes them over, once, and says so.",
    ["Refuse", "Adopt"],
    { default: "Refuse" },
  ),
  deletionPolicy: oneOf(
    "What happens to the records when the DnsZone is deleted. Retain leaves them, and reserves the domain. Delete withdraws them before the object goes, with policy Sync.",
    ["Retain", "Delete"],
    { default: "Retain" },
  ),
  ttl,
  guard,
  responder,
});

/** What stands in the object once defaults are filled in; texts are not yet parsed. */
export type ZoneSpecText = Static<typeof zoneSpecSchema>;
