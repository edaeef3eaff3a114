import type { SpecCase } from "./alias-cases.ts";

const secret = { name: "dns-credentials", key: "key" };
const servers = [{ address: "192.0.2.53" }];
const tsig = { keyName: "dnsalias-key", secretRef: secret };
const powerDNS = { url: "https://pdns.example.net:8081", apiKeyRef: secret };
const webhook = { url: "http://127.0.0.1:8888" };

/** PEM. */
const AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBiDCCAS+gAwIBAgIUXkXWatxAGYWwmipPBLTN8i1YeVAwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOdGVzdCBhdXRob3JpdHkwIBcNMjYxMTI0MjMxODI4WhgPMjEy
NjEwMzEyMzE4MjhaMBkxFzAVBgNVBAMMDnRlc3QgYXV0aG9yaXR5MFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEHPsiaLtr7OvDmB8Qv+bynfAT46nBTdpLk0Am0NTi
38pskZ9ccH0HPTYuIKs1tgqgRnrD7Ub2JE20PS/kH1ov6KNTMFEwHQYDVR0OBBYE
FLjkK8iEZO/QHyImQbLR42C5lTKTMB8GA1UdIwQYMBaAFLjkK8iEZO/QHyImQbLR
42C5lTKTMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgU5jAyET8
FtaUt1o0ddkJYli2374+fn7vJzhCtl/7pFUCIGBchMmdJK3M9Evdh29yhepOLi5v
SLuSkHz/1bMoMjMt
-----END CERTIFICATE-----
`;

/** PEM in base64, as base64 -w0 prints it. */
export function base64(pem: string): string {
  return Buffer.from(pem).toString("base64");
}

export const CA_BUNDLE = base64(AUTHORITY);
/** One that no certificate is in. */
export const BROKEN_BUNDLE = base64(AUTHORITY.replace("MIIB", "AAAA"));

function at(provider: object): object {
  return { domain: "example.com", provider };
}

const good: readonly SpecCase[] = [
  { name: "rfc2136, the least", spec: at({ rfc2136: { servers } }) },
  {
    name: "rfc2136, every field",
    spec: at({
      rfc2136: {
        servers: [{ address: "192.0.2.53", port: 5353 }, { address: "2001:db8::53" }],
        tsig: { ...tsig, algorithm: "hmac-sha512" },
        read: "Query",
      },
    }),
  },
  { name: "rfc2136 without a propagation check", spec: { ...at({ rfc2136: { servers } }), servedBy: {} } },
  {
    name: "rfc2136 with a key name of labels",
    spec: at({ rfc2136: { servers, tsig: { ...tsig, keyName: "K.ns1_.Example." } } }),
  },
  { name: "powerDNS, the least", spec: at({ powerDNS }) },
  {
    name: "powerDNS, every field",
    spec: at({
      powerDNS: {
        ...powerDNS,
        serverId: "ns-1.example",
        caBundle: base64(`# our own\n${AUTHORITY}\n${AUTHORITY}`),
      },
    }),
  },
  ...[
    "http://pdns:8081",
    "https://PDNS.Example.net/",
    "https://192.0.2.1:65535",
    "http://[2001:db8::1]:1",
    "http://[::ffff:192.0.2.1]",
    "https://a_b.example",
  ].map((url): SpecCase => ({ name: `powerDNS at ${url}`, spec: at({ powerDNS: { ...powerDNS, url } }) })),
  { name: "a webhook, the least", spec: at({ externalDNSWebhook: webhook }) },
  {
    name: "a webhook, every field",
    spec: at({ externalDNSWebhook: { url: "https://hook.example", caBundle: CA_BUNDLE } }),
  },
  {
    name: "a webhook with authorities in a ConfigMap",
    spec: at({
      externalDNSWebhook: { url: "https://hook", caBundleRef: { kind: "ConfigMap", name: "ca", key: "ca.crt" } },
    }),
  },
  { name: "dnsEndpoint, the least", spec: at({ dnsEndpoint: {} }) },
  {
    name: "dnsEndpoint, every field",
    spec: at({
      dnsEndpoint: {
        labels: { dns: "public", "example.com/Team_1": "", [`${"a".repeat(63)}.io/x`]: "b.c" },
      },
    }),
  },
];

