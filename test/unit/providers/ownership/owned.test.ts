import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../../src/base/clock.ts";
import { nameOfCanonical, parseOwnerName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import type { DesiredRRset } from "../../../../src/plan/change.ts";
import { markerData, readMarker } from "../../../../src/providers/ownership/marker.ts";
import { owned } from "../../../../src/providers/ownership/owned.ts";
import { memoryBackend, type MemoryBackend } from "../../../support/memory-backend.ts";
import { zone } from "../../../support/objects.ts";
import { converge, NEVER, readZone, setLines, wantedSets } from "../../../support/provider-lab.ts";

const ZONE = zone("dns/com", "example.com");
const NAME = parseOwnerName("a.example.com");
const MARKER_NAME = nameOfCanonical("_dnsalias.a.example.com.");

function marker(...owners: readonly string[]): RRset {
  const data = owners.map((owner) => markerData({ owner, types: ["A"], resource: "web/shop" }));
  return { name: MARKER_NAME, type: "TXT", ttl: 300, data };
}

function wanted(line: string): DesiredRRset {
  const [set] = wantedSets(line);
  assert.ok(set);
  return set;
}

function a(...data: readonly string[]): RRset {
  return { name: NAME, type: "A", ttl: 60, data };
}

function backendWith(...sets: readonly RRset[]): MemoryBackend {
  const backend = memoryBackend("example.com");
  sets.forEach((set) => backend.put(set));
  return backend;
}

interface Case {
  readonly name: string;
  readonly sets: readonly RRset[];
  readonly want: readonly string[];
  readonly note?: RegExp;
  readonly dirty?: boolean;
}

const readings: readonly Case[] = [
  { name: "marked by us is ours", sets: [a("192.0.2.1"), marker("me")], want: ["me a.example.com. A 60 192.0.2.1"] },
  { name: "without a marker is nobody's", sets: [a("192.0.2.1")], want: ["- a.example.com. A 60 192.0.2.1"] },
  {
    name: "of a family that our marker does not name is nobody's",
    sets: [{ name: NAME, type: "AAAA", ttl: 60, data: ["2001:db8::1"] }, a("192.0.2.1"), marker("me")],
    want: ["- a.example.com. AAAA 60 2001:db8::1", "me a.example.com. A 60 192.0.2.1"],
  },
  {
    name: "at a name with another's marker is the other's, and so is the family that is not there",
    sets: [a("192.0.2.1"), marker("other")],
    want: ["other a.example.com. A 60 192.0.2.1", "other a.example.com. AAAA 0", "other a.example.com. HTTPS 0"],
    note: /the dnsalias owner "other" has marked a\.example\.com/,
  },
  {
    name: "marked by two owners is the first one's by id",
    sets: [a("192.0.2.1"), marker("zed", "me")],
    want: ["me a.example.com. A 60 192.0.2.1"],
  },
  {
    name: "marked by two owners is not ours where our id comes last",
    sets: [a("192.0.2.1"), marker("blue", "me")],
    want: ["blue a.example.com. A 60 192.0.2.1", "blue a.example.com. AAAA 0", "blue a.example.com. HTTPS 0"],
  },
  { name: "with a marker and nothing beside it is a leftover", sets: [marker("me")], want: [], dirty: true },
  {
    name: "beside a CNAME at the marker's name cannot be written",
    sets: [{ name: MARKER_NAME, type: "CNAME", ttl: 60, data: ["x.test."] }],
    want: ["- a.example.com. A 0", "- a.example.com. AAAA 0", "- a.example.com. HTTPS 0"],
    note: /_dnsalias\.a\.example\.com has a CNAME to x\.test\./,
  },
];

for (const { name, sets, want, note, dirty = false } of readings) {
  test(`a set ${name}`, async () => {
    const provider = owned(backendWith(...sets), { zone: ZONE, ownerId: "me", clock: systemClock });
    const read = await readZone(provider, ["a.example.com"]);
    assert.deepEqual(setLines(read.sets), want);
    assert.equal(read.needsWrite !== undefined, dirty);
    if (note !== undefined) {
      assert.match(read.sets.map((set) => set.note ?? "").join(), note);
    }
  });
}

test("names without room for a marker, or with the name of another's, are refused by name", async () => {
  const provider = owned(memoryBackend("example.com"), { zone: ZONE, ownerId: "me", clock: systemClock });
  const long = `${"a.".repeat(119)}example.com`;
  const { sets } = await readZone(provider, [long, "_wildcard.example.com"]);
  assert.equal(sets.length, 6);
  assert.ok(sets.every(({ note }) => note?.startsWith("the owner marker of ")));
});

test("what our markers speak for is read though nobody asks, and nothing else", async () => {
  const backend = backendWith(a("192.0.2.1"), marker("me"));
  backend.put({ name: parseOwnerName("b.example.com"), type: "A", ttl: 60, data: ["192.0.2.2"] });
  const { sets } = await readZone(owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock }));
  assert.deepEqual(setLines(sets), ["me a.example.com. A 60 192.0.2.1"]);
});

