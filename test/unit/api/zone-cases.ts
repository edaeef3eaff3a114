import type { SpecCase } from "./alias-cases.ts";
import { EXTERNAL_CASES } from "./external-cases.ts";
import { PRIMARY_CASES } from "./primary-cases.ts";

const baseZone = { inline: "@ SOA ns1 hostmaster 1 7200 900 1209600 300\n@ NS ns1\n" };
const provider = { coreDNS: { zoneFile: { baseZone } } };
const overlay = { configMap: { name: "coredns", key: "Corefile" } };

function domain(text: unknown): object {
  return { domain: text, provider };
}

function also(fields: object): object {
  return { domain: "example.com", provider, ...fields };
}

function core(coreDNS: object): object {
  return { domain: "example.com", provider: { coreDNS } };
}

function selecting(selector: unknown): object {
  return also({ allowedNamespaces: { from: "Selector", selector } });
}

const good: readonly SpecCase[] = [
  { name: "the least", spec: also({}) },
  {
    name: "every field, zoneFile",
    spec: also({
      allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "public" } } },
      provider: {
        coreDNS: {
          zoneFile: {
            configMap: { name: "zones", key: "example.zone" },
            baseZone: { configMapKeyRef: { name: "base", key: "example.zone" } },
          },
          nudge: { namespace: "kube-system", selector: { matchLabels: { "k8s-app": "kube-dns" } } },
        },
      },
      servedBy: { service: { namespace: "kube-system", name: "kube-dns" } },
      resolvers: [
        { address: "10.0.0.10" },
        { address: "2001:db8::53", protocol: "TLS", serverName: "dns.example.net" },
        { address: "192.0.2.53", protocol: "HTTPS", port: 8443 },
      ],
      policy: "UpsertOnly",
      conflict: "Adopt",
      ttl: { min: 60, max: 120 },
      guard: { maxDeletePercent: 50 },
    }),
  },
  { name: "an overlay", spec: core({ overlay }) },
  {
    name: "an overlay elsewhere",
    spec: core({
      overlay: { configMap: { namespace: "dns", name: "coredns-custom", key: "dnsalias.server" }, maxNames: 1500 },
    }),
  },
  {
    name: "servers by address",
    spec: also({ servedBy: { addresses: [{ address: "10.0.0.1" }, { address: "2001:db8::1", port: 1053 }] } }),
  },
  { name: "servedBy with nothing in it", spec: also({ servedBy: {} }) },
  { name: "a configMap with a name alone", spec: core({ zoneFile: { baseZone, configMap: { name: "zones" } } }) },
  {
    name: "a whole selector",
    spec: selecting({
      matchLabels: { dns: "public", "example.com/Team_1": "" },
      matchExpressions: [
        { key: "kubernetes.io/metadata.name", operator: "In", values: ["web", "api"] },
        { key: "stage", operator: "NotIn", values: ["test", ""] },
        { key: "owner", operator: "Exists" },
        { key: "gone", operator: "DoesNotExist", values: [] },
      ],
    }),
  },
  { name: "every namespace", spec: also({ allowedNamespaces: { from: "All" } }) },
  { name: "allowedNamespaces with nothing in it", spec: also({ allowedNamespaces: {} }) },
  { name: "tenants with nothing in it", spec: also({ tenants: {} }) },
  {
    name: "every limit for tenants",
    spec: also({
      tenants: {
        hostnames: [
          "*.{namespace}.example.com",
          "{namespace}.Example.com.",
          "*.t-{namespace}.example.com",
          "*.{label:team}.example.com",
          "*.{label:example.com/team_1.x}.apps.example.com",
          "example.com",
          "*.example.com",
        ],
        wildcards: "Deny",
        privateAddresses: "Allow",
        maxHostnames: 100,
      },
    }),
  },
  { name: "ttl with max alone", spec: also({ ttl: { max: 60 } }) },
  { name: "a domain with other letters, in A-labels", spec: domain("xn--bcher-kva.example") },
  { name: "a domain with an underscore", spec: domain("_lab.example") },
  {
    name: "the same ConfigMap under another key",
    spec: core({
      zoneFile: {
        configMap: { name: "zones", key: "out" },
        baseZone: { configMapKeyRef: { name: "zones", key: "in" } },
      },
    }),
  },
];

const PLACE = "spec.provider.coreDNS";

