import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import type { ReportedEvent } from "../../../../src/controller/ports/reporter.ts";
import type { KubeResult, KubeStatus } from "../../../../src/kube/client/api-result.ts";
import type { KubeRequest } from "../../../../src/kube/client/transport.ts";
import { createEventRecorder } from "../../../../src/kube/status/event-recorder.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { meta } from "../../../support/objects.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NOW = Date.parse("2026-11-28T10:00:00Z");
const EVENT: ReportedEvent = { type: "Warning", reason: "Stale", message: "lookups of lb.test fail" };
const PATH = "/apis/events.k8s.io/v1/namespaces/web/events";

test("an Event says what happened, to which object, when, and who saw it", async () => {
  const { offer, requests } = play([ok()]);
  await offer(EVENT);
  const { body, ...post } = requests[0] ?? assert.fail("nothing was sent");
  assert.deepEqual(post, { method: "POST", path: PATH });
  const { metadata, ...rest } = JSON.parse(JSON.stringify(body));
  assert.match(metadata.name, /^a\.[0-9a-f]{16}$/);
  assert.deepEqual(rest, {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    eventTime: "2026-11-28T10:00:00.000000Z",
    reportingController: "dnsalias.io/controller",
    reportingInstance: "p".repeat(128),
    action: "Reconcile",
    type: "Warning",
    reason: "Stale",
    note: "Lookups of lb.test fail.",
    regarding: {
      apiVersion: "dnsalias.io/v1alpha1",
      kind: "DnsAlias",
      namespace: "web",
      name: "a",
      uid: "web/a",
      resourceVersion: "1",
    },
  });
});

test("the same again raises the count of the same Event, at most once a minute", async () => {
  const { offer, requests, clock } = play([ok(), ok()]);
  await offer(EVENT);
  await offer(EVENT);
  assert.equal(requests.length, 1);
  await clock.advance(60_000);
  await offer(EVENT);
  assert.deepEqual(requests[1], {
    method: "PATCH",
    path: `${PATH}/${nameOf(requests[0])}`,
    contentType: "application/merge-patch+json",
    body: { series: { count: 3, lastObservedTime: "2026-11-28T10:01:00.000000Z" } },
  });
});

test("type, reason, and message each make another Event", async () => {
  const { offer, requests } = play([ok(), ok(), ok(), ok()]);
  const others: readonly ReportedEvent[] = [
    EVENT,
    { ...EVENT, type: "Normal" },
    { ...EVENT, reason: "Loop" },
    { ...EVENT, message: "another" },
  ];
  for (const event of others) {
    await offer(event);
  }
  assert.equal(new Set(requests.map(nameOf)).size, 4);
});

const FAILURES: readonly (readonly [string, KubeStatus, "POST" | "PATCH"])[] = [
  ["deleted meanwhile: it is made again", refusal(404), "POST"],
  ["refused otherwise: its count goes on", refusal(500), "PATCH"],
];
for (const [name, result, method] of FAILURES) {
  test(`an Event that was ${name}`, async () => {
    const { offer, requests, clock } = play([ok(), result, ok()]);
    for (const round of [0, 1, 2]) {
      await clock.advance(round === 0 ? 0 : 60_000);
      await offer(EVENT);
    }
    assert.deepEqual(
      requests.map((request) => request.method),
      ["POST", "PATCH", method],
    );
  });
}

test("an Event of an earlier run (409) is no failure, and one that can't be sent is logged", async () => {
  const { offer, logged } = play([refusal(409), { kind: "unreachable", message: "reset" }]);
  await offer(EVENT);
  assert.deepEqual(logged, []);
  await offer({ ...EVENT, reason: "Loop" });
  assert.deepEqual(logged, ["event not recorded"]);
});

test("a message over 1,000 bytes is cut between characters", async () => {
  const { offer, requests } = play([ok(), ok(), ok()]);
  const messages = ["X".repeat(999), "X".repeat(1_001), `${"X".repeat(999)}é`];
  for (const message of messages) {
    await offer({ ...EVENT, message });
  }
  assert.deepEqual(
    requests.map(({ body }) => JSON.parse(JSON.stringify(body)).note),
    [`${"X".repeat(999)}.`, `${"X".repeat(1_000)}…`, `${"X".repeat(999)}…`],
  );
});

test("Events are sent one after the other, and at most 1,000 wait", async () => {
  const gate = Promise.withResolvers<void>();
  let [sent, inProgress, most] = [0, 0, 0];
  const { transport } = scriptedTransport([]);
  const request = async (): Promise<KubeResult> => {
    [sent, inProgress] = [sent + 1, inProgress + 1];
    most = Math.max(most, inProgress);
    await gate.promise;
    inProgress -= 1;
    return ok();
  };
  const clock = fakeClock(NOW);
  const recorder = createEventRecorder({
    transport: { ...transport, request },
    clock,
    log: silentLogger,
    instance: "pod",
  });
  for (let index = 0; index < 1_100; index += 1) {
    recorder.offer({ kind: "DnsAlias", meta: meta(`web/a${index}`), event: EVENT });
  }
  gate.resolve();
  await recorder[Symbol.asyncDispose]();
  assert.deepEqual([sent, most], [1_001, 1], "one is sent at once, and 1,000 wait");
});

test("Events that wait are sent before the end, and no timer is left", async () => {
  const { recorder, requests } = play([ok(), ok()]);
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  for (const reason of ["Stale", "Loop"]) {
    recorder.offer({ kind: "DnsAlias", meta: meta("web/a"), event: { ...EVENT, reason } });
  }
  await recorder[Symbol.asyncDispose]();
  assert.deepEqual([requests.length, timers()], [2, before]);
});

test("after the stop nothing is sent", async () => {
  const { recorder, requests, offer } = play([ok()]);
  await recorder[Symbol.asyncDispose]();
  await offer(EVENT);
  assert.equal(requests.length, 0);
});

function play(results: readonly KubeResult[]) {
  const clock = fakeClock(NOW);
  const { transport, requests } = scriptedTransport(results);
  const logged: string[] = [];
  const log = { ...silentLogger, debug: (_fields: unknown, message: string) => void logged.push(message) };
  const recorder = createEventRecorder({ transport, clock, log, instance: "p".repeat(200) });
  const offer = async (event: ReportedEvent): Promise<void> => {
    recorder.offer({ kind: "DnsAlias", meta: meta("web/a"), event });
    await clock.settle();
  };
  return { recorder, requests, logged, clock, offer };
}

function nameOf(request: KubeRequest | undefined): string {
  return JSON.parse(JSON.stringify(request?.body)).metadata.name;
}