const RFC2136 = "spec.provider.rfc2136";
const badUpdates: readonly SpecCase[] = [
  {
    name: "rfc2136 without servers",
    spec: at({ rfc2136: {} }),
    bad: { path: `${RFC2136}.servers`, says: "is required", by: "structure" },
  },
  {
    name: "rfc2136 with no server in the list",
    spec: at({ rfc2136: { servers: [] } }),
    bad: { path: `${RFC2136}.servers`, says: "at least 1", by: "structure" },
  },
  {
    name: "rfc2136 at a name",
    spec: at({ rfc2136: { servers: [{ address: "ns1.example.com" }] } }),
    bad: { path: `${RFC2136}.servers[0].address`, says: "not an address", by: "rule" },
  },
  {
    name: "a key without a Secret",
    spec: at({ rfc2136: { servers, tsig: { keyName: "k" } } }),
    bad: { path: `${RFC2136}.tsig.secretRef`, says: "is required", by: "structure" },
  },
  {
    name: "a key whose name is no name",
    spec: at({ rfc2136: { servers, tsig: { ...tsig, keyName: "my key" } } }),
    bad: { path: `${RFC2136}.tsig.keyName`, says: "not a hostname", by: "rule" },
  },
  {
    name: "an algorithm that is broken",
    spec: at({ rfc2136: { servers, tsig: { ...tsig, algorithm: "hmac-md5" } } }),
    bad: { path: `${RFC2136}.tsig.algorithm`, says: "must be one of hmac-sha256", by: "structure" },
  },
  {
    name: "a Secret's name in upper case",
    spec: at({ rfc2136: { servers, tsig: { ...tsig, secretRef: { name: "Key", key: "k" } } } }),
    bad: { path: `${RFC2136}.tsig.secretRef.name`, says: "not the name of a Kubernetes object", by: "rule" },
  },
  {
    name: "a Secret of another namespace",
    spec: at({ rfc2136: { servers, tsig: { ...tsig, secretRef: { ...secret, namespace: "kube-system" } } } }),
    bad: { path: `${RFC2136}.tsig.secretRef.namespace`, says: "there is no such field", by: "unknown" },
  },
  {
    name: "a Secret's key with a slash",
    spec: at({ rfc2136: { servers, tsig: { ...tsig, secretRef: { name: "key", key: "a/b" } } } }),
    bad: { path: `${RFC2136}.tsig.secretRef.key`, says: "not a key of a Secret", by: "rule" },
  },
  {
    name: "rfc2136 read in an unknown way",
    spec: at({ rfc2136: { servers, read: "IXFR" } }),
    bad: { path: `${RFC2136}.read`, says: "must be one of AXFR, Query", by: "structure" },
  },
];

