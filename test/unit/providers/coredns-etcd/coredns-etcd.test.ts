import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOfCanonical, parseName } from "../../../../src/dns/name/name.ts";
import type { RRset } from "../../../../src/dns/record.ts";
import type { BackendBatch, BackendChange, BackendRead, RecordBackend } from "../../../../src/providers/backend.ts";
import { createCoreDNSEtcdBackend } from "../../../../src/providers/coredns-etcd/coredns-etcd.ts";
import type { HttpResult } from "../../../../src/transport/http-client.ts";
import { etcdAnswer, etcdModel, type EtcdModel, type EtcdModelOptions } from "../../../support/etcd-model.ts";
import { tlsOf } from "../../../support/tls-source.ts";

const NEVER = new AbortController().signal;
const ROOT = "/skydns/com/example";
const FOREIGN = '{"host":"192.0.2.9","ttl":60}';
const LOST: HttpResult = { kind: "unreachable", message: "the answer is lost" };

function play(options: EtcdModelOptions = {}, endpoints: readonly string[] = ["http://a"]): World {
  const etcd = etcdModel(options);
  const backend = createCoreDNSEtcdBackend({
    spec: { endpoints, pathPrefix: "/skydns" },
    domain: parseName("example.com"),
    password: undefined,
    tls: tlsOf(),
    http: etcd.http,
  });
  return { etcd, backend };
}

/** "www.example.com. A 60 192.0.2.1" */
async function lines(backend: RecordBackend): Promise<readonly string[]> {
  const { sets } = await good(backend);
  return sets.map(({ name, type, ttl, data }) => `${name} ${type} ${ttl} ${data.join(" ")}`);
}

async function good(backend: RecordBackend): Promise<Extract<BackendRead, { readonly kind: "ok" }>> {
  const read = await backend.read([], NEVER);
  assert.ok(read.kind === "ok", JSON.stringify(read));
  return read;
}

const create = (...names: readonly string[]): BackendBatch => ({
  changes: names.map((name) => ({ before: undefined, after: set(name, ["192.0.2.1"]) })),
});

function set(name: string, data: readonly string[], type = "A"): RRset {
  return { name: nameOfCanonical(`${name}.example.com.`), type, ttl: 60, data };
}

const WWW = "www.example.com. A 60 192.0.2.1";

test("it holds addresses of a whole zone, and no HTTPS records", () => {
  const { id, capabilities } = play().backend;
  assert.equal(id, "coreDNSEtcd");
  assert.deepEqual(capabilities, {
    atomic: "batch",
    comparesAndSwaps: true,
    listsZone: true,
    minTtl: 1,
    lacks: ["HTTPS"],
  });
});

test("a zone is read whole: its records, and the names that can't be written", async () => {
  const { backend, etcd } = play();
  etcd.put(`${ROOT}/www/x1`, FOREIGN);
  etcd.put(`${ROOT}/ftp`, '{"text":"x"}');
  etcd.put("/skydns/com/examples/www/x1", FOREIGN);
  const read = await good(backend);
  assert.equal(read.complete, true);
  assert.deepEqual(await lines(backend), [
    'ftp.example.com. TXT 300 "x"',
    "www.example.com. A 60 192.0.2.9",
    "x1.www.example.com. A 60 192.0.2.9",
  ]);
  assert.equal(read.obstacleOf?.(parseName("www.example.com")), undefined);
  assert.match(read.obstacleOf?.(parseName("ftp.example.com"))?.message ?? "", /would no longer find the key/);
});

for (const [count, calls] of [
  [2_000, 2],
  [2_001, 3],
  [4_001, 4],
] as const) {
  test(`a zone of ${count} keys is read by ${calls} calls`, async () => {
    const { backend, etcd } = play();
    for (let at = 0; at < count; at += 1) {
      etcd.put(`${ROOT}/n${at}`, FOREIGN);
    }
    assert.equal((await good(backend)).sets.length, count);
    assert.equal(etcd.calls.length, calls);
  });
}

test("what was just read is written by one call; then nothing is left to write", async () => {
  const { backend, etcd } = play();
  await good(backend);
  etcd.put("/elsewhere", "x");
  const applied = await backend.apply(create("www"), NEVER);
  assert.deepEqual(applied, { kind: "applied", revision: "3", wrote: true });
  assert.deepEqual(etcd.calls, ["range", "range", "txn"]);
  assert.deepEqual(await lines(backend), [WWW]);
  assert.deepEqual(await backend.apply(create("www"), NEVER), { kind: "applied", revision: "3", wrote: false });
  assert.equal(etcd.calls.filter((call) => call === "txn").length, 1);
});

