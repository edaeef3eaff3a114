import assert from "node:assert/strict";
import { test } from "node:test";
import type { StatusWrite } from "../../../../src/controller/ports/reporter.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { DNS_ALIASES } from "../../../../src/kube/client/resource.ts";
import { createStatusWriter, toStatusWrite, type StatusTarget } from "../../../../src/kube/status/status-writer.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
const PATH = "/apis/dnsalias.io/v1alpha1/namespaces/web/dnsaliases/a";
const TARGET: StatusTarget = {
  resource: DNS_ALIASES,
  key: "web/a",
  namespace: "web",
  name: "a",
  uid: "u1",
  resourceVersion: "5",
  current: { ready: "no" },
};
const at = (resourceVersion: string, uid = "u1"): KubeResult => ok({ metadata: { uid, resourceVersion } });

test("a status is applied whole, to the object and the version that was seen", async () => {
  const { transport, requests } = scriptedTransport([at("6")]);
  const written = await createStatusWriter(transport, () => 0).write(TARGET, { ready: "yes" }, NEVER);
  assert.deepEqual(written, { kind: "written" });
  assert.deepEqual(requests, [
    {
      method: "PATCH",
      path: `${PATH}/status?fieldManager=dnsalias&force=true`,
      contentType: "application/apply-patch+yaml",
      body: {
        apiVersion: "dnsalias.io/v1alpha1",
        kind: "DnsAlias",
        metadata: { namespace: "web", name: "a", uid: "u1", resourceVersion: "5" },
        status: { ready: "yes" },
      },
    },
  ]);
});

test("a status that is there already isn't written, whatever the order of its fields", async () => {
  const { transport, requests } = scriptedTransport([]);
  const target = { ...TARGET, current: { a: 1, b: 2 } };
  assert.deepEqual(await createStatusWriter(transport, () => 0).write(target, { b: 2, a: 1 }, NEVER), {
    kind: "written",
  });
  assert.deepEqual(requests, []);
});

test("an object without a status gets its first one, and no empty one", async () => {
  const { transport, requests } = scriptedTransport([at("6")]);
  const writer = createStatusWriter(transport, () => 0);
  const target = { ...TARGET, current: undefined };
  await writer.write(target, {}, NEVER);
  assert.equal(requests.length, 0);
  await writer.write(target, { ready: "yes" }, NEVER);
  assert.equal(requests.length, 1);
});

test("there and back within a moment ends with the last status, although the watch shows none of the writes yet", async () => {
  const { transport, requests } = scriptedTransport([at("6"), at("7")]);
  const writer = createStatusWriter(transport, () => 0);
  await writer.write(TARGET, { ready: "yes" }, NEVER);
  await writer.write(TARGET, { ready: "no" }, NEVER);
  assert.deepEqual(
    requests.map(({ body }) => body).map((body) => JSON.parse(JSON.stringify(body))),
    [
      { ...head("5"), status: { ready: "yes" } },
      { ...head("6"), status: { ready: "no" } },
    ],
  );
});

test("a write that failed doesn't make the one before it forgotten", async () => {
  const { transport, requests } = scriptedTransport([at("6"), { kind: "unreachable", message: "reset" }, at("7")]);
  const writer = createStatusWriter(transport, () => 0);
  await writer.write(TARGET, { ready: "yes" }, NEVER);
  assert.equal((await writer.write(TARGET, { ready: "no" }, NEVER)).kind, "failed");
  assert.deepEqual(await writer.write(TARGET, { ready: "no" }, NEVER), { kind: "written" });
  assert.equal(requests.length, 3, "the API server still has the first status");
});

test("once the watch has shown the write, the version that it shows is the one to write at", async () => {
  const { transport, requests } = scriptedTransport([at("6"), at("9")]);
  const writer = createStatusWriter(transport, () => 0);
  await writer.write(TARGET, { ready: "yes" }, NEVER);
  const seen = { ...TARGET, current: { ready: "yes" }, resourceVersion: "8" };
  assert.deepEqual(await writer.write(seen, { ready: "yes" }, NEVER), { kind: "written" });
  await writer.write(seen, { ready: "no" }, NEVER);
  assert.deepEqual(JSON.parse(JSON.stringify(requests.at(-1)?.body)), { ...head("8"), status: { ready: "no" } });
});

test("what was written to an object that is gone says nothing of its successor", async () => {
  const { transport, requests } = scriptedTransport([at("6")]);
  const writer = createStatusWriter(transport, () => 0);
  await writer.write(TARGET, { ready: "yes" }, NEVER);
  const successor = { ...TARGET, uid: "u2", resourceVersion: "20" };
  assert.deepEqual(await writer.write(successor, { ready: "no" }, NEVER), { kind: "written" });
  assert.equal(requests.length, 1);
});

