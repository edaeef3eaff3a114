import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fakeClock } from "../../../support/fake-clock.ts";
import { DEFAULT_RATE_LIMITS } from "../../../../src/responder/client/rate-limit-options.ts";
import type { FromWorker, ThreadStart, ToWorker } from "../../../../src/responder/workers/messages.ts";
import { serveInWorker, type ServingWorker } from "../../../../src/responder/workers/serve.ts";
import { markOf } from "../../../../src/responder/workers/thread-clock.ts";
import { alias, nameOf, served } from "../zone-play.ts";

const START: ThreadStart = {
  clock: markOf(fakeClock()),
  limits: {
    live: { maxAnswers: 100, maxWaiting: 10, waitMs: 1_800 },
    rate: DEFAULT_RATE_LIMITS,
    maxPackets: 100,
    maxConnections: 8,
    maxPipelined: 2,
    idleMs: 1_000,
    maxHeapMb: 64,
  },
  cookieSecrets: { current: new Uint8Array(16) },
  udpIo: "dgram",
  sockets: new SharedArrayBuffer(64),
};

function play(): { readonly worker: ServingWorker; readonly said: FromWorker[] } {
  const said: FromWorker[] = [];
  return { worker: serveInWorker(START, (message) => said.push(message)), said };
}

const { domain, sets, clientSubnet } = served("one.test.", ["@ SOA ns h 1 2 3 4 5", "@ NS ns"]);

test("a zone that comes is acknowledged slice by slice, and counts are given on demand", async () => {
  const { worker, said } = play();
  const messages: readonly ToWorker[] = [
    { kind: "zone", domain, clientSubnet },
    { kind: "slice", sets, aliases: [alias("a.one.test.")] },
    { kind: "zone-whole" },
    { kind: "changed", zone: domain, names: [nameOf("a.one.test.")] },
    { kind: "answers", answers: [{ id: 1, answer: undefined }] },
    { kind: "cookie-secrets", secrets: START.cookieSecrets },
    { kind: "zone-gone", domain },
    { kind: "count" },
  ];
  for (const message of messages) {
    assert.equal(await worker.receive(message), false, message.kind);
  }
  assert.deepEqual(
    said.map(({ kind }) => kind),
    ["ack", "counts"],
  );
  const [, counted] = said;
  assert.ok(counted?.kind === "counts");
  const { counts } = counted;
  assert.deepEqual([counts.waiting, counts.packets, counts.lookupsRequested, counts.errors], [0, 0, 0, 0]);
});

test("without addresses it listens at once; it ends as soon as it is told to if nobody waits", async () => {
  const { worker, said } = play();
  await worker.receive({ kind: "listen", addresses: [] });
  assert.deepEqual(said, [{ kind: "listening" }]);
  assert.equal(await Promise.race([worker.receive({ kind: "stop" }), turn("it waits")]), true);
});