test("a read is used for one write only: the next one reads again", async () => {
  const { backend, etcd } = play();
  await good(backend);
  await backend.apply(create("www"), NEVER);
  assert.equal((await backend.apply(create("ftp"), NEVER)).kind, "applied");
  assert.deepEqual(etcd.calls, ["range", "range", "txn", "range", "range", "txn"]);
});

interface World {
  readonly backend: RecordBackend;
  readonly etcd: EtcdModel;
}

/** Puts another writer's key before the nth transactions. */
function racing(nths: readonly number[]): World {
  const world: World = play({
    before: (call, nth) => {
      if (call === "txn" && nths.includes(nth)) {
        world.etcd.put(`${ROOT}/other${nth}/x1`, FOREIGN);
      }
      return undefined;
    },
  });
  return world;
}

test("where another writer is faster, the zone is read again and both keys are there", async () => {
  const { backend, etcd } = racing([1, 2]);
  await good(backend);
  const applied = await backend.apply(create("www"), NEVER);
  assert.deepEqual(applied, { kind: "applied", revision: "4", wrote: true });
  assert.equal(etcd.calls.filter((call) => call === "txn").length, 3);
  const keys = etcd.entries().map(([key]) => key.slice(ROOT.length));
  assert.ok(keys.includes("/other1/x1") && keys.includes("/www/+.192.0.2.1"), keys.join());
});

test("a writer that never stops is a conflict, after four tries", async () => {
  const { backend, etcd } = racing([1, 2, 3, 4, 5, 6]);
  assert.deepEqual(await backend.apply(create("www"), NEVER), {
    kind: "conflict",
    message: "the zone's keys at etcd at http://a were changed by another writer each time they were read",
  });
  assert.equal(etcd.calls.filter((call) => call === "txn").length, 4);
  assert.deepEqual(
    etcd.entries().filter(([key]) => key.includes("www")),
    [],
  );
});

test("an answer that is lost on the way to the next endpoint was a write all the same", async () => {
  const { backend, etcd } = play({ after: (call, nth) => (call === "txn" && nth === 1 ? LOST : undefined) }, [
    "http://a",
    "http://b",
  ]);
  await good(backend);
  assert.deepEqual(await backend.apply(create("www"), NEVER), { kind: "applied", revision: "2", wrote: true });
  assert.equal(etcd.calls.filter((call) => call === "txn").length, 2);
  assert.deepEqual(await lines(backend), [WWW]);
});

test("the same without a read before it", async () => {
  const { backend } = play({ after: (call, nth) => (call === "txn" && nth === 1 ? LOST : undefined) }, [
    "http://a",
    "http://b",
  ]);
  assert.deepEqual(await backend.apply(create("www"), NEVER), { kind: "applied", revision: "2", wrote: true });
});

test("a record that is neither what was read nor what is wanted is a conflict, and is left as it is", async () => {
  for (const reads of [true, false]) {
    const { backend, etcd } = play();
    etcd.put(`${ROOT}/www`, FOREIGN);
    if (reads) {
      await good(backend);
    }
    assert.equal((await backend.apply(create("www", "ftp"), NEVER)).kind, "conflict");
    assert.deepEqual(etcd.entries(), [[`${ROOT}/www`, FOREIGN]]);
  }
});

test("types that the plugin can't hold are rejected by name, and nothing is sent", async () => {
  const { backend, etcd } = play();
  const https: BackendChange = { before: undefined, after: set("www", ["1 ."], "HTTPS") };
  const result = await backend.apply({ changes: [...create("www").changes, https] }, NEVER);
  const message = "the etcd plugin of CoreDNS has no records of this type";
  assert.deepEqual(result, {
    kind: "rejected",
    message,
    records: [{ name: "www.example.com.", type: "HTTPS", reason: "NotSupported", message }],
  });
  assert.deepEqual(etcd.calls, []);
});