test("when the object has moved on, its version is read and the status applied again", async () => {
  const { transport, requests } = scriptedTransport([refusal(409), at("8"), at("9")]);
  assert.deepEqual(await createStatusWriter(transport, () => 0).write(TARGET, {}, NEVER), { kind: "written" });
  assert.deepEqual(
    requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`),
    [`PATCH ${PATH}/status`, `GET ${PATH}`, `PATCH ${PATH}/status`],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(requests[2]?.body)), { ...head("8"), status: {} });
});

const CONFLICTS: readonly {
  readonly name: string;
  readonly results: readonly KubeResult[];
  readonly wanted: StatusWrite;
}[] = [
  {
    name: "another object of the same name: dropped",
    results: [refusal(409), at("8", "u2")],
    wanted: { kind: "obsolete" },
  },
  { name: "gone: dropped", results: [refusal(409), refusal(404)], wanted: { kind: "obsolete" } },
  {
    name: "an object that changes all the time: given up after four tries",
    results: [refusal(409), at("6"), refusal(409), at("7"), refusal(409), at("8"), refusal(409)],
    wanted: { kind: "obsolete" },
  },
  {
    name: "no read: to be tried again",
    results: [refusal(409), refusal(503, { message: "busy", retryAfterMs: 2_000 })],
    wanted: { kind: "failed", message: "the apiserver answered 503: busy", retryAfterMs: 2_000 },
  },
];
for (const { name, results, wanted } of CONFLICTS) {
  test(`a conflict with ${name}`, async () => {
    const { transport, requests } = scriptedTransport(results);
    assert.deepEqual(await createStatusWriter(transport, () => 0).write(TARGET, {}, NEVER), wanted);
    assert.equal(requests.length, results.length);
  });
}

test("a status that another writer restored later isn't a write of our own that the watch still has to show", async () => {
  const { transport, requests } = scriptedTransport([at("6")]);
  const writer = createStatusWriter(transport, () => 0);
  await writer.write(TARGET, { ready: "yes" }, NEVER);
  await writer.write({ ...TARGET, current: { ready: "yes" }, resourceVersion: "6" }, { ready: "yes" }, NEVER);
  const restored = { ...TARGET, resourceVersion: "9" };
  assert.deepEqual(await writer.write(restored, { ready: "no" }, NEVER), { kind: "written" });
  assert.equal(requests.length, 1, "the status is there already");
});

const WRITES: readonly (readonly [KubeResult, StatusWrite])[] = [
  [ok(), { kind: "written" }],
  [refusal(404), { kind: "obsolete" }],
  [refusal(409), { kind: "obsolete" }],
  [
    refusal(422, { causes: [{ reason: "FieldValueInvalid", field: "metadata.uid", message: "" }] }),
    { kind: "obsolete" },
  ],
  [
    refusal(422, { message: "bad", causes: [{ reason: "FieldValueInvalid", field: "status.x", message: "" }] }),
    { kind: "failed", message: "the apiserver answered 422: bad" },
  ],
  [
    { kind: "unreachable", message: "reset" },
    { kind: "failed", message: "the apiserver cannot be reached: reset" },
  ],
  [
    refusal(403, { message: "no right" }),
    { kind: "failed", message: "the apiserver answered 403: no right", isForbidden: true },
  ],
];
for (const [result, wanted] of WRITES) {
  test(`a status write that came back as ${JSON.stringify(result)}`, () => {
    assert.deepEqual(toStatusWrite(result), wanted);
  });
}

function head(resourceVersion: string) {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { namespace: "web", name: "a", uid: "u1", resourceVersion },
  };
}

test("what was written of objects that came and went is forgotten after ten minutes", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `a${index}`);
  const { transport } = scriptedTransport([...names, "last"].map(() => at("6")));
  let now = 0;
  const writer = createStatusWriter(transport, () => now);
  for (const name of names) {
    await writer.write({ ...TARGET, name, key: `web/${name}` }, { ready: "yes" }, NEVER);
    now += 1_000;
  }
  assert.equal(writer.size(), 100);
  now += 600_000;
  await writer.write(TARGET, { ready: "yes" }, NEVER);
  assert.equal(writer.size(), 1);
});

test("a write is remembered for ten minutes after it, whatever the time is, also if an earlier one was renewed", async () => {
  const { transport } = scriptedTransport(Array.from({ length: 5 }, () => at("6")));
  const start = Date.parse("2026-12-01T00:00:00Z");
  let now = start;
  const writer = createStatusWriter(transport, () => now);
  const write = async (name: string, ready: string, afterMs: number): Promise<number> => {
    now = start + afterMs;
    await writer.write({ ...TARGET, name, key: `web/${name}` }, { ready }, NEVER);
    return writer.size();
  };
  const sizes = [
    await write("a", "yes", 0),
    await write("b", "yes", 1_000),
    await write("a", "soon", 300_000),
    await write("c", "yes", 600_999),
    await write("d", "yes", 601_000),
  ];
  assert.deepEqual(sizes, [1, 2, 2, 3, 3], "b is forgotten before a, which was written again");
});
