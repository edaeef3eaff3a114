import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import { baseZonesOf, bundleMapsOf, nudgeOf, secretRefsOf, servedBaseOf } from "../../../src/api/zone-references.ts";
import { parsedZone } from "../cli/compose/parsed-zone.ts";

const inline = "@ 3600 IN SOA ns1 h 7 7200 900 1209600 300\n@ 3600 IN NS ns1\n";
const BASE = { kind: "inline", text: inline };
const REF = { name: "credentials", key: "text" };
const tsig = { keyName: "k", secretRef: REF };
const allow = ["192.0.2.53/32"];
const webhook = { externalDNSWebhook: { url: "https://hook.example" } };

const PROVIDERS: readonly (readonly [provider: object, base: object | undefined, secrets: readonly object[]])[] = [
  [{ coreDNS: { zoneFile: { configMap: { name: "out", key: "z" }, baseZone: { inline } } } }, BASE, []],
  [
    { coreDNS: { overlay: { configMap: { namespace: "kube-system", name: "custom", key: "x.server" } } } },
    undefined,
    [],
  ],
  [{ transfer: { allow, baseZone: { inline } } }, BASE, []],
  [{ transfer: { allow, baseZone: { inline }, tsig } }, BASE, [REF]],
  [{ rfc2136: { servers: [{ address: "192.0.2.1" }] } }, undefined, []],
  [{ rfc2136: { servers: [{ address: "192.0.2.1" }], tsig } }, undefined, [REF]],
  [{ powerDNS: { url: "https://pdns.example", apiKeyRef: REF } }, undefined, [REF]],
  [webhook, undefined, []],
  [{ dnsEndpoint: {} }, undefined, []],
  [{ coreDNSEtcd: { endpoints: ["https://etcd.example:2379"] } }, undefined, []],
  [
    { coreDNSEtcd: { endpoints: ["https://etcd.example:2379"], auth: { username: "dns", passwordRef: REF } } },
    undefined,
    [REF],
  ],
];

for (const [provider, base, secrets] of PROVIDERS) {
  test(`${JSON.stringify(provider).slice(0, 60)}… reads ${base === undefined ? "no" : "its"} base zone and ${secrets.length} Secrets`, () => {
    const { spec } = parsedZone(provider);
    assert.deepEqual(servedBaseOf(spec), base);
    assert.deepEqual(baseZonesOf(spec), base === undefined ? [] : [base]);
    assert.deepEqual(secretRefsOf(spec.provider), secrets);
  });
}

test("the responder's own base zone is served, and both are read", () => {
  const own = { kind: "inline", text: "own" } as const;
  const withOwn = ({ spec }: DnsZone): DnsZone["spec"] => ({ ...spec, responder: { ...spec.responder, base: own } });
  const published = withOwn(parsedZone({ transfer: { allow, baseZone: { inline } } }));
  assert.deepEqual(servedBaseOf(published), own);
  assert.deepEqual(baseZonesOf(published), [BASE, own]);
  assert.deepEqual(servedBaseOf(withOwn(parsedZone(webhook))), own);
});

const SECRET = { kind: "Secret", name: "ca", key: "ca.crt" };
const CONFIG_MAP = { kind: "ConfigMap", name: "ca", key: "ca.crt" };
const CA = { name: "ca", key: "ca.crt" };
const ETCD = { endpoints: ["https://etcd.example:2379"] };

const BUNDLES: readonly (readonly [provider: object, secrets: readonly object[], maps: readonly object[]])[] = [
  [{ powerDNS: { url: "https://pdns.example", apiKeyRef: REF, caBundleRef: SECRET } }, [REF, CA], []],
  [{ powerDNS: { url: "https://pdns.example", apiKeyRef: REF, caBundleRef: CONFIG_MAP } }, [REF], [CA]],
  [{ externalDNSWebhook: { url: "https://hook.example", caBundleRef: SECRET } }, [CA], []],
  [{ externalDNSWebhook: { url: "https://hook.example", caBundleRef: CONFIG_MAP } }, [], [CA]],
  [{ coreDNSEtcd: { ...ETCD, caBundleRef: SECRET } }, [CA], []],
  [
    { coreDNSEtcd: { ...ETCD, caBundleRef: CONFIG_MAP, clientCertificateRef: { name: "client" } } },
    [
      { name: "client", key: "tls.crt" },
      { name: "client", key: "tls.key" },
    ],
    [CA],
  ],
  [{ dnsEndpoint: {} }, [], []],
  [{ transfer: { allow, baseZone: { inline } } }, [], []],
];

for (const [provider, secrets, maps] of BUNDLES) {
  test(`${JSON.stringify(provider)} reads ${secrets.length} keys of Secrets and ${maps.length} of ConfigMaps`, () => {
    const { spec } = parsedZone(provider);
    assert.deepEqual([secretRefsOf(spec.provider), bundleMapsOf(spec.provider)], [secrets, maps]);
  });
}

test("only a provider with a nudge has Pods to nudge", () => {
  const zoneFile = { configMap: { name: "out", key: "z" }, baseZone: { inline } };
  const nudge = { namespace: "kube-system", selector: { matchLabels: { app: "dns" } } };
  assert.equal(nudgeOf(parsedZone({ coreDNS: { zoneFile } }).spec.provider), undefined);
  assert.deepEqual(nudgeOf(parsedZone({ coreDNS: { zoneFile, nudge } }).spec.provider)?.namespace, "kube-system");
  assert.equal(nudgeOf(parsedZone(webhook).spec.provider), undefined);
});
