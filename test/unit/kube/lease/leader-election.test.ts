import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, it } from "node:test";
import { silentLogger } from "../../../support/silent-logger.ts";
import { createLease, type Lease } from "../../../../src/kube/lease/leader-election.ts";
import { isObject, memberAt, textAt } from "../../../../src/base/json.ts";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import type { KubeRequest, Transport } from "../../../../src/kube/client/transport.ts";
import { fakeClock, type FakeClock } from "../../../support/fake-clock.ts";
import { FUZZ_SEED } from "../../../support/property.ts";

const TIMES = { durationMs: 15_000, renewDeadlineMs: 10_000, retryMs: 2_000 };

describe("several contenders for one Lease, with bad networks", () => {
  for (let seed = FUZZ_SEED; seed < FUZZ_SEED + 25; seed += 1) {
    it(`never has two leaders, and always has one again when the network is well (seed ${seed})`, async () => {
      const random = generator(seed);
      const clock = fakeClock();
      const server = leaseServer();
      const contenders = ["a", "b", "c"].map((name) => contender(name, clock, server, random));
      for (let step = 0; step < 400; step += 1) {
        for (const one of contenders) {
          if (random() < 0.02) {
            one.net.mode = pick(random, ["well", "well", "dead", "lossy", "slow", "deaf"]);
          }
        }
        await clock.advance(250 + Math.floor(random() * 500));
        const leading = contenders.filter((one) => one.isWorking);
        assert.ok(leading.length <= 1, `${leading.map(({ name }) => name).join(" and ")} at ${clock.now()}`);
      }
      contenders.forEach((one) => {
        one.net.mode = "well";
      });
      await advance(clock, 60_000);
      assert.equal(contenders.filter((one) => one.isWorking).length, 1);
      for (const one of contenders) {
        one.stop.abort();
      }
      await advance(clock, 30_000);
      await Promise.all(contenders.map(({ running }) => running));
      assert.equal(textAt(server.object(), "spec", "holderIdentity"), "", "released at the end");
    });
  }

  it("stops within the renew deadline of the last renewal when every request hangs", async () => {
    const clock = fakeClock();
    const one = contender("a", clock, leaseServer(), () => 0);
    await advance(clock, 1_000);
    assert.ok(one.isWorking);
    one.net.mode = "hangs";
    await advance(clock, 8_500);
    assert.ok(one.isWorking);
    await advance(clock, 1_000);
    assert.equal(one.isWorking, false);
    one.stop.abort();
    await advance(clock, 30_000);
    await one.running;
  });

  it("begins no work while another process has the Lease, and leaves no listener after its own work", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const [first, second] = ["a", "b"].map((name) => contender(name, clock, server, () => 0));
    assert.ok(first && second);
    const listeners = (): readonly number[] =>
      [first, second].map(({ stop }) => getEventListeners(stop.signal, "abort").length);
    await advance(clock, 20_000);
    assert.deepEqual([first.begins, second.begins], [1, 0]);
    assert.deepEqual(listeners(), [1, 1], "the end of the work, and of the wait for the Lease");
    first.net.mode = "dead";
    await advance(clock, 60_000);
    first.net.mode = "well";
    await advance(clock, 20_000);
    assert.deepEqual([first.begins, second.begins], [1, 1]);
    assert.deepEqual(listeners(), [1, 1]);
    [first, second].forEach(({ stop }) => stop.abort());
    await advance(clock, 30_000);
    await Promise.all([first.running, second.running]);
  });

  it("reports the time without a Lease from the renew deadline on", async () => {
    const clock = fakeClock();
    const { lease, stop, running, net } = contender("a", clock, leaseServer(), () => 0);
    net.mode = "dead";
    await advance(clock, TIMES.renewDeadlineMs - 1);
    assert.equal(lease.awayMs(), 0);
    await clock.advance(1);
    assert.equal(lease.awayMs(), TIMES.renewDeadlineMs);
    stop.abort();
    await advance(clock, 30_000);
    await running;
  });

  it("reports for how long no Lease has been seen: to the leader, to a contender, and after the return", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const contenders = ["a", "b"].map((name) => contender(name, clock, server, () => 0));
    const away = (): readonly number[] => contenders.map(({ lease }) => Math.floor(lease.awayMs() / 1_000));
    await advance(clock, 60_000);
    assert.deepEqual(away(), [0, 0]);
    for (const mode of ["dead", "hangs"] as const) {
      contenders.forEach((one) => (one.net.mode = mode));
      await advance(clock, 9_000);
      assert.ok(
        contenders.every(({ lease }) => lease.awayMs() <= 11_000),
        "the last attempt before can be 2 s old",
      );
      await advance(clock, 20_000);
      assert.ok(
        away().every((seconds) => seconds >= 29 && seconds <= 31),
        `${mode}: ${away().join()} s`,
      );
      contenders.forEach((one) => (one.net.mode = "well"));
      await advance(clock, 8_000);
      assert.deepEqual(away(), [0, 0], mode);
    }
    contenders.forEach(({ stop }) => stop.abort());
    await advance(clock, 30_000);
    await Promise.all(contenders.map(({ running }) => running));
  });

  it("counts from the end of the Lease if its holder is gone and no process may write", async () => {
    const clock = fakeClock();
    const server = leaseServer();
    const [first, second] = ["a", "b"].map((name) => contender(name, clock, server, () => 0));
    assert.ok(first && second);
    await advance(clock, 10_000);
    first.net.mode = "dead";
    second.net.mode = "readonly";
    await advance(clock, 15_000);
    assert.equal(second.lease.awayMs(), 0, "the Lease of the other process can still be valid");
    await advance(clock, 30_000);
    assert.ok(second.lease.awayMs() >= 25_000 && second.lease.awayMs() <= 33_000, `${second.lease.awayMs()} ms`);
    for (const { stop } of [first, second]) {
      stop.abort();
    }
    await advance(clock, 60_000);
    await Promise.all([first.running, second.running]);
  });
});

