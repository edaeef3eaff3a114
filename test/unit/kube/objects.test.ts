import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { invalidObjectStatus } from "../../../src/kube/status/invalid-object-status.ts";
import { fieldManagerOf, storedKey } from "../../../src/kube/objects/config-map-object.ts";
import { jsonLines } from "../../../src/kube/watch/json-lines.ts";
import { canonicalJson, listAt, textAt } from "../../../src/base/json.ts";
import { DNS_ZONES, NAMESPACES, pathOf } from "../../../src/kube/client/resource.ts";
import { createKnownVersions } from "../../../src/kube/watch/known-versions.ts";
import { endpointsOfSlices } from "../../../src/kube/objects/endpoint-slices.ts";
import { trimObject } from "../../../src/kube/watch/list-watch.ts";
describe("paths", () => {
  it("are those of the API", () => {
    assert.equal(pathOf(NAMESPACES), "/api/v1/namespaces");
    assert.equal(
      pathOf(DNS_ZONES, { namespace: "n", name: "z", subresource: "status", query: { force: "true" } }),
      "/apis/dnsalias.io/v1alpha1/namespaces/n/dnszones/z/status?force=true",
    );
    assert.equal(pathOf(NAMESPACES, { name: "a/../b" }), "/api/v1/namespaces/a%2F..%2Fb");
  });
});

describe("trimmed objects", () => {
  it("lose managedFields and the last-applied annotation, and nothing else", () => {
    const annotations = { keep: "me", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
    const object = { kind: "K", metadata: { name: "n", managedFields: [{}], annotations }, spec: { a: 1 } };
    assert.deepEqual(trimObject(object), {
      kind: "K",
      metadata: { name: "n", annotations: { keep: "me" } },
      spec: { a: 1 },
    });
    assert.deepEqual(trimObject({ kind: "K" }), { kind: "K" });
  });
});

describe("lines of a watch", () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ["whole", ['{"a":1}\n{"b":2}\n'], ['{"a":1}', '{"b":2}']],
    ["cut anywhere", ['{"a"', ":1", '}\n{"b":2}', "\n"], ['{"a":1}', '{"b":2}']],
    ["empty", ["\n\n", "x\n"], ["x"]],
    ["without its end", ["x\ny"], ["x"]],
  ];
  for (const [name, chunks, want] of cases) {
    it(`are found: ${name}`, async () =>
      assert.deepEqual(await linesOf(chunks.map((text) => Buffer.from(text))), want));
  }

  it("keep a character whose octets come in two chunks", async () => {
    const bytes = Buffer.from("é\n");
    assert.deepEqual(await linesOf([bytes.subarray(0, 1), bytes.subarray(1)]), ["é"]);
  });
});

describe("sightings", () => {
  const object = (name: string, resourceVersion: string) => ({ metadata: { namespace: "n", name, resourceVersion } });

  it("tell new versions from known ones, and what a list no longer has", () => {
    const sightings = createKnownVersions();
    sightings.beginList();
    assert.deepEqual(
      [object("a", "1"), object("b", "2"), object("a", "1"), object("a", "3")].map((seen) => sightings.see(seen)),
      [true, true, false, true],
    );
    assert.deepEqual(sightings.endList(), []);
    sightings.beginList();
    sightings.see(object("b", "2"));
    assert.deepEqual(sightings.endList(), ["n/a"]);
    assert.equal(sightings.forget(object("a", "3")), undefined);
    assert.equal(sightings.forget(object("b", "2")), "n/b");
  });

  it("do not take a list that broke off for a complete one", () => {
    const sightings = createKnownVersions();
    sightings.beginList();
    sightings.see(object("a", "1"));
    sightings.endList();
    sightings.beginList();
    sightings.see(object("b", "1"));
    sightings.beginList();
    sightings.see(object("a", "1"));
    assert.deepEqual(sightings.endList(), ["n/b"]);
  });
});

