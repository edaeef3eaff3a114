import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import { freePort } from "../support/free-port.ts";
import { addressesOf, ask, inlineZone, responderGives, startResponderLab } from "./responder-lab.ts";

const NAME = "switched.example";
const MAIN = "127.4.0.1";
const SECOND = "127.4.0.2";
const LEAST_TTL_MS = 5_000;

function aliasOf(port: number): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name: "shop", namespace: "web" },
    spec: {
      hostnames: [NAME],
      selection: "Failover",
      targets: [
        { name: "main", addresses: [MAIN] },
        { name: "second", addresses: [SECOND] },
      ],
      healthCheck: { tcpSocket: { port }, period: "5s", timeout: "1s" },
    },
  });
}

async function listen(host: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.destroy()).listen(port, host);
  await once(server, "listening");
  return server;
}

interface Sample {
  readonly at: number;
  readonly addresses: readonly string[];
  readonly ttlMs: number;
}

test(
  "no answer with a dead target outlives the switch by more than the least TTL, whenever a client queries",
  { skip: skipWithout("dig") },
  async () => {
    const port = await freePort(MAIN);
    const [main, second] = await Promise.all([listen(MAIN, port), listen(SECOND, port)]);
    await using cleanUp = new AsyncDisposableStack();
    cleanUp.defer(() => void second.close());
    cleanUp.defer(() => void main.close());
    const lab = await startResponderLab({
      resolvers: [{ host: "127.0.0.1", port: 9 }],
      manifests: [inlineZone(NAME, { tenants: { privateAddresses: "Allow" } }), aliasOf(port)],
      moreArgs: ["--health-check-allow=127.4.0.0/24"],
    });
    cleanUp.use(lab);
    await responderGives(lab.dns, NAME, [MAIN]);
    const samples: Sample[] = [];
    const stop = new AbortController();
    const sampling = (async () => {
      while (!stop.signal.aborted) {
        const at = performance.now();
        const reply = await ask(lab.dns, NAME);
        samples.push({ at, addresses: addressesOf(reply), ttlMs: (reply.answer[0]?.ttl ?? 0) * 1_000 });
        await delay(100);
      }
    })();
    cleanUp.defer(async () => {
      stop.abort();
      await sampling;
    });
    await waitFor("TTLs above the least one", () => assert.ok(samples.some(({ ttlMs }) => ttlMs > LEAST_TTL_MS)));
    main.close();
    const isSwitched = ({ addresses }: Sample): boolean => addresses.includes(SECOND);
    await waitFor("the switch", () => assert.ok(samples.some(isSwitched)), { withinMs: 60_000 });
    stop.abort();
    await sampling;
    const old = samples.filter(({ addresses }) => addresses.includes(MAIN));
    const lastEnd = Math.max(...old.map(({ at, ttlMs }) => at + ttlMs));
    const switchedAt = samples.find(isSwitched)?.at ?? 0;
    assert.ok(lastEnd - switchedAt <= LEAST_TTL_MS, `${Math.round(lastEnd - switchedAt)} ms after the switch`);
    assert.ok(
      old.every(({ ttlMs }) => ttlMs >= LEAST_TTL_MS && ttlMs <= 15_000),
      "no TTL outlives three checks",
    );
    assert.ok(samples.every(({ addresses }) => addresses.length === 1));
  },
);