test("another's marker stays beside ours, whatever we write", async () => {
  const backend = backendWith(a("192.0.2.1"), marker("me", "zed"));
  const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
  const first = await readZone(provider);
  const [before] = first.sets;
  assert.ok(before);
  await provider.apply({ zone: first, writes: [{ kind: "delete", before }] }, NEVER);
  const left = backend.list().find(({ name }) => name === MARKER_NAME);
  assert.deepEqual(left?.data, marker("zed").data);
});

test("the revision is that of the records, in whatever order they come, and of nothing else", async () => {
  const backend = backendWith(a("192.0.2.1", "192.0.2.2"), marker("me"));
  const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
  const { revision } = await readZone(provider);
  backend.put(a("192.0.2.2", "192.0.2.1"));
  backend.put({ name: parseOwnerName("b.example.com"), type: "A", ttl: 60, data: ["192.0.2.2"] });
  assert.equal((await readZone(provider)).revision, revision);
  backend.put(a("192.0.2.2"));
  assert.notEqual((await readZone(provider)).revision, revision);
});

test("a plan that was made against an older reading is a conflict, and asks nothing of the backend", async () => {
  const backend = backendWith();
  const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
  const older = await readZone(provider, ["a.example.com"]);
  backend.put(a("192.0.2.9"));
  await readZone(provider, ["a.example.com"]);
  const writes = [{ kind: "create", after: wanted("a.example.com 60 192.0.2.1") }] as const;
  assert.equal((await provider.apply({ zone: older, writes }, NEVER)).kind, "conflict");
  assert.equal(backend.applies, 0);
});

test("a write at another owner's name, or over a set that was not read so, is never passed on", async () => {
  const after = wanted("a.example.com 60 192.0.2.1");
  for (const sets of [[marker("other")], [a("192.0.2.9")]]) {
    const backend = backendWith(...sets);
    const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
    const read = await readZone(provider, ["a.example.com"]);
    assert.notEqual((await provider.apply({ zone: read, writes: [{ kind: "create", after }] }, NEVER)).kind, "applied");
    assert.equal(backend.applies, 0);
  }
});

test("one write is one batch, the marker in it before the set, and needs no reading after it", async () => {
  const backend = backendWith();
  const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
  const read = await readZone(provider, ["a.example.com"]);
  const first = await provider.apply(
    { zone: read, writes: [{ kind: "create", after: wanted("a.example.com 60 192.0.2.1") }] },
    NEVER,
  );
  assert.ok(first.kind === "applied");
  const before = { ...wanted("a.example.com 60 192.0.2.1"), owner: "me" };
  const zone = { revision: first.revision, sets: [before] };
  const after = wanted("a.example.com 60 192.0.2.2");
  assert.equal((await provider.apply({ zone, writes: [{ kind: "update", before, after }] }, NEVER)).kind, "applied");
  assert.deepEqual([backend.reads, backend.writes], [1, 2]);
});

