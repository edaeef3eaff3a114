import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  array,
  assert as assertProperty,
  constantFrom,
  dictionary,
  jsonValue,
  letrec,
  oneof,
  property,
  string,
} from "../../support/property.ts";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import type { DnsZone, ProviderSpec, ServedBySpec } from "../../../src/api/dns-zone.ts";
import { targetNames } from "../../../src/api/target-names.ts";
import { parseAlias, parseZone } from "../../../src/api/parse/parse-object.ts";
import { problemText, type Parsed } from "../../../src/api/schema/problem.ts";
import { baseZonesOf, servedBaseOf } from "../../../src/api/zone-references.ts";
import { displayName } from "../../../src/dns/name/name.ts";

const baseZone = { inline: "@ SOA a b 1 2 3 4 5\n" };
const leastZone = { domain: "Example.COM.", provider: { coreDNS: { zoneFile: { baseZone } } } };
const leastAlias = { hostnames: ["example.com"], targets: [{ hostname: "lb.example.net" }] };

test("an alias of name and target has every default", () => {
  assert.deepEqual(alias(leastAlias), {
    kind: "DnsAlias",
    meta: {
      namespace: "default",
      name: "x",
      uid: "default/x",
      generation: 1,
      createdAt: 0,
      labels: {},
      annotations: {},
      finalizers: [],
      resourceVersion: "",
    },
    spec: {
      hostnames: ["example.com."],
      targets: [{ kind: "hostname", priority: 0, hostname: "lb.example.net." }],
      selection: "Merge",
      failback: { mode: "Automatic", afterMs: 300_000 },
      families: ["A", "AAAA"],
      onEmpty: "Keep",
      onStale: "Keep",
      onUnhealthy: "Keep",
      fallbackAddresses: [],
      maxStalenessMs: 86_400_000,
      allowPrivate: false,
      paused: false,
      httpsAlias: false,
    },
  });
});

test("a zone of domain and base zone has every default", () => {
  assert.deepEqual(zone(leastZone).spec, {
    domain: "example.com.",
    allowedNamespaces: { from: "Same" },
    tenants: { wildcards: "Allow", privateAddresses: "Deny" },
    provider: {
      kind: "coreDNSZoneFile",
      zoneFile: {
        configMap: { name: "dnsalias-example-com", key: "example.com.zone" },
        base: { kind: "inline", text: baseZone.inline },
      },
    },
    servedBy: { kind: "none" },
    policy: "Sync",
    conflict: "Refuse",
    deletionPolicy: "Retain",
    ttl: { min: 30, max: 300 },
    maxDeletePercent: 30,
    responder: { clientSubnet: false },
  });
});

describe("an alias:", () => {
  test("a name has one spelling", () => {
    const { spec } = alias({
      ...leastAlias,
      hostnames: ["EXAMPLE.com.", "*.Example.com"],
    });
    assert.deepEqual(spec.hostnames.map(displayName), ["example.com", "*.example.com"]);
  });

  test("addresses are canonical, sorted and without duplicates", () => {
    const addresses = ["2001:DB8:0::7", "203.0.113.7", "2001:db8::7", "192.0.2.1"];
    const { spec } = alias({ ...leastAlias, targets: [{ addresses }], fallbackAddresses: addresses });
    const want = ["192.0.2.1", "2001:db8::7", "203.0.113.7"];
    assert.deepEqual(spec.targets, [{ kind: "addresses", priority: 0, addresses: want }]);
    assert.deepEqual(spec.fallbackAddresses, want);
  });

  test("a target without a name has its hostname or addresses as its name, each name once", () => {
    const named = (...targets: readonly object[]): readonly string[] =>
      targetNames(alias({ ...leastAlias, targets }).spec.targets);
    const hostname = "LB.Example";
    const addresses = ["192.0.2.1"];
    assert.deepEqual(named({ hostname }, { addresses }), ["lb.example", "addresses"]);
    assert.deepEqual(named({ addresses }, { addresses }, { addresses }), ["addresses", "addresses-2", "addresses-3"]);
    assert.deepEqual(named({ addresses }, { name: "addresses", hostname }), ["addresses-2", "addresses"]);
    assert.deepEqual(named({ hostname }, { hostname }, { name: "main", hostname }), [
      "lb.example",
      "lb.example-2",
      "main",
    ]);
  });

  test("a ttl with one bound leaves the other to the zone", () => {
    assert.deepEqual(alias({ ...leastAlias, ttl: { max: 20 } }).spec.ttl, { min: 0, max: 20 });
    assert.deepEqual(alias({ ...leastAlias, ttl: { min: 60 } }).spec.ttl, { min: 60, max: 2_147_483_647 });
  });

  for (const [text, ms] of [
    ["90m", 5_400_000],
    ["1h30m", 5_400_000],
    ["1s", 1000],
    ["24h0m0s", 86_400_000],
    ["1h30m10s500ms", 5_410_500],
    ["500ms1s", 1500],
  ] as const) {
    test(`maxStaleness ${text} is ${ms} ms`, () => {
      assert.equal(alias({ ...leastAlias, maxStaleness: text }).spec.maxStalenessMs, ms);
    });
  }
});

