import type { SpecCase } from "./alias-cases.ts";
import { BROKEN_BUNDLE, CA_BUNDLE } from "./external-cases.ts";

const secretRef = { name: "dns-credentials", key: "key" };
const baseZone = { inline: "@ SOA ns1 hostmaster 1 7200 900 1209600 300\n@ NS ns1\n" };
const transfer = { baseZone, allow: ["192.0.2.0/24"] };
const endpoints = ["http://127.0.0.1:2379"];

function at(provider: object, more: object = {}): object {
  return { domain: "example.com", provider, ...more };
}

function allowing(...allow: readonly unknown[]): object {
  return at({ transfer: { ...transfer, allow } });
}

function under(pathPrefix: unknown): object {
  return at({ coreDNSEtcd: { endpoints, pathPrefix } });
}

const good: readonly SpecCase[] = [
  { name: "transfer, the least", spec: at({ transfer }) },
  {
    name: "transfer, every field",
    spec: at({
      transfer: {
        baseZone: { configMapKeyRef: { name: "base", key: "example.zone" } },
        allow: ["192.0.2.7", "2001:DB8::7", "10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0", "::/0", "192.0.2.7/32"],
        tsig: { keyName: "Transfer-Key", algorithm: "hmac-sha512", secretRef },
        notify: [{ address: "192.0.2.7" }, { address: "2001:db8::7", port: 5353 }],
        catalog: "Catalog.Example",
      },
    }),
  },
  { name: "transfer with nobody to tell", spec: at({ transfer: { ...transfer, notify: [] } }) },
  { name: "a catalog below the zone", spec: at({ transfer: { ...transfer, catalog: "catalog.example.com" } }) },
  { name: "coreDNSEtcd, the least", spec: at({ coreDNSEtcd: { endpoints } }) },
  {
    name: "coreDNSEtcd, every field",
    spec: at({
      coreDNSEtcd: {
        endpoints: ["https://etcd-0.example:2379", "https://[2001:db8::1]:2379/"],
        pathPrefix: "/Team_1/sky.dns",
        auth: { username: "dns alias", passwordRef: secretRef },
        caBundle: CA_BUNDLE,
        clientCertificateRef: { name: "etcd-client" },
      },
    }),
  },
  { name: "a responder with nothing in it", spec: at({ transfer }, { responder: {} }) },
  {
    name: "a responder, every field",
    spec: at({ coreDNSEtcd: { endpoints } }, { responder: { baseZone, clientSubnet: true } }),
  },
  {
    name: "a responder with a ConfigMap",
    spec: at({ dnsEndpoint: {} }, { responder: { baseZone: { configMapKeyRef: { name: "base", key: "zone" } } } }),
  },
];

const TRANSFER = "spec.provider.transfer";