const badPlaces: readonly SpecCase[] = [
  {
    name: "no provider",
    spec: { domain: "example.com" },
    bad: { path: "spec.provider", says: "is required", by: "structure" },
  },
  {
    name: "an empty provider",
    spec: also({ provider: {} }),
    bad: { path: "spec.provider", says: "write one of coreDNS, rfc2136", by: "rule" },
  },
  {
    name: "a provider that there is not",
    spec: also({ provider: { ...provider, route53: {} } }),
    bad: { path: "spec.provider.route53", says: "there is no such field", by: "unknown" },
  },
  {
    name: "no delivery",
    spec: core({}),
    bad: { path: PLACE, says: "exactly one of zoneFile and overlay", by: "rule" },
  },
  {
    name: "two deliveries",
    spec: core({ overlay, zoneFile: { baseZone } }),
    bad: { path: PLACE, says: "exactly one of zoneFile and overlay", by: "rule" },
  },
  {
    name: "no base zone",
    spec: core({ zoneFile: {} }),
    bad: { path: `${PLACE}.zoneFile.baseZone`, says: "is required", by: "structure" },
  },
  {
    name: "an empty base zone",
    spec: core({ zoneFile: { baseZone: {} } }),
    bad: { path: `${PLACE}.zoneFile.baseZone`, says: "exactly one of inline", by: "rule" },
  },
  {
    name: "two base zones",
    spec: core({ zoneFile: { baseZone: { ...baseZone, configMapKeyRef: { name: "a", key: "b" } } } }),
    bad: { path: `${PLACE}.zoneFile.baseZone`, says: "exactly one of inline", by: "rule" },
  },
  {
    name: "a base zone without text",
    spec: core({ zoneFile: { baseZone: { inline: "" } } }),
    bad: { path: `${PLACE}.zoneFile.baseZone.inline`, says: "must not be empty", by: "structure" },
  },
  {
    name: "a zone over its own base zone",
    spec: core({
      zoneFile: { configMap: { name: "a", key: "b" }, baseZone: { configMapKeyRef: { name: "a", key: "b" } } },
    }),
    bad: { path: `${PLACE}.zoneFile`, says: "over its own base zone", by: "rule" },
  },
  {
    name: "a zone over its own base zone by its default name",
    spec: core({
      zoneFile: { baseZone: { configMapKeyRef: { name: "dnsalias-example-com", key: "example.com.zone" } } },
    }),
    bad: { path: `${PLACE}.zoneFile.configMap`, says: "over its own base zone", by: "program" },
  },
  {
    name: "a ConfigMap's name in upper case",
    spec: core({ zoneFile: { baseZone, configMap: { name: "Zones" } } }),
    bad: { path: `${PLACE}.zoneFile.configMap.name`, says: "not the name of a Kubernetes object", by: "rule" },
  },
  {
    name: "a key with a slash",
    spec: core({ zoneFile: { baseZone, configMap: { key: "a/b" } } }),
    bad: { path: `${PLACE}.zoneFile.configMap.key`, says: "not a key", by: "rule" },
  },
  {
    name: "a key of two dots",
    spec: core({ zoneFile: { baseZone, configMap: { key: "..data" } } }),
    bad: { path: `${PLACE}.zoneFile.configMap.key`, says: "not a key", by: "rule" },
  },
  {
    name: "an overlay without a key",
    spec: core({ overlay: { configMap: { name: "coredns" } } }),
    bad: { path: `${PLACE}.overlay.configMap.key`, says: "is required", by: "structure" },
  },
  {
    name: "an overlay in a namespace that cannot be",
    spec: core({ overlay: { configMap: { namespace: "a.b", name: "c", key: "k" } } }),
    bad: { path: `${PLACE}.overlay.configMap.namespace`, says: "not a namespace's", by: "rule" },
  },
  {
    name: "an overlay of 2001 names",
    spec: core({ overlay: { ...overlay, maxNames: 2001 } }),
    bad: { path: `${PLACE}.overlay.maxNames`, says: "at most 2000", by: "structure" },
  },
  {
    name: "servedBy where it was before",
    spec: core({ overlay, servedBy: {} }),
    bad: { path: `${PLACE}.servedBy`, says: "did you mean spec.servedBy?", by: "unknown" },
  },
  {
    name: "servers in two ways",
    spec: also({ servedBy: { addresses: [{ address: "10.0.0.1" }], service: { namespace: "a", name: "b" } } }),
    bad: { path: "spec.servedBy", says: "at most one of addresses and service", by: "rule" },
  },
  {
    name: "a server without address",
    spec: also({ servedBy: { addresses: [{ port: 53 }] } }),
    bad: { path: "spec.servedBy.addresses[0].address", says: "is required", by: "structure" },
  },
  {
    name: "a server's name for its address",
    spec: also({ servedBy: { addresses: [{ address: "ns1.example.com" }] } }),
    bad: { path: "spec.servedBy.addresses[0].address", says: "not an address", by: "rule" },
  },
  {
    name: "a port over 65535",
    spec: also({ servedBy: { service: { namespace: "a", name: "b", port: 70000 } } }),
    bad: { path: "spec.servedBy.service.port", says: "at most 65535", by: "structure" },
  },
  {
    name: "a nudge of every pod",
    spec: core({ overlay, nudge: { namespace: "kube-system", selector: { matchLabels: {} } } }),
    bad: { path: `${PLACE}.nudge.selector`, says: "an empty selector matches everything", by: "rule" },
  },
  ...[
    { key: "a b", operator: "Exists" },
    { key: "-a", operator: "Exists" },
    { key: "Example.com/a", operator: "Exists" },
  ].map((one): SpecCase => ({
    name: `a selector with the key ${one.key}`,
    spec: selecting({ matchExpressions: [one] }),
    bad: { path: "spec.allowedNamespaces.selector.matchExpressions[0].key", says: "invalid label key", by: "rule" },
  })),
  {
    name: "a selector with labels that Kubernetes refuses",
    spec: selecting({ matchLabels: { team: "-a" } }),
    bad: { path: "spec.allowedNamespaces.selector.matchLabels", says: "invalid labels", by: "rule" },
  },
  {
    name: "a selector with a value that Kubernetes refuses",
    spec: selecting({ matchExpressions: [{ key: "team", operator: "In", values: ["a", "-b"] }] }),
    bad: {
      path: "spec.allowedNamespaces.selector.matchExpressions[0].values[1]",
      says: "invalid label value",
      by: "rule",
    },
  },
  ...[
    { key: "team", operator: "In" },
    { key: "team", operator: "NotIn", values: [] },
    { key: "team", operator: "Exists", values: ["a"] },
    { key: "team", operator: "DoesNotExist", values: ["a"] },
  ].map((one): SpecCase => ({
    name: `${one.operator} with the wrong values`,
    spec: selecting({ matchExpressions: [one] }),
    bad: { path: "spec.allowedNamespaces.selector.matchExpressions[0]", says: "add or remove values", by: "rule" },
  })),
  {
    name: "an unknown operator",
    spec: selecting({ matchExpressions: [{ key: "team", operator: "in", values: ["a"] }] }),
    bad: {
      path: "spec.allowedNamespaces.selector.matchExpressions[0].operator",
      says: "did you mean In?",
      by: "structure",
    },
  },
  {
    name: "a label that is a number",
    spec: core({ overlay, nudge: { namespace: "kube-system", selector: { matchLabels: { a: 1 } } } }),
    bad: { path: `${PLACE}.nudge.selector.matchLabels[a]`, says: "must be text", by: "structure" },
  },
];