describe("a zone:", () => {
  for (const [protocol, port] of [
    ["UDP", 53],
    ["TCP", 53],
    ["TLS", 853],
    ["HTTPS", 443],
  ] as const) {
    test(`a resolver over ${protocol} has port ${port} unless one is given`, () => {
      const resolvers = [
        { address: "2001:DB8::53", protocol },
        { address: "192.0.2.53", protocol, port: 5353 },
      ];
      assert.deepEqual(zone({ ...leastZone, resolvers }).spec.resolvers, [
        { address: "2001:db8::53", protocol, port },
        { address: "192.0.2.53", protocol, port: 5353 },
      ]);
    });
  }

  test("rfc2136 is checked at the servers that take the updates, unless servedBy names others", () => {
    const servers = [{ address: "2001:DB8::53" }, { address: "192.0.2.53", port: 5353 }];
    const addresses = [
      { address: "2001:db8::53", port: 53 },
      { address: "192.0.2.53", port: 5353 },
    ];
    assert.deepEqual(providerOf({ rfc2136: { servers } }), {
      kind: "rfc2136",
      rfc2136: { servers: addresses, read: "AXFR" },
    });
    assert.deepEqual(servedBy({ rfc2136: { servers } }), { kind: "addresses", addresses });
    assert.deepEqual(servedBy({ rfc2136: { servers } }, {}), { kind: "none" });
    const others = [{ address: "192.0.2.54" }];
    assert.deepEqual(servedBy({ rfc2136: { servers } }, { addresses: others }), {
      kind: "addresses",
      addresses: [{ address: "192.0.2.54", port: 53 }],
    });
    const secretRef = { name: "tsig", key: "secret" };
    const keyed = providerOf({ rfc2136: { servers, tsig: { keyName: "DDNS-Key", secretRef } } });
    assert.deepEqual(keyed.kind === "rfc2136" && keyed.rfc2136.tsig, {
      keyName: "ddns-key.",
      algorithm: "hmac-sha256",
      secretRef,
    });
  });

  test("transfer is checked at the secondaries of notify, unless servedBy names others", () => {
    const transfer = { baseZone, allow: ["2001:DB8::7", "10.0.0.0/8"] };
    const notify = [{ address: "2001:DB8::7" }, { address: "192.0.2.7", port: 5353 }];
    const told = [
      { address: "2001:db8::7", port: 53 },
      { address: "192.0.2.7", port: 5353 },
    ];
    const base = { kind: "inline", text: baseZone.inline };
    const allow = [
      { address: "2001:db8::7", prefix: 128 },
      { address: "10.0.0.0", prefix: 8 },
    ];
    assert.deepEqual(providerOf({ transfer }), { kind: "transfer", transfer: { base, allow, notify: [] } });
    assert.deepEqual(servedBy({ transfer }), { kind: "none" });
    assert.deepEqual(providerOf({ transfer: { ...transfer, notify, catalog: "Cat.Example" } }), {
      kind: "transfer",
      transfer: { base, allow, notify: told, catalog: "cat.example." },
    });
    assert.deepEqual(servedBy({ transfer: { ...transfer, notify } }), { kind: "addresses", addresses: told });
    assert.deepEqual(servedBy({ transfer: { ...transfer, notify } }, {}), { kind: "none" });
    const secretRef = { name: "tsig", key: "secret" };
    const keyed = providerOf({ transfer: { ...transfer, tsig: { keyName: "K", secretRef } } });
    assert.deepEqual(keyed.kind === "transfer" && keyed.transfer.tsig, {
      keyName: "k.",
      algorithm: "hmac-sha256",
      secretRef,
    });
  });

  test("etcd is reached at scheme, host and port, below /skydns unless it says otherwise", () => {
    const passwordRef = { name: "etcd", key: "password" };
    const coreDNSEtcd = { endpoints: ["HTTPS://Etcd.Example:443/", "https://etcd.example", "http://[::1]:2379"] };
    const etcd = { endpoints: ["https://etcd.example", "http://[::1]:2379"], pathPrefix: "/skydns" };
    const kind = "coreDNSEtcd";
    assert.throws(() => providerOf({ coreDNSEtcd }), /not an address of a server/);
    const endpoints = coreDNSEtcd.endpoints.map((url) => url.replace("HTTPS", "https"));
    assert.deepEqual(providerOf({ coreDNSEtcd: { endpoints } }), { kind, etcd });
    const auth = { username: "dnsalias", passwordRef };
    assert.deepEqual(providerOf({ coreDNSEtcd: { endpoints, auth } }), { kind, etcd: { ...etcd, auth } });
  });

  test("the responder serves what it is told to, else what the provider publishes", () => {
    const own = { configMapKeyRef: { name: "base", key: "zone" } };
    const responder = { baseZone: own, clientSubnet: true };
    const base = { kind: "configMap", name: "base", key: "zone" };
    const { spec } = zone({ ...leastZone, responder });
    assert.deepEqual(spec.responder, { base, clientSubnet: true });
    assert.deepEqual(servedBaseOf(spec), base);
    assert.deepEqual(baseZonesOf(spec), [{ kind: "inline", text: baseZone.inline }, base]);
    assert.deepEqual(servedBaseOf(zone(leastZone).spec), { kind: "inline", text: baseZone.inline });
    assert.equal(servedBaseOf(zone({ domain: "a.example", provider: { dnsEndpoint: {} } }).spec), undefined);
  });

  test("an address of a server is scheme, host and port", () => {
    for (const [url, origin] of [
      ["https://PDNS.Example:443/", "https://pdns.example"],
      ["http://[2001:DB8:0::1]:8081", "http://[2001:db8::1]:8081"],
      ["http://pdns", "http://pdns"],
    ] as const) {
      const provider = providerOf({ powerDNS: { url, apiKeyRef: { name: "pdns", key: "api-key" } } });
      assert.deepEqual(provider.kind === "powerDNS" && provider.powerDNS, {
        url: origin,
        serverId: "localhost",
        apiKeyRef: { name: "pdns", key: "api-key" },
      });
    }
  });

  test("a DNSEndpoint has no labels unless they are given", () => {
    const labels = { dns: "public" };
    assert.deepEqual(providerOf({ dnsEndpoint: {} }), { kind: "dnsEndpoint", dnsEndpoint: { labels: {} } });
    assert.deepEqual(providerOf({ dnsEndpoint: { labels } }), { kind: "dnsEndpoint", dnsEndpoint: { labels } });
  });

  test("what stands in an address or among the authorities is never repeated in a problem", () => {
    const url = "https://me:hunter2@pdns.example";
    const caBundle = Buffer.from("-----BEGIN PRIVATE KEY-----hunter2").toString("base64");
    const secrets = new RegExp(`hunter2|${caBundle}`);
    for (const provider of [
      { powerDNS: { url, apiKeyRef: { name: "a", key: "b" } } },
      { externalDNSWebhook: { url: "https://h/hunter2", caBundle } },
      { externalDNSWebhook: { url: "https://h", caBundle } },
      { coreDNSEtcd: { endpoints: [url] } },
      { coreDNSEtcd: { endpoints: ["https://h"], caBundle } },
    ]) {
      const parsed = parseZone({ metadata: { name: "x" }, spec: { domain: "example.com", provider } });
      const said = parsed.kind === "invalid" ? parsed.problems.map(problemText).join("\n") : "";
      assert.match(said, /spec\.provider/);
      assert.doesNotMatch(said, secrets);
    }
  });

  test("an overlay goes to kube-system unless it says otherwise", () => {
    const coreDNS = {
      overlay: { configMap: { name: "coredns", key: "Corefile" } },
      nudge: { namespace: "kube-system", selector: { matchLabels: { "k8s-app": "kube-dns" } } },
    };
    const service = { namespace: "kube-system", name: "kube-dns" };
    const { spec } = zone({ domain: "example.com", provider: { coreDNS }, servedBy: { service } });
    assert.deepEqual(spec.servedBy, { kind: "service", ...service, port: 53 });
    assert.deepEqual(spec.provider, {
      kind: "coreDNSOverlay",
      overlay: { configMap: { namespace: "kube-system", name: "coredns", key: "Corefile" }, maxNames: 2000 },
      nudge: { namespace: "kube-system", selector: { matchLabels: { "k8s-app": "kube-dns" } } },
    });
  });

  test("a default ConfigMap's name has no character that Kubernetes refuses", () => {
    const { provider } = zone({ ...leastZone, domain: "_lab.xn--bcher-kva.example" }).spec;
    assert.deepEqual(provider.kind === "coreDNSZoneFile" ? provider.zoneFile.configMap : undefined, {
      name: "dnsalias--lab-xn--bcher-kva-example",
      key: "_lab.xn--bcher-kva.example.zone",
    });
  });
});