test("what we changed ourselves is no drift, and what somebody else did since is", async () => {
  const backend = backendWith();
  const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
  const set = (line: string) => ({ ...wanted(line), owner: "me" });
  let zone = await readZone(provider, ["a.example.com"]);
  const one = "a.example.com 60 192.0.2.1";
  const two = "a.example.com 60 192.0.2.2";
  await provider.apply({ zone, writes: [{ kind: "create", after: wanted(one) }] }, NEVER);
  zone = await readZone(provider);
  assert.equal(zone.drift, undefined);
  await provider.apply({ zone, writes: [{ kind: "update", before: set(one), after: wanted(two) }] }, NEVER);
  zone = await readZone(provider);
  assert.equal(zone.drift, undefined);
  backend.put(a("192.0.2.1"));
  const drift = (await readZone(provider)).drift ?? [];
  assert.deepEqual(
    drift.map(({ name, type }) => `${name} ${type}`),
    ["a.example.com. A"],
  );
  backend.put(a("192.0.2.2"));
  zone = await readZone(provider);
  await provider.apply({ zone, writes: [{ kind: "delete", before: set(two) }] }, NEVER);
  zone = await readZone(provider, ["a.example.com"]);
  assert.deepEqual(
    [zone.drift, zone.sets, backend.list().filter(({ name }) => name.includes("a.example"))],
    [undefined, [], []],
  );
});

test("what a process found at its start is no drift, and what somebody else did since is", async () => {
  const backend = backendWith(a("192.0.2.1"), marker("me"));
  const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
  assert.equal((await readZone(provider)).drift, undefined);
  assert.equal((await readZone(provider)).drift, undefined);
  backend.put(a("192.0.2.9"));
  const [drift] = (await readZone(provider)).drift ?? [];
  assert.deepEqual([drift?.name, drift?.type], [NAME, "A"]);
});

for (const { type, data } of [
  { type: "A", data: ["192.0.2.9"] },
  { type: "AAAA", data: ["2001:db8::9"] },
] as const) {
  test(`of a name with both families, a change of ${type} by somebody else since the start is drift of this one`, async () => {
    const backend = memoryBackend("example.com");
    const start = () => owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
    await converge(start(), "a.example.com 60 192.0.2.1 2001:db8::1");
    const provider = start();
    assert.equal((await readZone(provider)).drift, undefined);
    backend.put({ name: NAME, type, ttl: 60, data });
    const { drift = [] } = await readZone(provider);
    assert.deepEqual(
      drift.map((one) => `${one.name} ${one.type}`),
      [`${NAME} ${type}`],
    );
  });
}

test("a marker names the alias of the records, also where a family goes before the zone is read again", async () => {
  const backend = memoryBackend("example.com");
  const provider = owned(backend, { zone: ZONE, ownerId: "me", clock: systemClock });
  const resource = (): string | undefined =>
    readMarker(backend.list().find(({ name }) => name === MARKER_NAME)?.data[0] ?? "")?.resource;
  await converge(provider, "a.example.com 60 192.0.2.1 2001:db8::1");
  assert.equal(resource(), "web/shop");
  const read = await readZone(provider, ["a.example.com"]);
  const [before, leaving] = read.sets;
  assert.ok(before && leaving);
  const after = { ...wanted("a.example.com 60 192.0.2.2"), resources: ["web/other"] };
  const moved = await provider.apply({ zone: read, writes: [{ kind: "update", before, after }] }, NEVER);
  assert.ok(moved.kind === "applied");
  assert.equal(resource(), "web/other");
  const zoneNow = { ...read, revision: moved.revision };
  const result = await provider.apply({ zone: zoneNow, writes: [{ kind: "delete", before: leaving }] }, NEVER);
  assert.equal(result.kind, "applied");
  assert.equal(resource(), "web/other");
});
