import assert from "node:assert/strict";
import { test } from "node:test";
import { displayName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import { createDnsEndpointProvider } from "../../../../src/providers/dns-endpoint/dns-endpoint.ts";
import type {
  EndpointConflict,
  EndpointObject,
  EndpointProblem,
  EndpointStore,
  StoredEndpoint,
} from "../../../../src/providers/dns-endpoint/endpoint-store.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { converge, labZone, NEVER, readZone, setLines } from "../../../support/provider-lab.ts";

const zone = labZone("example.com", {
  kind: "dnsEndpoint",
  dnsEndpoint: { labels: { dns: "public" } },
});

interface Lab extends EndpointStore {
  readonly objects: Map<string, StoredEndpoint>;
  /** "put NAME" and "remove NAME", with owner names. */
  readonly calls: string[];
  /** What the next call that changes something gets. */
  problem: EndpointProblem | undefined;
  /** What a put of this object gets instead of being made. */
  problemOf: (object: EndpointObject) => EndpointConflict | EndpointProblem | undefined;
  readonly clock: FakeClock;
}

/** The objects of a namespace, as an apiserver keeps them: each change makes another generation. */
function lab(): Lab {
  const objects = new Map<string, StoredEndpoint>();
  const calls: string[] = [];
  let count = 0;
  const self: Lab = {
    objects,
    calls,
    problem: undefined,
    problemOf: () => undefined,
    clock: fakeClock(1_000_000),
    list: async () => ({ kind: "ok", objects: [...objects.values()] }),
    put: async (object, before) => {
      calls.push(`put ${object.endpoints[0]?.dnsName}`);
      const problem = self.problem ?? self.problemOf(object);
      if (problem !== undefined) {
        return problem;
      }
      const made = stored(object, before, (count += 1));
      objects.set(object.name, made);
      return { kind: "ok", object: made };
    },
    remove: async (before) => {
      calls.push(`remove ${before.endpoints[0]?.dnsName}`);
      if (self.problem !== undefined) {
        return self.problem;
      }
      objects.delete(before.name);
      return { kind: "ok" };
    },
  };
  return self;
}

function stored(object: EndpointObject, before: StoredEndpoint | undefined, count: number): StoredEndpoint {
  const { owner, ...rest } = object;
  return {
    ...rest,
    ownerUids: owner === undefined ? [] : [owner.uid],
    uid: before?.uid ?? `uid-${count}`,
    resourceVersion: String(count),
    generation: (before?.generation ?? 0) + 1,
    hasMore: false,
    observedGeneration: undefined,
  };
}

const providerOf = (at: Lab) => createDnsEndpointProvider({ zone, ownerId: "me", store: at, clock: at.clock });

function edit(at: Lab, name: string, change: (object: StoredEndpoint) => Partial<StoredEndpoint>): void {
  const object = [...at.objects.values()].find(({ endpoints }) => endpoints[0]?.dnsName === name) ?? assert.fail();
  at.objects.set(object.name, { ...object, ...change(object) });
}

test("each name has an object of its own with both families, which goes with the last of them", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 192.0.2.1 2001:db8::1", "*.example.com 30 192.0.2.2");
  assert.deepEqual(at.calls.splice(0).toSorted(), ["put *.example.com", "put example.com"]);
  assert.ok([...at.objects.keys()].some((name) => name.startsWith("wildcard.example.com-")));
  assert.deepEqual(setLines((await readZone(provider)).sets), [
    "me *.example.com. A 30 192.0.2.2",
    "me example.com. A 60 192.0.2.1",
    "me example.com. AAAA 60 2001:db8::1",
  ]);
  await converge(provider, "example.com 60 192.0.2.1");
  assert.deepEqual(at.calls.toSorted(), ["put example.com", "remove *.example.com"]);
  assert.deepEqual(setLines((await readZone(provider)).sets), ["me example.com. A 60 192.0.2.1"]);
  await converge(provider);
  assert.equal(at.objects.size, 0);
});

