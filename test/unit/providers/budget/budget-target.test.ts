import assert from "node:assert/strict";
import { test } from "node:test";
import { budgetPlaceOf } from "../../../../src/providers/budget/budget-target.ts";
import { parsedZone } from "../../cli/compose/parsed-zone.ts";

const inline = "@ 3600 IN SOA ns1 h 7 7200 900 1209600 300\n@ 3600 IN NS ns1\n";
const server = { perSecond: 20, burst: 40, atOnce: 4 };
const cloud = { perSecond: 5, burst: 20, atOnce: 4 };

const TARGETS: readonly (readonly [provider: object, endpoint: string, limit: object])[] = [
  [
    { rfc2136: { servers: [{ address: "192.0.2.1" }, { address: "192.0.2.2", port: 5353 }] } },
    "rfc2136 192.0.2.1#53 192.0.2.2#5353",
    server,
  ],
  [
    { powerDNS: { url: "https://pdns.example", apiKeyRef: { name: "pdns", key: "key" } } },
    "powerDNS https://pdns.example",
    server,
  ],
  [{ externalDNSWebhook: { url: "https://hook.example" } }, "externalDNSWebhook https://hook.example", cloud],
  [
    { coreDNSEtcd: { endpoints: ["https://a.example:2379", "https://b.example:2379"] } },
    "coreDNSEtcd https://a.example:2379 https://b.example:2379",
    server,
  ],
];

for (const [provider, endpoint, limit] of TARGETS) {
  test(`calls of ${Object.keys(provider).join()} are counted by endpoint`, () => {
    assert.deepEqual(budgetPlaceOf(parsedZone(provider)), { zone: "dns/com", endpoint, limit });
  });
}

const UNLIMITED: readonly object[] = [
  { dnsEndpoint: {} },
  { transfer: { allow: ["192.0.2.53/32"], baseZone: { inline } } },
  { coreDNS: { zoneFile: { configMap: { name: "out", key: "z" }, baseZone: { inline } } } },
  { coreDNS: { overlay: { configMap: { namespace: "kube-system", name: "custom", key: "x.server" } } } },
];

for (const provider of UNLIMITED) {
  test(`${JSON.stringify(provider).slice(0, 30)}… has only the limits of the apiserver`, () => {
    assert.equal(budgetPlaceOf(parsedZone(provider)), undefined);
  });
}