test("addresses and markers of each family are held", async () => {
  const { backend } = play();
  const marker = '"heritage=dnsalias,owner=me,types=A,resource=web/shop"';
  const changes = [
    set("_dnsalias.www", [marker], "TXT"),
    set("www", ["192.0.2.1"]),
    set("www", ["2001:db8::1"], "AAAA"),
  ];
  await backend.apply({ changes: changes.map((after) => ({ before: undefined, after })) }, NEVER);
  assert.deepEqual(await lines(backend), [
    `_dnsalias.www.example.com. TXT 300 ${marker}`,
    WWW,
    "www.example.com. AAAA 60 2001:db8::1",
  ]);
});

const MANY = create(...Array.from({ length: 2_000 }, (_, at) => `n${String(at).padStart(4, "0")}`));
const TOO_LARGE = etcdAnswer({ code: 3, message: "etcdserver: request is too large" }, 400);

test("more keys than fit in one transaction are written by two, each for the revision that the one before left", async () => {
  const { backend, etcd } = play();
  assert.deepEqual(await backend.apply(MANY, NEVER), { kind: "applied", revision: "3", wrote: true });
  assert.equal(etcd.calls.filter((call) => call === "txn").length, 2);
  assert.equal((await good(backend)).sets.filter(({ type }) => type === "A").length, 2_000);
});

for (const [nth, partial] of [
  [1, undefined],
  [2, true],
] as const) {
  test(`transaction ${nth} of two is rejected: ${partial === true ? "a part" : "nothing"} was written`, async () => {
    const { backend, etcd } = play({ before: (call, at) => (call === "txn" && at === nth ? TOO_LARGE : undefined) });
    const result = await backend.apply(MANY, NEVER);
    assert.ok(result.kind === "rejected", JSON.stringify(result));
    assert.equal(result.partial, partial);
    assert.equal(etcd.entries().length > 0, partial === true);
  });
}

test("a refusal that isn't about the records is passed on", async () => {
  const denied = etcdAnswer({ code: 7, message: "etcdserver: permission denied" }, 403);
  for (const call of ["range", "txn"]) {
    const { backend } = play({ before: (one) => (one === call ? denied : undefined) });
    const result = await backend.apply(create("www"), NEVER);
    assert.ok(result.kind === "refused", JSON.stringify(result));
    assert.equal(result.reason, "Forbidden");
  }
  const { backend } = play({ before: () => denied });
  assert.equal((await backend.read([], NEVER)).kind, "refused");
});

const COMPACTED = etcdAnswer({ message: "etcdserver: mvcc: required revision has been compacted" }, 400);

test("a revision that is compacted on the way is read anew, three times at most", async () => {
  const { backend, etcd } = play({ before: (_, nth) => (nth === 2 || nth === 4 ? COMPACTED : undefined) });
  etcd.put(`${ROOT}/www`, FOREIGN);
  assert.equal((await good(backend)).sets.length, 1);
  assert.equal(etcd.calls.length, 6);

  const never = play({ before: (_, nth) => (nth % 2 === 0 ? COMPACTED : undefined) });
  const read = await never.backend.read([], NEVER);
  assert.ok(read.kind === "failed");
  assert.match(
    read.message,
    /^etcd at http:\/\/a compacts its history faster than the zone can be read: .*auto-compaction-retention/,
  );
  assert.equal(never.etcd.calls.length, 6);
});

const NO_REVISION: readonly object[] = [
  {},
  { header: {} },
  { header: { revision: "0" } },
  { header: { revision: "x" } },
];

for (const body of NO_REVISION) {
  test(`${JSON.stringify(body)} is no etcd's answer`, async () => {
    for (const [call, what] of [
      ["range", "answers with data that is not a range of keys"],
      ["txn", "answers with data that is not the result of a transaction"],
    ] as const) {
      const { backend } = play({ before: (one) => (one === call ? etcdAnswer(body) : undefined) });
      assert.deepEqual(await backend.apply(create("www"), NEVER), {
        kind: "failed",
        message: `etcd at http://a ${what}: check that endpoints are correct`,
      });
    }
  });
}

test("a page that is empty is the last one, whatever it says", async () => {
  const { backend, etcd } = play({
    before: (_, nth) => (nth === 2 ? etcdAnswer({ header: { revision: "1" }, kvs: [], more: true }) : undefined),
  });
  assert.deepEqual((await good(backend)).sets, []);
  assert.equal(etcd.calls.length, 2);
});