test("what is as wanted is not written, and a new process sees what the last one left", async () => {
  const at = lab();
  await converge(providerOf(at), "example.com 60 192.0.2.1");
  const [before] = at.objects.values();
  const result = await converge(providerOf(at), "example.com 60 192.0.2.1");
  assert.deepEqual([result.kind, result.kind === "applied" && result.wrote], ["applied", false]);
  assert.deepEqual([...at.objects.values()], [before]);
  assert.equal(at.calls.length, 1);
});

test("an object of a former owner id is this installation's, keeps its name, and follows; a new one has the new id", async () => {
  const at = lab();
  const ids = { zone, store: at, clock: at.clock };
  await converge(createDnsEndpointProvider({ ...ids, ownerId: "default2" }), "example.com 60 192.0.2.1");
  const [before] = at.objects.keys();
  const now = createDnsEndpointProvider({ ...ids, ownerId: "me", formerOwnerIds: ["default2"] });
  const read = await readZone(now);
  assert.deepEqual(setLines(read.sets), ["me example.com. A 60 192.0.2.1"]);
  assert.equal(read.needsWrite, undefined);
  await converge(now, "example.com 60 192.0.2.2", "new.example.com 60 192.0.2.3");
  const owners = [...at.objects.values()].map(({ name, annotations, endpoints }) => [
    name === before,
    annotations["dnsalias.io/owner"],
    endpoints[0]?.targets[0],
  ]);
  assert.deepEqual(owners, [
    [true, "default2", "192.0.2.2"],
    [false, "me", "192.0.2.3"],
  ]);
  await converge(now);
  assert.equal(at.objects.size, 0);
});

test("with the id that every installation had, no object is read or written", async () => {
  const at = lab();
  const provider = createDnsEndpointProvider({ zone, ownerId: "default", store: at, clock: at.clock });
  const result = await provider.read([], NEVER);
  assert.equal(result.kind === "refused" && result.reason, "OwnerIdNotUnique");
  assert.deepEqual(at.calls, []);
});

test("a change keeps the aliases that an object names only where nobody brings others", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 192.0.2.1 2001:db8::1");
  const aliases = () => [...at.objects.values()][0]?.annotations["dnsalias.io/aliases"];
  const first = aliases();
  assert.ok(first !== undefined && first !== "");
  await converge(provider, "example.com 60 192.0.2.1");
  assert.equal(aliases(), first);
});

test("an apply on what was read before another reading is a conflict", async () => {
  const at = lab();
  const provider = providerOf(at);
  const zoneBefore = await readZone(provider);
  const request = { zone: zoneBefore, writes: [] };
  assert.equal((await provider.apply({ ...request, zone: { ...zoneBefore, revision: "x" } }, NEVER)).kind, "conflict");
  assert.equal((await provider.apply(request, NEVER)).kind, "applied");
  assert.equal((await provider.apply(request, NEVER)).kind, "applied", "an apply is as good as a reading");
  await converge(provider, "example.com 60 192.0.2.1");
  assert.equal((await provider.apply(request, NEVER)).kind, "conflict");
  assert.equal((await providerOf(at).apply(request, NEVER)).kind, "conflict", "nothing was read");
});

const EDITS: readonly (readonly [
  name: string,
  change: (object: StoredEndpoint) => Partial<StoredEndpoint>,
  needs: string | undefined,
  drift: readonly string[],
])[] = [
  ["nothing", () => ({}), undefined, []],
  ["a label that is missing", () => ({ labels: {} }), "markers", []],
  ["a label beside ours", ({ labels }) => ({ labels: { ...labels, more: "x" } }), undefined, []],
  ["another owner", () => ({ ownerUids: ["else"] }), "markers", []],
  ["more in an endpoint", () => ({ hasMore: true }), "foreign-edit", ["A"]],
  [
    "other addresses",
    ({ endpoints }) => ({ endpoints: endpoints.map((one) => ({ ...one, targets: ["192.0.2.9"] })) }),
    "markers",
    ["A"],
  ],
];