const badTransfers: readonly SpecCase[] = [
  {
    name: "transfer without a base zone",
    spec: at({ transfer: { allow: ["192.0.2.7"] } }),
    bad: { path: `${TRANSFER}.baseZone`, says: "is required", by: "structure" },
  },
  {
    name: "transfer with an empty base zone",
    spec: at({ transfer: { ...transfer, baseZone: {} } }),
    bad: { path: `${TRANSFER}.baseZone`, says: "exactly one of inline", by: "rule" },
  },
  {
    name: "transfer with a base zone of a ConfigMap that cannot be",
    spec: at({ transfer: { ...transfer, baseZone: { configMapKeyRef: { name: "Base", key: "k" } } } }),
    bad: { path: `${TRANSFER}.baseZone.configMapKeyRef.name`, says: "not the name of a Kubernetes", by: "rule" },
  },
  {
    name: "transfer that nobody may",
    spec: at({ transfer: { baseZone } }),
    bad: { path: `${TRANSFER}.allow`, says: "is required", by: "structure" },
  },
  {
    name: "transfer with an empty allow list",
    spec: allowing(),
    bad: { path: `${TRANSFER}.allow`, says: "at least 1", by: "structure" },
  },
  ...[
    "ns1.example.com",
    "10.0.0.1/8",
    "10.0.0.0/33",
    "10.0.0.0/",
    "10.0.0.0/08",
    "10.0.0.0/-1",
    "10.0.0/24",
    "2001:db8::1/64",
    "2001:db8::/129",
    "::ffff:10.0.0.0/104",
    "fe80::%eth0/64",
    "10.0.0.0/8/8",
    "*.",
  ].map((network): SpecCase => ({
    name: `transfer for ${network}`,
    spec: allowing("192.0.2.7", network),
    bad: { path: `${TRANSFER}.allow[1]`, says: "neither an address nor a network", by: "rule" },
  })),
  {
    name: "transfer for the same network twice",
    spec: allowing("10.0.0.0/8", "10.0.0.0/8"),
    bad: { path: `${TRANSFER}.allow[1]`, says: "twice", by: "structure" },
  },
  {
    name: "transfer with a key whose name is no name",
    spec: at({ transfer: { ...transfer, tsig: { keyName: "my key", secretRef } } }),
    bad: { path: `${TRANSFER}.tsig.keyName`, says: "not a hostname", by: "rule" },
  },
  {
    name: "transfer with a Secret that cannot be",
    spec: at({ transfer: { ...transfer, tsig: { keyName: "k", secretRef: { name: "s", key: "a/b" } } } }),
    bad: { path: `${TRANSFER}.tsig.secretRef.key`, says: "not a key of a Secret", by: "rule" },
  },
  {
    name: "a secondary by name",
    spec: at({ transfer: { ...transfer, notify: [{ address: "ns2.example.com" }] } }),
    bad: { path: `${TRANSFER}.notify[0].address`, says: "not an address", by: "rule" },
  },
  {
    name: "a secondary at port 0",
    spec: at({ transfer: { ...transfer, notify: [{ address: "192.0.2.7", port: 0 }] } }),
    bad: { path: `${TRANSFER}.notify[0].port`, says: "at least 1", by: "structure" },
  },
  {
    name: "a catalog that is no name",
    spec: at({ transfer: { ...transfer, catalog: "my catalog" } }),
    bad: { path: `${TRANSFER}.catalog`, says: "not a hostname", by: "rule" },
  },
  {
    name: "a catalog whose letters have no A-label",
    spec: at({ transfer: { ...transfer, catalog: "\u{1f600}\ufffd.example" } }),
    bad: { path: `${TRANSFER}.catalog`, says: "A-labels", crdSays: "A-label", by: "rule" },
  },
  {
    name: "a catalog that is the zone itself",
    spec: at({ transfer: { ...transfer, catalog: "EXAMPLE.com." } }),
    bad: { path: "spec", says: "give the catalog zone another name", by: "rule" },
  },
  {
    name: "transfer and another provider",
    spec: at({ transfer, dnsEndpoint: {} }),
    bad: { path: "spec.provider", says: "transfer, coreDNSEtcd", by: "rule" },
  },
];

const ETCD = "spec.provider.coreDNSEtcd";

