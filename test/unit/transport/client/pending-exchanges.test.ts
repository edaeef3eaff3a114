import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import type { ExchangeResult } from "../../../../src/transport/exchange.ts";
import { createPendingExchanges } from "../../../../src/transport/client/pending-exchanges.ts";

const never = new AbortController().signal;
const answer: ExchangeResult = { kind: "response", response: Uint8Array.of(1), tookMs: 1 };

test("the first result settles the wait, and it is undone once", async () => {
  let undone = 0;
  const result = await createPendingExchanges().wait(1_000, never, (settle) => {
    setImmediate(() => {
      settle(answer);
      settle({ kind: "timeout" });
    });
    return () => {
      undone += 1;
    };
  });
  assert.deepEqual([result, undone], [answer, 1]);
});

test("a result at once is undone too", async () => {
  let undone = 0;
  const result = await createPendingExchanges().wait(1_000, never, (settle) => {
    settle(answer);
    return () => {
      undone += 1;
    };
  });
  assert.deepEqual([result, undone], [answer, 1]);
});

test("a wait ends by its time", async () => {
  assert.deepEqual(await createPendingExchanges().wait(5, never, () => () => undefined), { kind: "timeout" });
});

test("after a wait, no timer and no listener is left", async () => {
  const { signal } = new AbortController();
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = timers();
  const { promise, resolve } = Promise.withResolvers<void>();
  const wait = createPendingExchanges().wait(60_000, signal, (settle) => {
    void promise.then(() => settle(answer));
    return () => undefined;
  });
  assert.deepEqual([timers(), getEventListeners(signal, "abort").length], [before + 1, 1]);
  resolve();
  await wait;
  assert.deepEqual([timers(), getEventListeners(signal, "abort").length], [before, 0]);
});

test("a wait ends by its signal, with the signal's reason, before and while it runs", async () => {
  const pendingExchanges = createPendingExchanges();
  const reason = new Error("stop");
  await assert.rejects(
    pendingExchanges.wait(1_000, AbortSignal.abort(reason), () => () => undefined),
    reason,
  );
  const controller = new AbortController();
  let undone = false;
  const wait = pendingExchanges.wait(1_000, controller.signal, () => () => {
    undone = true;
  });
  controller.abort(reason);
  await assert.rejects(wait, reason);
  assert.equal(undone, true);
});

test("closing ends every wait, and those that come later", async () => {
  const pendingExchanges = createPendingExchanges();
  const waits = [1, 2].map(() => pendingExchanges.wait(60_000, never, () => () => undefined));
  pendingExchanges.close();
  const results = [
    ...(await Promise.all(waits)),
    await pendingExchanges.wait(60_000, never, () => assert.fail("started")),
  ];
  assert.deepEqual(
    results.map((result) => result.kind),
    ["unreachable", "unreachable", "unreachable"],
  );
});