for (const [name, change, needs, drift] of EDITS) {
  test(`an object with ${name} ${needs === undefined ? "is left" : "is written again"}`, async () => {
    const at = lab();
    const provider = providerOf(at);
    await converge(provider, "example.com 60 192.0.2.1", "www.example.com 60 192.0.2.1");
    edit(at, "example.com", change);
    const read = await readZone(provider);
    assert.equal(read.needsWrite?.kind, needs);
    assert.deepEqual(
      (read.drift ?? []).map((one) => `${displayName(one.name)} ${one.type}`),
      drift.map((type) => `example.com ${type}`),
    );
    at.calls.length = 0;
    await converge(provider, "example.com 60 192.0.2.1", "www.example.com 60 192.0.2.1");
    assert.deepEqual(at.calls, needs === undefined ? [] : ["put example.com"]);
    assert.equal((await readZone(provider)).needsWrite, undefined);
  });
}

test("the reason of a write names the first object, and counts the others", async () => {
  const at = lab();
  const provider = providerOf(at);
  const names = ["a.example.com", "b.example.com", "c.example.com"];
  await converge(provider, ...names.map((name) => `${name} 60 192.0.2.1`));
  for (const [index, more] of ["", " and 1 more", " and 2 more"].entries()) {
    edit(at, names[index] ?? "", () => ({ labels: {} }));
    const message = `labels, annotations or owner of the DNSEndpoint of a.example.com${more}`;
    assert.deepEqual((await readZone(provider)).needsWrite, { kind: "markers", message });
  }
});

test("an object that somebody deleted is drift, once, and one that we deleted is not", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 192.0.2.1", "www.example.com 60 192.0.2.1");
  await converge(provider, "example.com 60 192.0.2.1");
  assert.equal((await readZone(provider)).drift, undefined);
  at.objects.clear();
  assert.deepEqual((await readZone(provider)).drift, [
    { name: "example.com.", type: "A", message: "another writer deleted the DNSEndpoint of example.com" },
  ]);
  assert.equal((await readZone(provider)).drift, undefined);
});

function foreign(recordType: string, more: Partial<StoredEndpoint> = {}): StoredEndpoint {
  const target = recordType === "AAAA" ? "2001:db8::9" : recordType === "A" ? "192.0.2.9" : "cdn.example.net";
  return {
    name: "team",
    labels: { dns: "public" },
    annotations: {},
    endpoints: [{ dnsName: "example.com", recordType, recordTTL: undefined, targets: [target] }],
    ownerUids: [],
    uid: "team",
    resourceVersion: "1",
    generation: 1,
    hasMore: false,
    observedGeneration: 1,
    ...more,
  };
}

const FOREIGN: readonly (readonly [name: string, object: StoredEndpoint, want: readonly string[]])[] = [
  ["an A record", foreign("A"), ["A DNSEndpoint team has A records for example.com"]],
  ["an AAAA record", foreign("AAAA"), ["AAAA DNSEndpoint team has AAAA records for example.com"]],
  [
    "a CNAME, which leaves no room for either family",
    foreign("CNAME"),
    ["A DNSEndpoint team has CNAME records for example.com", "AAAA DNSEndpoint team has CNAME records for example.com"],
  ],
  ["a TXT record", foreign("TXT"), []],
  ["a record that ExternalDNS doesn't select with ours", foreign("A", { labels: {} }), []],
];

for (const [name, object, want] of FOREIGN) {
  test(`in the namespace there is ${name}`, async () => {
    const at = lab();
    at.objects.set(object.name, object);
    const { sets } = await readZone(providerOf(at), ["example.com"]);
    assert.deepEqual(
      sets.map(({ type, note, owner }) => `${type} ${note}${owner ?? ""}`),
      want,
    );
    assert.deepEqual((await readZone(providerOf(at), ["www.example.com"])).sets, []);
  });
}

test("the objects of another installation show its owner", async () => {
  const at = lab();
  const other = createDnsEndpointProvider({ zone, ownerId: "you", store: at, clock: at.clock });
  await converge(other, "example.com 60 192.0.2.1");
  const { sets } = await readZone(providerOf(at), ["example.com"]);
  assert.deepEqual(
    sets.map(({ owner, data }) => `${owner} ${data.join()}`),
    ["you 192.0.2.1"],
  );
});