const badSettings: readonly SpecCase[] = [
  { name: "no domain", spec: { provider }, bad: { path: "spec.domain", says: "is required", by: "structure" } },
  {
    name: "a wildcard domain",
    spec: domain("*.example.com"),
    bad: { path: "spec.domain", says: "not a hostname", by: "rule" },
  },
  {
    name: "an address for a domain",
    spec: domain("192.0.2.1"),
    bad: { path: "spec.domain", says: "write a name", by: "rule" },
  },
  {
    name: "a domain too long for a ConfigMap's name",
    spec: domain(`${"a".repeat(55)}.${"a".repeat(63)}.${"a".repeat(63)}.${"a".repeat(63)}`),
    bad: { path: `${PLACE}.zoneFile.configMap.name`, says: "write a shorter one", by: "program" },
  },
  {
    name: "a domain too long for a key of a ConfigMap",
    spec: {
      ...domain(`${"a".repeat(59)}.${"a".repeat(63)}.${"a".repeat(63)}.${"a".repeat(63)}`),
      provider: { coreDNS: { zoneFile: { ...provider.coreDNS.zoneFile, configMap: { name: "zones" } } } },
    },
    bad: { path: `${PLACE}.zoneFile.configMap.key`, says: "write a shorter one", by: "program" },
  },
  {
    name: "Selector without selector",
    spec: also({ allowedNamespaces: { from: "Selector" } }),
    bad: { path: "spec.allowedNamespaces", says: "add selector.matchLabels", by: "rule" },
  },
  {
    name: "selector without Selector",
    spec: also({ allowedNamespaces: { selector: { matchLabels: { a: "b" } } } }),
    bad: { path: "spec.allowedNamespaces", says: "write from: Selector", by: "rule" },
  },
  {
    name: "a mistyped from",
    spec: also({ allowedNamespaces: { from: "all" } }),
    bad: { path: "spec.allowedNamespaces.from", says: "did you mean All?", by: "structure" },
  },
  ...[
    "shop.*.example.com",
    "*.{name}.example.com",
    "*.{label:}.example.com",
    "*.{label:a/b/c}.example.com",
    "*.{namespace.example.com",
    "**.example.com",
    "a..example.com",
    "https://shop.example.com",
  ].map((pattern) => ({
    name: `the pattern ${pattern}`,
    spec: also({ tenants: { hostnames: [pattern] } }),
    bad: { path: "spec.tenants.hostnames[0]", says: "not a pattern for hostnames", by: "rule" as const },
  })),
  ...["*.{namespace}.example.net", "evilexample.com", "com", "*.{namespace}"].map((pattern) => ({
    name: `the pattern ${pattern}, which is outside the domain`,
    spec: also({ tenants: { hostnames: [pattern] } }),
    bad: { path: "spec.tenants.hostnames[0]", says: "outside the domain", by: "rule" as const },
  })),
  {
    name: "no patterns",
    spec: also({ tenants: { hostnames: [] } }),
    bad: { path: "spec.tenants.hostnames", says: "at least 1", by: "structure" },
  },
  {
    name: "a limit of no hostnames",
    spec: also({ tenants: { maxHostnames: 0 } }),
    bad: { path: "spec.tenants.maxHostnames", says: "at least 1", by: "structure" },
  },
  {
    name: "no resolvers",
    spec: also({ resolvers: [] }),
    bad: { path: "spec.resolvers", says: "at least 1", by: "structure" },
  },
  {
    name: "a resolver by name",
    spec: also({ resolvers: [{ address: "dns.google" }] }),
    bad: { path: "spec.resolvers[0].address", says: "not an address", by: "rule" },
  },
  {
    name: "serverName over UDP",
    spec: also({ resolvers: [{ address: "192.0.2.1", serverName: "dns.example" }] }),
    bad: { path: "spec.resolvers[0]", says: "remove serverName", by: "rule" },
  },
  {
    name: "an unknown protocol",
    spec: also({ resolvers: [{ address: "192.0.2.1", protocol: "QUIC" }] }),
    bad: { path: "spec.resolvers[0].protocol", says: "must be one of UDP, TCP, TLS, HTTPS", by: "structure" },
  },
  {
    name: "max below the default min",
    spec: also({ ttl: { max: 20 } }),
    bad: { path: "spec.ttl", says: "30 unless set", by: "rule" },
  },
  {
    name: "an unknown policy",
    spec: also({ policy: "Sync " }),
    bad: { path: "spec.policy", says: "did you mean Sync?", by: "structure" },
  },
  {
    name: "a guard over 100",
    spec: also({ guard: { maxDeletePercent: 101 } }),
    bad: { path: "spec.guard.maxDeletePercent", says: "at most 100", by: "structure" },
  },
  {
    name: "an unknown way with records of others",
    spec: also({ conflict: "Overwrite" }),
    bad: { path: "spec.conflict", says: "must be one of Refuse, Adopt", by: "structure" },
  },
  {
    name: "a field that is not built",
    spec: also({ transfer: {} }),
    bad: { path: "spec.transfer", says: "there is no such field", by: "unknown" },
  },
];

export const ZONE_CASES: readonly SpecCase[] = [
  ...good,
  ...badPlaces,
  ...badSettings,
  ...EXTERNAL_CASES,
  ...PRIMARY_CASES,
];