describe("the envelope:", () => {
  test("what an apiserver sets is kept", () => {
    const metadata = {
      name: "x",
      namespace: "web",
      uid: "u-1",
      generation: 4,
      creationTimestamp: "2026-11-24T12:00:00Z",
      deletionTimestamp: "2026-11-24T13:00:00Z",
      resourceVersion: "99",
      labels: { a: "b" },
      annotations: { c: "d" },
      finalizers: ["dnsalias.io/withdraw"],
      managedFields: [{ manager: "kubectl" }],
    };
    const { meta } = ok(parseAlias({ metadata, spec: leastAlias }, { unknownFields: "refuse" }));
    assert.deepEqual(meta, {
      namespace: "web",
      name: "x",
      uid: "u-1",
      generation: 4,
      createdAt: Date.parse("2026-11-24T12:00:00Z"),
      deletedAt: Date.parse("2026-11-24T13:00:00Z"),
      resourceVersion: "99",
      labels: { a: "b" },
      annotations: { c: "d" },
      finalizers: ["dnsalias.io/withdraw"],
    });
  });

  const bad: readonly (readonly [string, unknown, string])[] = [
    ["no object", "hello", ': "hello": not a DnsAlias'],
    [
      "another kind",
      { kind: "DnsZone", metadata: { name: "x" }, spec: leastAlias },
      'kind: "DnsZone": must be DnsAlias',
    ],
    [
      "another version",
      { apiVersion: "dnsalias.io/v1", metadata: { name: "x" }, spec: leastAlias },
      "must be dnsalias.io/v1alpha1",
    ],
    ["no metadata", { spec: leastAlias }, "metadata: is required"],
    ["no name", { metadata: {}, spec: leastAlias }, "metadata.name: is required"],
    [
      "a label that is a number",
      { metadata: { name: "x", labels: { a: 1 } }, spec: leastAlias },
      "metadata.labels[a]: 1: must be text",
    ],
    ["no spec", { metadata: { name: "x" } }, "spec: is required"],
    [
      "a mistyped spec",
      { metadata: { name: "x" }, sepc: leastAlias },
      "sepc: there is no such field: did you mean spec?",
    ],
    [
      "a mistyped field of metadata",
      { metadata: { name: "x", lables: {} }, spec: leastAlias },
      "metadata.lables: there is no such field: did you mean labels?",
    ],
  ];
  for (const [name, object, want] of bad) {
    test(`${name} is named`, () => {
      const parsed = parseAlias(object, { unknownFields: "refuse" });
      const texts = parsed.kind === "invalid" ? parsed.problems.map(problemText) : [];
      assert.ok(
        texts.some((text) => text.includes(want)),
        texts.join("\n"),
      );
    });
  }

  test("every mistake is named at once", () => {
    const parsed = parseAlias({
      metadata: {},
      spec: { targets: [{}, { hostname: 5 }, { hostname: "a b" }], ttl: 5, maxStaleness: "9 days", httpsAlias: true },
    });
    assert.deepEqual(parsed.kind === "invalid" ? parsed.problems.map(({ path }) => path) : [], [
      "metadata.name",
      "spec.hostnames",
      "spec.targets[1].hostname",
      "spec.ttl",
      // Rules; those of the whole spec wait until it has the structure of the schema.
      "spec.targets[0]",
      "spec.targets[2].hostname",
      "spec.maxStaleness",
    ]);
  });
});

