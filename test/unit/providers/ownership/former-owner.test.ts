import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../../src/base/clock.ts";
import { nameOfCanonical, parseOwnerName } from "../../../../src/dns/name/name.ts";
import type { AliasType, RRset } from "../../../../src/dns/record.ts";
import { markerData } from "../../../../src/providers/ownership/marker.ts";
import { owned } from "../../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../../src/providers/provider.ts";
import { memoryBackend, type MemoryBackend } from "../../../support/memory-backend.ts";
import { zone } from "../../../support/objects.ts";
import { converge, NEVER, readZone, setLines } from "../../../support/provider-lab.ts";

const ZONE = zone("dns/com", "example.com");

function backendWith(...records: readonly (readonly [name: string, owner: string])[]): MemoryBackend {
  const backend = memoryBackend("example.com");
  for (const [name, owner] of records) {
    backend.put({ name: parseOwnerName(name), type: "A", ttl: 60, data: ["192.0.2.1"] });
    addMarker(backend, name, owner);
  }
  return backend;
}

function addMarker(backend: MemoryBackend, name: string, owner: string, types: readonly AliasType[] = ["A"]): void {
  const at = nameOfCanonical(`_dnsalias.${name}.`);
  const before = backend.list().find((set) => set.name === at)?.data ?? [];
  backend.put({
    name: at,
    type: "TXT",
    ttl: 300,
    data: [...before, markerData({ owner, types, resource: "web/shop" })],
  });
}

function providerOf(backend: MemoryBackend, formerOwnerIds: readonly string[] = ["default"]): ZoneProvider {
  return owned(backend, { zone: ZONE, ownerId: "uid-1", formerOwnerIds, clock: systemClock });
}

function lines(backend: MemoryBackend): readonly string[] {
  return backend
    .list()
    .filter(({ type }) => type === "A" || type === "TXT")
    .map(({ name, type, data }: RRset) => `${name} ${type} ${data.map(ownerIn).join(" ")}`)
    .filter((line) => /^(_dnsalias\.)?[ab]\./.test(line));
}

function ownerIn(data: string): string {
  return /owner=([^,]+)/.exec(data)?.[1] ?? data;
}

test("a name of this installation's aliases with a former owner id is its own, and only its marker is rewritten", async () => {
  const backend = backendWith(["a.example.com", "default"]);
  const provider = providerOf(backend);
  const read = await readZone(provider, ["a.example.com"]);
  assert.deepEqual(setLines(read.sets), ["uid-1 a.example.com. A 60 192.0.2.1"]);
  assert.equal(read.needsWrite?.kind, "markers");
  await converge(provider, "a.example.com 60 192.0.2.1");
  assert.deepEqual(lines(backend), ["_dnsalias.a.example.com. TXT uid-1", "a.example.com. A 192.0.2.1"]);
  assert.equal(backend.writes, 1);
});

test("a name that no alias of this installation has remains the former id's, with its marker", async () => {
  const backend = backendWith(["a.example.com", "default"], ["b.example.com", "default"]);
  const provider = providerOf(backend);
  const read = await readZone(provider, ["a.example.com"]);
  assert.deepEqual(setLines(read.sets), ["uid-1 a.example.com. A 60 192.0.2.1"]);
  await provider.apply({ zone: read, writes: [] }, NEVER);
  const next = await readZone(provider, ["a.example.com"]);
  assert.equal(next.needsWrite, undefined);
  assert.deepEqual(lines(backend), [
    "_dnsalias.a.example.com. TXT uid-1",
    "_dnsalias.b.example.com. TXT default",
    "a.example.com. A 192.0.2.1",
    "b.example.com. A 192.0.2.1",
  ]);
});

test("an alias that is deleted during the change takes its records with it", async () => {
  const backend = backendWith(["a.example.com", "default"]);
  const provider = providerOf(backend);
  const read = await readZone(provider, ["a.example.com"]);
  const [before] = read.sets;
  assert.ok(before);
  const result = await provider.apply({ zone: read, writes: [{ kind: "delete", before }] }, NEVER);
  assert.equal(result.kind, "applied");
  assert.deepEqual(lines(backend), []);
});

test("without the option, and with another id, the name is another owner's", async () => {
  for (const former of [[], ["other"]]) {
    const backend = backendWith(["a.example.com", "default"]);
    const read = await readZone(providerOf(backend, former), ["a.example.com"]);
    assert.deepEqual(setLines(read.sets)[0], "default a.example.com. A 60 192.0.2.1");
    assert.equal(read.needsWrite, undefined);
  }
});

test("another installation's marker at the name is not modified, and the smaller id has the name", async () => {
  for (const [other, owner] of [
    ["zed", "uid-1"],
    ["blue", "blue"],
  ] as const) {
    const backend = backendWith(["a.example.com", "default"]);
    addMarker(backend, "a.example.com", other);
    const provider = providerOf(backend);
    const read = await readZone(provider, ["a.example.com"]);
    assert.deepEqual(setLines(read.sets)[0], `${owner} a.example.com. A 60 192.0.2.1`);
    await provider.apply({ zone: read, writes: [] }, NEVER);
    assert.match(lines(backend)[0] ?? "", new RegExp(other));
  }
});

test("both ids at one name become one marker with the types of both", async () => {
  const backend = backendWith(["a.example.com", "default"]);
  backend.put({ name: parseOwnerName("a.example.com"), type: "AAAA", ttl: 60, data: ["2001:db8::1"] });
  addMarker(backend, "a.example.com", "uid-1", ["AAAA"]);
  const provider = providerOf(backend);
  const read = await readZone(provider, ["a.example.com"]);
  assert.equal(read.sets.filter(({ owner }) => owner === "uid-1").length, 2);
  await provider.apply({ zone: read, writes: [] }, NEVER);
  const marker = backend.list().find(({ type }) => type === "TXT" && lines(backend).length > 0)?.data ?? [];
  assert.ok(marker.every((data) => !data.includes("owner=default")));
  assert.deepEqual(lines(backend)[0], "_dnsalias.a.example.com. TXT uid-1");
});

test("with the id that every installation had, nothing is read or written, and the message says what to do", async () => {
  const backend = backendWith(["a.example.com", "default"]);
  const provider = owned(backend, { zone: ZONE, ownerId: "default", clock: systemClock });
  const read = await provider.read([parseOwnerName("a.example.com")], NEVER);
  assert.ok(read.kind === "refused");
  assert.equal(read.reason, "OwnerIdNotUnique");
  assert.match(
    read.message,
    /^DnsZone dns\/com is not written: --owner-id .* is "default"\..* --adopt-owner-id default/,
  );
  assert.deepEqual([backend.reads, backend.applies], [0, 0]);
});