type Mode = "readonly" | "well" | "dead" | "lossy" | "slow" | "deaf" | "hangs";

interface Contender {
  readonly name: string;
  readonly net: { mode: Mode };
  readonly lease: Lease;
  readonly stop: AbortController;
  readonly running: Promise<void>;
  readonly isWorking: boolean;
  /** How often its work began. */
  readonly begins: number;
}

function contender(name: string, clock: FakeClock, server: LeaseServer, random: () => number): Contender {
  const net: { mode: Mode } = { mode: "well" };
  const stop = new AbortController();
  let isWorking = false;
  let begins = 0;
  const lease = createLease(
    {
      transport: lossyTransport(clock, server, net, random),
      clock,
      // Wall-clocks that are far apart must not matter.
      wallNow: () => clock.now() + (name === "a" ? 0 : 3_600_000),
      random,
      log: silentLogger,
    },
    { namespace: "n", name: "l", identity: name, times: TIMES },
  );
  const running = lease.run(async (signal) => {
    isWorking = true;
    begins += 1;
    await clock.sleep(1e12, signal).catch(() => undefined);
    isWorking = false;
  }, stop.signal);
  return {
    name,
    net,
    lease,
    stop,
    running,
    get isWorking() {
      return isWorking;
    },
    get begins() {
      return begins;
    },
  };
}

interface LeaseServer {
  handle(request: KubeRequest): KubeResult;
  object(): unknown;
}

/** A Lease with the compare-and-swap of the apiserver. */
function leaseServer(): LeaseServer {
  let stored: unknown;
  let version = 0;
  const store = (body: unknown): KubeResult => {
    version += 1;
    const metadata = { name: "l", namespace: "n", uid: "u", resourceVersion: String(version) };
    stored = { ...(isObject(body) ? body : {}), metadata };
    return { kind: "ok", status: 200, body: stored };
  };
  const refuse = (code: number): KubeResult => ({
    kind: "status",
    code,
    reason: "",
    message: "",
    retryAfterMs: undefined,
    causes: [],
  });
  return {
    object: () => stored,
    handle: ({ method, body }) => {
      if (method === "POST") {
        return stored === undefined ? store(body) : refuse(409);
      }
      if (stored === undefined) {
        return refuse(404);
      }
      const isCurrent = memberAt(body, "metadata", "resourceVersion") === String(version);
      return method === "GET" ? { kind: "ok", status: 200, body: stored } : isCurrent ? store(body) : refuse(409);
    },
  };
}

function lossyTransport(
  clock: FakeClock,
  server: LeaseServer,
  net: { readonly mode: Mode },
  random: () => number,
): Transport {
  const unreachable = { kind: "unreachable", message: "lost" } as const;
  return {
    request: async (request, signal) => {
      const { mode } = net;
      const timeoutMs = request.timeoutMs ?? 15_000;
      if (mode === "hangs" || mode === "dead") {
        await clock.sleep(mode === "hangs" ? timeoutMs : 10, signal);
        return unreachable;
      }
      await clock.sleep(mode === "slow" ? random() * 4_000 : random() * 20, signal);
      if ((mode === "lossy" && random() < 0.5) || (mode === "readonly" && request.method !== "GET")) {
        return unreachable;
      }
      const result = server.handle(request);
      // Taken by the server, but the answer never comes: the worst case for a compare-and-swap.
      const isDeaf = mode === "deaf" && random() < 0.5;
      await clock.sleep(isDeaf ? timeoutMs : mode === "slow" ? random() * 4_000 : random() * 20, signal);
      return isDeaf ? unreachable : result;
    },
    stream: () => Promise.resolve(unreachable),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function advance(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    await clock.advance(Math.min(500, left));
  }
}

/** Mulberry32: the same sequence for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick(random: () => number, modes: readonly Mode[]): Mode {
  return modes[Math.floor(random() * modes.length)] ?? "well";
}