const POWER_DNS = "spec.provider.powerDNS";
const WEBHOOK = "spec.provider.externalDNSWebhook";
const badReached: readonly SpecCase[] = [
  ...[
    "pdns.example.net:8081",
    "ftp://pdns.example.net",
    "https://pdns.example.net/api/v1",
    "https://pdns.example.net?x=y",
    "https://pdns.example.net:0",
    "https://pdns.example.net:65536",
    "https://",
    "HTTPS://pdns.example.net",
    "https://pdns..example",
    "https://pdns.example.net\n",
    "https://-pdns",
  ].map((url): SpecCase => ({
    name: `powerDNS at ${JSON.stringify(url)}`,
    spec: at({ powerDNS: { ...powerDNS, url } }),
    bad: { path: `${POWER_DNS}.url`, says: "not an address of a server", by: "rule" },
  })),
  ...["http://[1::2::3]", "http://300.1.1.1", "http://[:]:80"].map((url): SpecCase => ({
    name: `a webhook at ${url}`,
    spec: at({ externalDNSWebhook: { url } }),
    bad: { path: `${WEBHOOK}.url`, says: "not an address of a server", by: "program" },
  })),
  {
    name: "a credential in an address",
    spec: at({ externalDNSWebhook: { url: "https://me:secret@hook.example" } }),
    bad: { path: `${WEBHOOK}.url`, says: "no credentials in the address", by: "rule" },
  },
  {
    name: "powerDNS without an API key",
    spec: at({ powerDNS: { url: powerDNS.url } }),
    bad: { path: `${POWER_DNS}.apiKeyRef`, says: "is required", by: "structure" },
  },
  {
    name: "powerDNS with a path for a server's id",
    spec: at({ powerDNS: { ...powerDNS, serverId: "a/b" } }),
    bad: { path: `${POWER_DNS}.serverId`, says: "not a server's id", by: "rule" },
  },
  {
    name: "an authority that is no certificate",
    spec: at({ powerDNS: { ...powerDNS, caBundle: base64("MIIB") } }),
    bad: { path: `${POWER_DNS}.caBundle`, says: "no certificate in PEM", by: "program" },
  },
  {
    name: "a private key among the authorities",
    spec: at({
      externalDNSWebhook: { url: "https://h", caBundle: base64(`${AUTHORITY}-----BEGIN PRIVATE KEY-----\n`) },
    }),
    bad: { path: `${WEBHOOK}.caBundle`, says: "a private key is among", by: "program" },
  },
  {
    name: "authorities as PEM text",
    spec: at({ powerDNS: { ...powerDNS, caBundle: AUTHORITY } }),
    bad: {
      path: `${POWER_DNS}.caBundle`,
      says: "write the output of base64 -w0 ca.crt, or use caBundleRef",
      by: "rule",
    },
  },
  {
    name: "authorities that are not base64",
    spec: at({ powerDNS: { ...powerDNS, caBundle: "not base64!" } }),
    bad: { path: `${POWER_DNS}.caBundle`, says: "not base64", by: "rule" },
  },
  {
    name: "authorities twice",
    spec: at({
      powerDNS: { ...powerDNS, caBundle: CA_BUNDLE, caBundleRef: { kind: "ConfigMap", name: "ca", key: "ca.crt" } },
    }),
    bad: { path: POWER_DNS, says: "at most one of caBundle and caBundleRef", by: "rule" },
  },
  {
    name: "authorities in an object that can't hold them",
    spec: at({ powerDNS: { ...powerDNS, caBundleRef: { kind: "Pod", name: "ca", key: "ca.crt" } } }),
    bad: { path: `${POWER_DNS}.caBundleRef.kind`, says: "must be one of ConfigMap, Secret", by: "structure" },
  },
  {
    name: "a reference to authorities without TLS",
    spec: at({ externalDNSWebhook: { ...webhook, caBundleRef: { kind: "Secret", name: "ca", key: "ca.crt" } } }),
    bad: { path: WEBHOOK, says: "remove caBundle and caBundleRef", by: "rule" },
  },
  {
    name: "an authority that is garbled",
    spec: at({ powerDNS: { ...powerDNS, caBundle: base64(`${AUTHORITY}${AUTHORITY.replace("MIIB", "MIIX")}`) } }),
    bad: { path: `${POWER_DNS}.caBundle`, says: "certificate 2 of 2 cannot be read", by: "program" },
  },
  {
    name: "an authority without TLS",
    spec: at({ externalDNSWebhook: { ...webhook, caBundle: CA_BUNDLE } }),
    bad: { path: WEBHOOK, says: "remove caBundle", by: "rule" },
  },
  {
    name: "powerDNS's authority without TLS",
    spec: at({ powerDNS: { ...powerDNS, url: "http://pdns", caBundle: CA_BUNDLE } }),
    bad: { path: POWER_DNS, says: "remove caBundle", by: "rule" },
  },
];

const ENDPOINT = "spec.provider.dnsEndpoint";
const badObjects: readonly SpecCase[] = [
  ...(
    [
      ["a key with a space", { "a b": "c" }],
      ["a value with a space", { a: "b c" }],
      ["an empty key", { "": "a" }],
      ["a key with two slashes", { "a/b/c": "d" }],
      ["a key that ends with a hyphen", { "a-": "d" }],
    ] as const
  ).map(([name, labels]): SpecCase => ({
    name: `labels with ${name}`,
    spec: at({ dnsEndpoint: { labels } }),
    bad: { path: `${ENDPOINT}.labels`, says: "invalid labels", by: "rule" },
  })),
  ...[{ "app.kubernetes.io/managed-by": "me" }, { "dnsalias.io/zone": "a" }].map((labels): SpecCase => ({
    name: `our own label ${Object.keys(labels).join("")}`,
    spec: at({ dnsEndpoint: { labels } }),
    bad: { path: `${ENDPOINT}.labels`, says: "dnsalias's own", by: "rule" },
  })),
  {
    name: "labels with nothing in them",
    spec: at({ dnsEndpoint: { labels: {} } }),
    bad: { path: `${ENDPOINT}.labels`, says: "at least 1", by: "structure" },
  },
  {
    name: "two providers",
    spec: at({ dnsEndpoint: {}, externalDNSWebhook: webhook }),
    bad: { path: "spec.provider", says: "exactly one provider", by: "rule" },
  },
];

/** Zones at providers outside CoreDNS. */
export const EXTERNAL_CASES: readonly SpecCase[] = [...good, ...badUpdates, ...badReached, ...badObjects];
