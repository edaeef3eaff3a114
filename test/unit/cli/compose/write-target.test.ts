import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { DnsZone } from "../../../../src/api/dns-zone.ts";
import { parseZone } from "../../../../src/api/parse/parse-object.ts";
import { externalPlaceOf } from "../../../../src/cli/compose/write-target.ts";

const secretRef = { name: "s", key: "k" };
const one = { address: "192.0.2.1" };
const two = { address: "2001:db8::1" };
const pdns = { url: "https://pdns.example", apiKeyRef: secretRef };

const ETCD = { endpoints: ["http://192.0.2.1:2379"] };
const TRANSFER = { baseZone: { inline: "@ SOA ns.example.com. h.example.com. 1 2 3 4 5" }, allow: ["192.0.2.0/24"] };

const cases: readonly {
  readonly name: string;
  readonly a: object;
  readonly b: object;
  readonly same: boolean;
  readonly namespace?: string;
  readonly domain?: string;
}[] = [
  {
    name: "one server, spelled in two ways",
    a: { rfc2136: { servers: [two] } },
    b: { rfc2136: { servers: [{ address: "2001:DB8:0::1", port: 53 }] } },
    same: true,
  },
  {
    name: "one server with another key",
    a: { rfc2136: { servers: [one] } },
    b: { rfc2136: { servers: [one], tsig: { keyName: "k", secretRef } } },
    same: true,
  },
  { name: "two servers", a: { rfc2136: { servers: [one] } }, b: { rfc2136: { servers: [two, one] } }, same: false },
  {
    name: "one server, two ports",
    a: { rfc2136: { servers: [one] } },
    b: { rfc2136: { servers: [{ ...one, port: 5353 }] } },
    same: false,
  },
  {
    name: "one server, two domains",
    a: { rfc2136: { servers: [one] } },
    b: { rfc2136: { servers: [one] } },
    domain: "example.org",
    same: false,
  },
  {
    name: "one server, from another namespace",
    a: { rfc2136: { servers: [one] } },
    b: { rfc2136: { servers: [one] } },
    namespace: "other",
    same: true,
  },
  {
    name: "one PowerDNS, spelled in two ways",
    a: { powerDNS: pdns },
    b: { powerDNS: { ...pdns, url: "https://PDNS.example:443/" } },
    same: true,
  },
  {
    name: "two servers of one PowerDNS",
    a: { powerDNS: pdns },
    b: { powerDNS: { ...pdns, serverId: "b" } },
    same: false,
  },
  {
    name: "one webhook",
    a: { externalDNSWebhook: { url: "http://h:1" } },
    b: { externalDNSWebhook: { url: "http://h:1/" } },
    same: true,
  },
  { name: "DNSEndpoints of one namespace", a: { dnsEndpoint: {} }, b: { dnsEndpoint: {} }, same: true },
  {
    name: "DNSEndpoints of two namespaces",
    a: { dnsEndpoint: {} },
    b: { dnsEndpoint: {} },
    namespace: "other",
    same: false,
  },
  {
    name: "DNSEndpoints for two ExternalDNS",
    a: { dnsEndpoint: { labels: { a: "b" } } },
    b: { dnsEndpoint: {} },
    same: false,
  },
  {
    name: "labels in another order",
    a: { dnsEndpoint: { labels: { a: "1", b: "2" } } },
    b: { dnsEndpoint: { labels: { b: "2", a: "1" } } },
    same: true,
  },
  {
    name: "labels with other values",
    a: { dnsEndpoint: { labels: { a: "1" } } },
    b: { dnsEndpoint: { labels: { a: "2" } } },
    same: false,
  },
  {
    name: "zone transfers, which one process has once for a domain",
    a: { transfer: TRANSFER },
    b: { transfer: { ...TRANSFER, allow: ["192.0.2.1"] } },
    namespace: "other",
    same: true,
  },
  {
    name: "zone transfers of two domains",
    a: { transfer: TRANSFER },
    b: { transfer: TRANSFER },
    domain: "example.org",
    same: false,
  },
  { name: "one etcd", a: { coreDNSEtcd: ETCD }, b: { coreDNSEtcd: ETCD }, namespace: "other", same: true },
  {
    name: "two paths of one etcd",
    a: { coreDNSEtcd: ETCD },
    b: { coreDNSEtcd: { ...ETCD, pathPrefix: "/other" } },
    same: false,
  },
  {
    name: "two etcds",
    a: { coreDNSEtcd: ETCD },
    b: { coreDNSEtcd: { endpoints: ["http://192.0.2.9:2379"] } },
    same: false,
  },
  {
    name: "two providers at one address",
    a: { rfc2136: { servers: [one] } },
    b: { powerDNS: { ...pdns, url: "http://192.0.2.1:53" } },
    same: false,
  },
];

describe("two zones of one domain are twins, or not:", () => {
  for (const { name, a, b, same, namespace = "dns", domain = "example.com" } of cases) {
    test(name, () => {
      const [first, second] = [writeTargetOf(zone(a, "dns", "example.com")), writeTargetOf(zone(b, namespace, domain))];
      assert.equal(first === second, same, `${first} | ${second}`);
    });
  }
});

function writeTargetOf(of: DnsZone): string {
  const { provider } = of.spec;
  return provider.kind === "coreDNSZoneFile" || provider.kind === "coreDNSOverlay"
    ? assert.fail()
    : externalPlaceOf(of, provider);
}

function zone(provider: object, namespace: string, domain: string): DnsZone {
  const parsed = parseZone({ metadata: { name: "x", namespace }, spec: { domain, provider } });
  return parsed.kind === "ok" ? parsed.value : assert.fail(JSON.stringify(parsed.problems));
}
