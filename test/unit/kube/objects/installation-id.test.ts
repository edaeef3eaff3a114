import assert from "node:assert/strict";
import { test } from "node:test";
import { createInstallationId } from "../../../../src/kube/objects/installation-id.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";
import { silentLogger } from "../../../support/silent-logger.ts";

const UID = "0f1f6f5e-8f1c-4f4e-9a57-1f0a7d1c2b3a";

function play(results: readonly KubeResult[]) {
  const clock = fakeClock(0);
  const warnings: string[] = [];
  const log = { ...silentLogger, warn: (fields: object) => void warnings.push(JSON.stringify(fields)) };
  const { transport, requests } = scriptedTransport(results);
  return { clock, warnings, requests, id: createInstallationId({ transport, clock, random: () => 0.5, log }) };
}

test("the id is the UID of kube-system, read with one get", async () => {
  const { id, requests } = play([ok({ metadata: { name: "kube-system", uid: UID } })]);
  assert.equal(id.value(), undefined);
  const signal = new AbortController().signal;
  await Promise.all([id.find(signal), id.find(signal)]);
  await id.find(signal);
  assert.deepEqual(
    requests.map(({ method, path }) => `${method} ${path}`),
    ["GET /api/v1/namespaces/kube-system"],
  );
  assert.equal(id.value(), UID);
  assert.equal(id.problem(), undefined);
});

for (const [name, failure, problem] of [
  [
    "a missing right",
    refusal(403, { reason: "Forbidden", message: 'namespaces "kube-system" is forbidden' }),
    /is not known, so nothing is written: .*403.*grant get of namespaces "kube-system" \(docs\/rbac\.md\), or set --owner-id/,
  ],
  [
    "an API server that is away",
    { kind: "unreachable", message: "ECONNREFUSED" },
    /is not known, so nothing is written: .*ECONNREFUSED.*dnsalias tries again/,
  ],
  ["an object without a UID", ok({ metadata: { name: "kube-system" } }), /has no UID/],
] as const) {
  test(`${name} is reported once and tried again until the id is known`, async () => {
    const { id, clock, warnings } = play([failure, failure, failure, ok({ metadata: { uid: UID } })]);
    const found = id.find(new AbortController().signal);
    await clock.advance(500);
    assert.match(id.problem() ?? "", problem);
    assert.equal(id.value(), undefined);
    await clock.advance(60_000);
    await found;
    assert.equal(id.value(), UID);
    assert.equal(id.problem(), undefined);
    assert.equal(warnings.length, 1);
  });
}

test("a search that fails waits for 1 s, 2 s, and so on, up to 30 s", async () => {
  const { id, clock, requests } = play(Array.from({ length: 9 }, () => refusal(503)));
  const stop = new AbortController();
  const found = id.find(stop.signal);
  const triedAt: number[] = [];
  while (clock.now() < 100_000) {
    await clock.advance(1_000);
    if (requests.length > triedAt.length + 1) {
      triedAt.push(clock.now() / 1_000);
    }
  }
  assert.deepEqual(triedAt, [1, 3, 7, 15, 31, 61, 91]);
  stop.abort();
  await found;
});

test("the search ends without a failure if its signal ends the request, and with any other failure of the request", async () => {
  const stop = new AbortController();
  const request = async (): Promise<KubeResult> => {
    stop.abort();
    throw new Error("aborted");
  };
  const deps = { clock: fakeClock(0), random: () => 0.5, log: silentLogger };
  await createInstallationId({ ...deps, transport: { request } }).find(stop.signal);

  const defect = createInstallationId({ ...deps, transport: { request: async () => assert.fail("a defect") } });
  await assert.rejects(defect.find(new AbortController().signal), /a defect/);
});

test("the search ends with its signal", async () => {
  const { id, clock } = play([refusal(503)]);
  const stop = new AbortController();
  const found = id.find(stop.signal);
  await clock.advance(500);
  stop.abort();
  await found;
  assert.equal(id.value(), undefined);
});
