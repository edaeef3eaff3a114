import assert from "node:assert/strict";
import { test } from "node:test";
import { addressText, freeAddresses } from "../../../src/cli/compose/listen-addresses.ts";
import { createResponder } from "../../../src/cli/compose/responder.ts";
import { messageOf } from "../../../src/base/error.ts";
import { silentLogger } from "../../support/silent-logger.ts";
import { noMetrics } from "../../../src/ops/metrics.ts";
import { listen } from "../../../src/transport/server/listen.ts";

const taken = () => listen({ host: "127.0.0.1", port: 0, onQuery: () => undefined });

test("an address that is taken is named, with what to do", async () => {
  await using other = await taken();
  await assert.rejects(freeAddresses([{ host: "127.0.0.1", port: other.port }]), {
    code: "CONFIG_INVALID",
    message: `127.0.0.1:${other.port} is in use by another process`,
  });
});

test("an address that is not this machine's is named too", async () => {
  await assert.rejects(
    freeAddresses([{ host: "192.0.2.1", port: 5300 }]),
    /^AppError: 192\.0\.2\.1:5300 cannot be opened: /,
  );
});

test("free addresses stay free until they are opened", async () => {
  const port = await freePortOnce();
  assert.deepEqual(await freeAddresses([{ host: "127.0.0.1", port }]), [{ host: "127.0.0.1", port }]);
  await using listener = await listen({ host: "127.0.0.1", port, onQuery: () => undefined });
  assert.equal(listener.port, port);
});

test("IPv6 addresses are written in brackets", () => {
  assert.equal(addressText({ host: "::1", port: 53 }), "[::1]:53");
});

test("a default address that is taken costs the responder alone, with a warning; one that was asked for is an error", async () => {
  await using other = await taken();
  const warned: string[] = [];
  const make = (isDefault: boolean) =>
    createResponder({
      config: { listen: [{ host: "127.0.0.1", port: other.port }], isDefault, workers: 1, exempt: [], udpIo: "auto" },
      platform: () => assert.fail("no zone is read"),
      source: { live: async () => undefined },
      log: { ...silentLogger, warn: (_fields, message) => void warned.push(message) },
      metrics: noMetrics,
    });
  assert.equal(await make(true), undefined);
  assert.deepEqual(warned, ["responder disabled: default address not available"]);
  await assert.rejects(make(false), (error) => {
    assert.equal(messageOf(error), `--responder-listen: 127.0.0.1:${other.port} is in use by another process`);
    return true;
  });
});

test("it is not ready until it answers, answers nothing before its zones are there, and ends with its signal", async () => {
  const port = await freePortOnce();
  await using responder = await createResponder({
    config: { listen: [{ host: "127.0.0.1", port }], isDefault: false, workers: 1, exempt: [], udpIo: "auto" },
    platform: () => assert.fail("no zone is read"),
    source: { live: async () => undefined },
    log: silentLogger,
    metrics: noMetrics,
  });
  assert.ok(responder !== undefined);
  const stop = new AbortController();
  const opened = responder.open({ synced: () => false, served: () => false }, stop.signal);
  assert.deepEqual(responder.problems(), ["the responder does not answer yet, because its zones are not complete"]);
  {
    await using free = await listen({ host: "127.0.0.1", port, onQuery: () => undefined });
    assert.equal(free.port, port);
  }
  stop.abort();
  await opened;
  await responder.open({ synced: () => true, served: () => true }, new AbortController().signal);
  assert.deepEqual(responder.problems(), []);
  await assert.rejects(freeAddresses([{ host: "127.0.0.1", port }]), /is in use/);
  await responder.count();
});

async function freePortOnce(): Promise<number> {
  await using once = await taken();
  return once.port;
}
