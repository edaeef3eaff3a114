import assert from "node:assert/strict";
import { test } from "node:test";
import { displayName, nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import { markerData } from "../../../../src/providers/ownership/marker.ts";
import { owned } from "../../../../src/providers/ownership/owned.ts";
import type { ZoneProvider } from "../../../../src/providers/provider.ts";
import { memoryBackend, type MemoryBackend } from "../../../support/memory-backend.ts";
import { zone } from "../../../support/objects.ts";
import { converge, NEVER, readZone, setLines } from "../../../support/provider-lab.ts";

const A = parseName("a.example.com");
const MARKER = nameOfCanonical("_dnsalias.a.example.com.");

function lab(options: Parameters<typeof memoryBackend>[1] = {}, ownerId = "me") {
  const backend = memoryBackend("example.com", options);
  const provider = owned(backend, { zone: zone("dns/com", "example.com"), ownerId, clock: { now: () => 0 } });
  return { backend, provider };
}

function markerOf(...owners: readonly string[]): RRset {
  const data = owners.map((owner) => markerData({ owner, types: ["A"], resource: "web/shop" }));
  return { name: MARKER, type: "TXT", ttl: 300, data };
}

async function messages(provider: ZoneProvider): Promise<readonly string[]> {
  const { drift = [], needsWrite } = await readZone(provider);
  return [...drift, ...(needsWrite === undefined ? [] : [needsWrite])].map(({ message }) => message);
}

function ttlOf(backend: MemoryBackend, type: string): number | undefined {
  return backend.list().find((set) => set.type === type && displayName(set.name).endsWith("a.example.com"))?.ttl;
}

test("a server that shows only names that it is queried for is queried for written names, also after a failed write", async () => {
  const { backend, provider } = lab({ listsZone: false });
  await converge(provider, "a.example.com 60 192.0.2.1");
  assert.deepEqual(setLines((await readZone(provider)).sets), ["me a.example.com. A 60 192.0.2.1"]);
  const read = await readZone(provider);
  backend.fail({ kind: "failed", message: "down" });
  const [before] = read.sets;
  assert.ok(before);
  assert.equal((await provider.apply({ zone: read, writes: [{ kind: "delete", before }] }, NEVER)).kind, "failed");
  backend.fail(undefined);
  assert.deepEqual(setLines((await readZone(provider)).sets), ["me a.example.com. A 60 192.0.2.1"]);
});

test("a marker without records is found again at a server that shows only names that it is queried for", async () => {
  const { backend, provider } = lab({ listsZone: false });
  backend.put(markerOf("me"));
  assert.ok((await readZone(provider, ["a.example.com"])).needsWrite);
  assert.deepEqual(await messages(provider), ["owner markers at memory are restored: a.example.com"]);
});

test("a zone that can't be read is a failure with the message of the server", async () => {
  const { backend, provider } = lab();
  backend.fail({ kind: "failed", message: "down" });
  assert.deepEqual(await provider.read([], NEVER), { kind: "failed", message: "down" });
});

test("one marker that another writer removed is reported and restored", async () => {
  const { backend, provider } = lab();
  await converge(provider, "a.example.com 60 192.0.2.1");
  backend.remove(MARKER, "TXT");
  assert.deepEqual(await messages(provider), [
    "another writer removed the owner marker of a.example.com (A)",
    "owner markers at memory are restored: a.example.com",
  ]);
  await converge(provider, "a.example.com 60 192.0.2.1");
  assert.deepEqual(await messages(provider), []);
  assert.ok(backend.list().some(({ name }) => name === MARKER));
});

test("a name that another owner has marked since has no drift, whatever its records are", async () => {
  const { backend, provider } = lab();
  await converge(provider, "a.example.com 60 192.0.2.1");
  backend.put(markerOf("blue"));
  backend.put({ name: A, type: "A", ttl: 60, data: ["192.0.2.9"] });
  assert.deepEqual(await messages(provider), []);
});

test("the serial of the zone is that of the server", async () => {
  const { backend } = lab();
  const numbered = {
    id: backend.id,
    capabilities: backend.capabilities,
    apply: (...[batch, signal]: Parameters<MemoryBackend["apply"]>) => backend.apply(batch, signal),
    read: async (...[names, signal]: Parameters<MemoryBackend["read"]>) => {
      const read = await backend.read(names, signal);
      return read.kind === "ok" ? { ...read, serial: 7 } : read;
    },
  };
  const options = { zone: zone("dns/com", "example.com"), ownerId: "me", clock: { now: () => 0 } };
  assert.equal((await readZone(owned(numbered, options))).serial, 7);
  assert.ok(!("serial" in (await readZone(owned(backend, options)))));
});

test("an owner id that no marker can have is an error at the start", () => {
  assert.throws(() => lab({}, 'a "b"'), { code: "CONFIG_INVALID" });
});

test("a change of nothing but the TTL is written, and a TTL of 0 remains 0", async () => {
  const { backend, provider } = lab();
  await converge(provider, "a.example.com 60 192.0.2.1");
  for (const ttl of [120, 0]) {
    await converge(provider, `a.example.com ${ttl} 192.0.2.1`);
    assert.equal(ttlOf(backend, "A"), ttl);
  }
  assert.equal(backend.writes, 3);
});

test("records and markers have at least the TTL that the server accepts", async () => {
  for (const [minTtl, address, marker] of [
    [undefined, 60, 300],
    [120, 120, 300],
    [3_600, 3_600, 3_600],
  ] as const) {
    const { backend, provider } = lab(minTtl === undefined ? {} : { minTtl });
    await converge(provider, "a.example.com 60 192.0.2.1");
    assert.deepEqual([ttlOf(backend, "A"), ttlOf(backend, "TXT")], [address, marker]);
  }
});

test("a marker keeps its TTL when its content changes", async () => {
  const { backend, provider } = lab();
  backend.put({ ...markerOf("me"), ttl: 77 });
  backend.put({ name: A, type: "A", ttl: 60, data: ["192.0.2.1"] });
  await converge(provider, "a.example.com 60 192.0.2.1 2001:db8::1");
  assert.match(
    backend
      .list()
      .find(({ name }) => name === MARKER)
      ?.data.join() ?? "",
    /types=A\+AAAA/,
  );
  assert.equal(ttlOf(backend, "TXT"), 77);
});

test("a plan for a name that has become another owner's is refused, and writes nothing", async () => {
  const { backend, provider } = lab();
  backend.put(markerOf("blue"));
  const read = await readZone(provider, ["a.example.com", "b.example.com"]);
  const wanted = (name: string) => ({
    kind: "create" as const,
    after: { name: parseName(name), type: "A" as const, ttl: 60, data: ["192.0.2.1"], resources: ["web/shop"] },
  });
  const result = await provider.apply(
    { zone: read, writes: [wanted("b.example.com"), wanted("a.example.com")] },
    NEVER,
  );
  assert.deepEqual(result, {
    kind: "refused",
    reason: "ForeignOwner",
    message: 'a.example.com A belongs to the dnsalias owner "blue"',
  });
  const unread = await provider.apply({ zone: read, writes: [wanted("unread.example.com")] }, NEVER);
  assert.equal(unread.kind, "conflict");
  assert.equal(backend.applies, 0);
});
