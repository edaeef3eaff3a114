import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { after, before, describe, it } from "node:test";
import { textAt } from "../../../src/base/json.ts";
import { LEASES, pathOf } from "../../../src/kube/client/resource.ts";
import { MERGE_PATCH, type Transport } from "../../../src/kube/client/transport.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { ok, openTransport, readObject, startCluster, until } from "./fixture.ts";
import { faultyTransport } from "./faulty-transport.ts";
import { contend, CONTENDER, leaseOf, TIMES } from "./lease-contender.ts";

describe("a Lease at a real apiserver", { skip: skipWithout("kube-apiserver", "etcd", "kubectl") }, () => {
  let server: KubeApiserver;
  let transport: Transport;
  before(async () => {
    server = await startCluster();
    transport = await openTransport(server.kubeconfig);
  });
  after(async () => {
    await transport[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const holderOf = async (name: string) =>
    textAt(await readObject(transport, LEASES, "dns-system", name), "spec", "holderIdentity");

  it("has one leader of two contenders, and the other at once after a stop", async () => {
    const log: string[] = [];
    await using a = contend(transport, "stop", "a", log);
    await until("a leads", () => log.includes("a leads"));
    await using b = contend(transport, "stop", "b", log);
    await delay(TIMES.durationMs + 1_000);
    assert.deepEqual(log, ["a leads"]);
    assert.equal(await holderOf("stop"), "a");
    const stoppedAt = performance.now();
    await a.stop();
    await until("b leads", () => log.includes("b leads"));
    assert.ok(performance.now() - stoppedAt < 2_000, "a released Lease is not waited out");
    assert.deepEqual(log, ["a leads", "a ends", "b leads"]);
    await b.stop();
    assert.equal(await holderOf("stop"), "");
  });

  it("is taken over from a leader that was killed, not before the Lease has run out", async () => {
    const child = fork(CONTENDER, [server.kubeconfig, "killed"], { stdio: "inherit" });
    await once(child, "message");
    const log: string[] = [];
    await using b = contend(transport, "killed", "b", log);
    await delay(1_000);
    const killedAt = performance.now();
    child.kill("SIGKILL");
    await until("b leads", () => log.includes("b leads"));
    const tookMs = performance.now() - killedAt;
    const least = TIMES.durationMs - TIMES.retryMs * 1.5;
    assert.ok(tookMs >= least && tookMs < TIMES.durationMs + 2_500, `took over after ${Math.round(tookMs)} ms`);
    assert.equal(b.lease.isLeading(), true);
  });

  it("stops leading before another can have it when the apiserver is out of reach, and leads again later", async () => {
    const log: string[] = [];
    const faulty = faultyTransport(transport);
    await using a = contend(faulty, "cut", "a", log);
    await until("a leads", () => log.includes("a leads"));
    await using b = contend(transport, "cut", "b", log);
    await delay(500);
    faulty.cut();
    await until("b leads", () => log.includes("b leads"));
    assert.deepEqual(log, ["a leads", "a ends", "b leads"], "a ended before b began");
    assert.equal(a.lease.isLeading(), false);
    faulty.mend();
    await b.stop();
    await until("a leads again", () => log.filter((line) => line === "a leads").length === 2);
  });

  it("stops at once when someone else's name is in it", async () => {
    const log: string[] = [];
    await using a = contend(transport, "stolen", "a", log);
    await until("a leads", () => log.includes("a leads"));
    await ok(transport, {
      method: "PATCH",
      path: pathOf(LEASES, { namespace: "dns-system", name: "stolen" }),
      contentType: MERGE_PATCH,
      body: { spec: { holderIdentity: "thief" } },
    });
    const stolenAt = performance.now();
    await until("a ends", () => log.includes("a ends"));
    assert.ok(performance.now() - stolenAt < TIMES.renewDeadlineMs, "at the next renewal");
    assert.equal(a.lease.isLeading(), false);
  });

  it("keeps the Lease while the work comes to its end, and releases it after", async () => {
    const stop = new AbortController();
    const lease = leaseOf(transport, "drain", "a");
    let holderWhileDraining = "";
    const running = lease.run(async (signal) => {
      await until("told to stop", () => signal.aborted);
      await delay(TIMES.durationMs + 500);
      holderWhileDraining = await holderOf("drain");
    }, stop.signal);
    await until("leading", () => lease.isLeading());
    stop.abort();
    await running;
    assert.equal(holderWhileDraining, "a");
    assert.equal(await holderOf("drain"), "");
  });

  it("hands on what the work throws, with the Lease released", async () => {
    const lease = leaseOf(transport, "throws", "a");
    await assert.rejects(
      lease.run(() => Promise.reject(new Error("work failed")), new AbortController().signal),
      /work failed/,
    );
    assert.equal(await holderOf("throws"), "");
  });
});