describe("endpoints in slices", () => {
  const slice = (ports: readonly unknown[], endpoints: readonly unknown[] = [{ addresses: ["10.0.0.1"] }]) => ({
    ports,
    endpoints,
  });
  const udp = (name: string, port: number) => ({ name, port, protocol: "UDP" });
  const cases: readonly (readonly [string, readonly unknown[], number | undefined])[] = [
    ["the number asked for", [udp("a", 1053), udp("dns", 53)], 53],
    ["the name dns on another number", [udp("dns", 1053), udp("other", 99)], 1053],
    ["the CoreDNS chart's name", [udp("udp-53", 1053), udp("x", 5)], 1053],
    ["the only UDP port", [udp("x", 1053), { name: "http", port: 80, protocol: "TCP" }], 1053],
    ["TCP where there is no UDP", [{ name: "dns-tcp", port: 1053, protocol: "TCP" }], 1053],
    ["nothing", [{ name: "http", port: 80, protocol: "TCP" }], undefined],
  ];
  for (const [name, ports, port] of cases) {
    it(`take ${name}`, () => {
      const want = port === undefined ? [] : [{ address: "10.0.0.1", port }];
      assert.deepEqual(endpointsOfSlices([slice(ports)], 53), want);
    });
  }

  it("are sorted, without duplicates, and only those that take questions", () => {
    const endpoints = [
      { addresses: ["10.0.0.2"], conditions: { ready: true } },
      { addresses: ["10.0.0.1", "10.0.0.9"] },
      { addresses: ["10.0.0.3"], conditions: { ready: false } },
      { addresses: ["10.0.0.4"], conditions: { serving: false } },
      { addresses: ["10.0.0.5"], conditions: { ready: true, terminating: true } },
    ];
    const twice = slice([udp("dns", 53)], endpoints);
    assert.deepEqual(
      endpointsOfSlices([twice, twice, "junk"], 53).map(({ address }) => address),
      ["10.0.0.1", "10.0.0.2"],
    );
  });
});

describe("keys of ConfigMaps", () => {
  it("count the other keys' size and know who applies the key", () => {
    const managedFields = [{ manager: "argo", operation: "Apply", fieldsV1: { "f:data": { "f:a.b": {} } } }];
    const metadata = { uid: "u", resourceVersion: "5", managedFields };
    const object = { metadata, data: { "a.b": "xx", other: "éé" }, binaryData: { c: "AAEC" } };
    const stored = storedKey(object, "a.b");
    assert.deepEqual([stored.text, stored.otherBytes, stored.isApplied, stored.isOurs], ["xx", 8, true, false]);
    assert.equal(storedKey(object, "other").isApplied, false);
    assert.equal(storedKey(object, "absent").text, undefined);
  });

  it("have field managers that fit", () => {
    assert.equal(fieldManagerOf("Corefile"), "dnsalias/Corefile");
    assert.ok(fieldManagerOf("x".repeat(253)).length <= 128);
    assert.notEqual(fieldManagerOf(`${"x".repeat(252)}a`), fieldManagerOf(`${"x".repeat(252)}b`));
  });
});

describe("the status of a bad manifest", () => {
  const manifest = { kind: "DnsAlias", generation: 3, problems: ["p1", "p2"] } as const;
  const condition = (type: string, status: string, since: string) => ({
    type,
    status,
    reason: type,
    message: "",
    observedGeneration: 2,
    lastTransitionTime: since,
  });
  const read = (status: unknown) =>
    listAt(status, "conditions").map((entry) =>
      ["type", "status", "reason", "lastTransitionTime"].map((member) => textAt(entry, member)).join(" "),
    );

  it("keeps what stood there and dates a condition by its change of status", () => {
    const conditions = [
      condition("Accepted", "True", "2020-01-01T00:00:00Z"),
      condition("Resolved", "True", "2020-01-01T00:00:00Z"),
      condition("Ready", "False", "2020-01-01T00:00:00Z"),
    ];
    const hostnames = [{ hostname: "example.com", addresses: ["198.51.100.1"] }];
    const current = { observedGeneration: 2, conditions, hostnames, targets: [] };
    const status = invalidObjectStatus(current, manifest, Date.parse("2026-01-01T00:00:00Z"));
    assert.deepEqual(status["hostnames"], hostnames);
    assert.deepEqual(read(status), [
      "Accepted False Invalid 2026-01-01T00:00:00Z",
      "Resolved True Resolved 2020-01-01T00:00:00Z",
      "Ready False Invalid 2020-01-01T00:00:00Z",
      "Stalled True Invalid 2026-01-01T00:00:00Z",
    ]);
    const again = invalidObjectStatus(status, manifest, Date.parse("2027-01-01T00:00:00Z"));
    assert.deepEqual(again, status, "the same again is the same");
  });

  it("does not grow without bound", () => {
    const problems = Array.from({ length: 10_000 }, () => "a long problem");
    const status = invalidObjectStatus(undefined, { ...manifest, problems }, 0);
    assert.ok(canonicalJson(status).length < 20_000);
  });
});

async function linesOf(chunks: readonly Uint8Array[]): Promise<readonly string[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const lines: string[] = [];
  for await (const line of jsonLines(stream())) {
    lines.push(line);
  }
  return lines;
}