test("objects that no ExternalDNS looks at for three minutes are a warning, until it does", async () => {
  const at = lab();
  const provider = providerOf(at);
  await converge(provider, "example.com 60 192.0.2.1", "www.example.com 60 192.0.2.1");
  const warning = async (ms: number): Promise<string | undefined> => {
    await at.clock.advance(ms);
    return (await readZone(provider)).warning;
  };
  assert.equal(await warning(0), undefined);
  assert.equal(await warning(179_999), undefined);
  assert.match((await warning(1)) ?? "", /has read 2 of 2 DNSEndpoint objects for 3 minutes/);
  edit(at, "example.com", ({ generation }) => ({ observedGeneration: generation }));
  assert.match((await warning(0)) ?? "", /read 1 of 2/);
  edit(at, "www.example.com", ({ generation }) => ({ generation: generation + 1 }));
  assert.equal(await warning(0), undefined, "a new generation has its own time");
  assert.match((await warning(180_000)) ?? "", /read 1 of 2/);
});

const TWENTY = Array.from({ length: 20 }, (_, index) => `n${index}.example.com 60 192.0.2.1`);

const PROBLEMS: readonly EndpointProblem[] = [
  { kind: "failed", message: "timeout" },
  { kind: "refused", reason: "Forbidden", message: "no right" },
];

for (const problem of PROBLEMS) {
  test(`"${problem.message}" ends the write`, async () => {
    const at = lab();
    at.problem = problem;
    assert.deepEqual(await converge(providerOf(at), ...TWENTY), problem);
    assert.equal(at.calls.length, 8);
  });
}

test("an object that a policy rejects keeps the others from nothing, and each is reported", async () => {
  const at = lab();
  at.problem = { kind: "refused", reason: "Rejected", message: "by a policy" };
  const result = await converge(providerOf(at), ...TWENTY);
  assert.equal(result.kind, "applied");
  assert.deepEqual(
    result.rejected?.map(({ reason, message }) => `${reason} ${message}`),
    TWENTY.map(() => "Rejected by a policy"),
  );
  assert.equal(at.calls.length, 20);
});

test("an object that changed since it was read is a conflict, and the other objects are written", async () => {
  const at = lab();
  at.problemOf = ({ endpoints }) =>
    endpoints[0]?.dnsName === "n3.example.com" ? { kind: "conflict", message: "changed" } : undefined;
  assert.equal((await converge(providerOf(at), ...TWENTY)).kind, "conflict");
  assert.equal(at.objects.size, 19);
});

const REJECTION: EndpointProblem = { kind: "refused", reason: "Rejected", message: "by a policy" };
const hasIpv6 = ({ endpoints }: EndpointObject): boolean => endpoints.some(({ recordType }) => recordType === "AAAA");

test("of an object with two families a policy rejects one, which is reported, and the other one is written", async () => {
  const at = lab();
  const provider = providerOf(at);
  at.problemOf = (object) => (hasIpv6(object) ? REJECTION : undefined);
  const result = await converge(provider, "example.com 60 192.0.2.1 2001:db8::1");
  assert.ok(result.kind === "applied");
  assert.deepEqual(
    result.rejected?.map(({ write }) => write.kind === "create" && write.after.type),
    ["AAAA"],
  );
  assert.deepEqual(setLines((await readZone(provider)).sets), ["me example.com. A 60 192.0.2.1"]);
});

test("a backend that fails while the families of a rejected object are tried is the result, and none is reported", async () => {
  const at = lab();
  const failure: EndpointProblem = { kind: "failed", message: "timeout" };
  at.problemOf = ({ endpoints }) => (endpoints.length === 2 ? REJECTION : failure);
  assert.deepEqual(await converge(providerOf(at), "example.com 60 192.0.2.1 2001:db8::1"), failure);
  assert.equal(at.calls.length, 2);
});

test("a list that can't be read is the provider's problem", async () => {
  const problem = { kind: "failed", message: "apiserver away" } as const;
  const at = lab();
  const provider = createDnsEndpointProvider({
    zone,
    ownerId: "me",
    store: { ...at, list: async () => problem },
    clock: at.clock,
  });
  assert.deepEqual(await provider.read([parseOwnerName("example.com")], NEVER), problem);
});

test("an owner id that can't be in a marker is a mistake of the caller's", () => {
  const at = lab();
  assert.throws(() => createDnsEndpointProvider({ zone, ownerId: "a,b", store: at, clock: at.clock }));
});