describe("the status:", () => {
  const status = {
    observedGeneration: 3,
    conditions: [
      {
        type: "Ready",
        status: "True",
        reason: "Ready",
        message: "",
        observedGeneration: 3,
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ],
    hostnames: [{ hostname: "example.com", zone: "dns/example", addresses: ["192.0.2.1"], ttl: 60 }],
    targets: [
      {
        name: "lb.example.net",
        hostname: "lb.example.net",
        chain: [],
        addresses: ["192.0.2.1"],
        ttl: 60,
        outcome: "Positive",
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ],
    stalenessBound: "1m35s",
    summary: { targets: "lb.example.net", addresses: "192.0.2.1", ttl: 60 },
  };

  test("what the controller wrote comes back", () => {
    assert.deepEqual(aliasWithStatus(status), status);
  });
  test("lists that are not there are empty", () => {
    assert.deepEqual(aliasWithStatus({ observedGeneration: 3 }), {
      observedGeneration: 3,
      conditions: [],
      hostnames: [],
      targets: [],
    });
  });
  test("the apiserver's default is no status", () => {
    assert.equal(aliasWithStatus({ observedGeneration: -1 }), undefined);
  });
  test("what is not well-formed is no status, and no fault of the object", () => {
    assert.equal(aliasWithStatus({ ...status, hostnames: "example.com" }), undefined);
    assert.equal(aliasWithStatus("broken"), undefined);
  });
  test("a condition of another controller is left out", () => {
    const foreign = { ...status.conditions[0], type: "Audited" };
    assert.deepEqual(aliasWithStatus({ ...status, conditions: [foreign, ...status.conditions] }), status);
  });
});

test("no data makes the parser throw", () => {
  const words = [
    "spec",
    "metadata",
    "hostnames",
    "targets",
    "hostname",
    "addresses",
    "provider",
    "coreDNS",
    "__proto__",
  ];
  const key = oneof(constantFrom(...words), string());
  const leaf = oneof(string(), jsonValue({ maxDepth: 1 }));
  const { tree } = letrec((tie) => ({
    tree: oneof(
      { maxDepth: 5 },
      leaf,
      dictionary(key, tie("tree"), { maxKeys: 5 }),
      array(tie("tree"), { maxLength: 3 }),
    ),
  }));
  assertProperty(
    property(tree, (object) => {
      const named = { metadata: { name: "x" }, spec: object };
      for (const value of [object, named]) {
        assert.ok(["ok", "invalid"].includes(parseAlias(value, { unknownFields: "refuse" }).kind));
        assert.ok(["ok", "invalid"].includes(parseZone(value).kind));
      }
    }),
    { numRuns: 300 },
  );
});

function alias(spec: unknown): DnsAlias {
  return ok(parseAlias({ metadata: { name: "x" }, spec }));
}

function zone(spec: unknown): DnsZone {
  return ok(parseZone({ metadata: { name: "x" }, spec }));
}

function providerOf(provider: unknown): ProviderSpec {
  return zone({ domain: "example.com", provider }).spec.provider;
}

function servedBy(provider: unknown, servers?: unknown): ServedBySpec {
  return zone({ domain: "example.com", provider, servedBy: servers }).spec.servedBy;
}

function aliasWithStatus(status: unknown): unknown {
  return ok(parseAlias({ metadata: { name: "x" }, spec: leastAlias, status })).status;
}

function ok<T>(parsed: Parsed<T>): T {
  assert.ok(parsed.kind === "ok", parsed.kind === "invalid" ? parsed.problems.map(problemText).join("\n") : "");
  return parsed.value;
}