const badEtcds: readonly SpecCase[] = [
  {
    name: "coreDNSEtcd without endpoints",
    spec: at({ coreDNSEtcd: {} }),
    bad: { path: `${ETCD}.endpoints`, says: "is required", by: "structure" },
  },
  {
    name: "coreDNSEtcd with no endpoint in the list",
    spec: at({ coreDNSEtcd: { endpoints: [] } }),
    bad: { path: `${ETCD}.endpoints`, says: "at least 1", by: "structure" },
  },
  ...["127.0.0.1:2379", "http://etcd:2379/v3", "grpc://etcd:2379"].map((url): SpecCase => ({
    name: `coreDNSEtcd at ${url}`,
    spec: at({ coreDNSEtcd: { endpoints: [...endpoints, url] } }),
    bad: { path: `${ETCD}.endpoints[1]`, says: "not an address of a server", by: "rule" },
  })),
  {
    name: "coreDNSEtcd with a password in the address",
    spec: at({ coreDNSEtcd: { endpoints: ["http://root:secret@etcd:2379"] } }),
    bad: { path: `${ETCD}.endpoints[0]`, says: "no credentials in the address", by: "rule" },
  },
  {
    name: "coreDNSEtcd at a host that cannot be",
    spec: at({ coreDNSEtcd: { endpoints: ["http://[:::1]"] } }),
    bad: { path: `${ETCD}.endpoints[0]`, says: "neither a name nor an address", by: "program" },
  },
  ...["skydns", "/skydns/", "//skydns", "/sky dns", "/../x", "/."].map((path): SpecCase => ({
    name: `coreDNSEtcd under ${path}`,
    spec: under(path),
    bad: { path: `${ETCD}.pathPrefix`, says: "not a path of the etcd plugin", by: "rule" },
  })),
  {
    name: "coreDNSEtcd under nothing",
    spec: under(""),
    bad: { path: `${ETCD}.pathPrefix`, says: "must not be empty", by: "structure" },
  },
  {
    name: "a user without a password",
    spec: at({ coreDNSEtcd: { endpoints, auth: { username: "dnsalias" } } }),
    bad: { path: `${ETCD}.auth.passwordRef`, says: "is required", by: "structure" },
  },
  {
    name: "a user without a name",
    spec: at({ coreDNSEtcd: { endpoints, auth: { username: "", passwordRef: secretRef } } }),
    bad: { path: `${ETCD}.auth.username`, says: "must not be empty", by: "structure" },
  },
  {
    name: "a password in a Secret that cannot be",
    spec: at({ coreDNSEtcd: { endpoints, auth: { username: "u", passwordRef: { name: "A", key: "k" } } } }),
    bad: { path: `${ETCD}.auth.passwordRef.name`, says: "not the name of a Kubernetes object", by: "rule" },
  },
  {
    name: "authorities without TLS",
    spec: at({ coreDNSEtcd: { endpoints: ["https://a", "http://b"], caBundle: CA_BUNDLE } }),
    bad: { path: ETCD, says: "apply only to https:// addresses", by: "rule" },
  },
  {
    name: "a client certificate without TLS",
    spec: at({ coreDNSEtcd: { endpoints: ["http://a"], clientCertificateRef: { name: "client" } } }),
    bad: { path: ETCD, says: "apply only to https:// addresses", by: "rule" },
  },
  {
    name: "a client certificate in a Secret that cannot be",
    spec: at({ coreDNSEtcd: { endpoints: ["https://a"], clientCertificateRef: { name: "Client!" } } }),
    bad: { path: `${ETCD}.clientCertificateRef.name`, says: "not the name of a Kubernetes object", by: "rule" },
  },
  {
    name: "authorities of etcd that are none",
    spec: at({ coreDNSEtcd: { endpoints: ["https://a"], caBundle: "bm9uZQ==" } }),
    bad: { path: `${ETCD}.caBundle`, says: "no certificate in PEM", by: "program" },
  },
  {
    name: "authorities of etcd that cannot be read",
    spec: at({
      coreDNSEtcd: { endpoints: ["https://a"], caBundle: BROKEN_BUNDLE },
    }),
    bad: { path: `${ETCD}.caBundle`, says: "certificate 1 of 1 cannot be read", by: "program" },
  },
];

const RESPONDER = "spec.responder";

const badResponders: readonly SpecCase[] = [
  {
    name: "a responder with an empty base zone",
    spec: at({ transfer }, { responder: { baseZone: {} } }),
    bad: { path: `${RESPONDER}.baseZone`, says: "exactly one of inline", by: "rule" },
  },
  {
    name: "a responder with two base zones",
    spec: at({ transfer }, { responder: { baseZone: { ...baseZone, configMapKeyRef: { name: "a", key: "b" } } } }),
    bad: { path: `${RESPONDER}.baseZone`, says: "exactly one of inline", by: "rule" },
  },
  {
    name: "a responder with a key that cannot be",
    spec: at({ transfer }, { responder: { baseZone: { configMapKeyRef: { name: "a", key: "a/b" } } } }),
    bad: { path: `${RESPONDER}.baseZone.configMapKeyRef.key`, says: "not a key of a ConfigMap", by: "rule" },
  },
  {
    name: "clientSubnet as text",
    spec: at({ transfer }, { responder: { clientSubnet: "on" } }),
    bad: { path: `${RESPONDER}.clientSubnet`, says: "must be true or false", by: "structure" },
  },
  {
    name: "a mistyped field of the responder",
    spec: at({ transfer }, { responder: { clientSubnets: true } }),
    bad: { path: `${RESPONDER}.clientSubnets`, says: "there is no such field", by: "unknown" },
  },
];

/** Zones that we are the primary of, zones in etcd, and what the responder is told. */
export const PRIMARY_CASES: readonly SpecCase[] = [...good, ...badTransfers, ...badEtcds, ...badResponders];
