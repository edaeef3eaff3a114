import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { systemClock } from "../../src/base/clock.ts";
import { memberAt, numberAt } from "../../src/base/json.ts";
import { parseName } from "../../src/dns/name/name.ts";
import type { RecordBackend } from "../../src/providers/backend.ts";
import { createCoreDNSEtcdBackend } from "../../src/providers/coredns-etcd/coredns-etcd.ts";
import { createWebhookBackend } from "../../src/providers/external-dns-webhook/webhook.ts";
import { owned } from "../../src/providers/ownership/owned.ts";
import { createPowerDNSBackend } from "../../src/providers/powerdns/powerdns.ts";
import { createRfc2136Backend } from "../../src/providers/rfc2136/rfc2136.ts";
import { createExchange } from "../../src/transport/client/exchange-by-protocol.ts";
import { createHttpClient } from "../../src/transport/http-client.ts";
import { createTransfer } from "../../src/transport/client/zone-transfer.ts";
import { startBind } from "../support/bind.ts";
import { startEtcd } from "../support/etcd.ts";
import { startExternalDnsWebhook } from "../support/external-dns-webhook.ts";
import { startFaultProxy } from "../support/fault-proxy.ts";
import { freePort } from "../support/free-port.ts";
import type { ToolKey } from "../support/nsupdate.ts";
import { startPdns } from "../support/pdns.ts";
import { converge, labZone, zoneFileSpec } from "../support/provider-lab.ts";
import { zoneText } from "../support/zone-text.ts";
import { tlsOf } from "../support/tls-source.ts";

/** Each side has a zone of its own on the same server. */
const OURS = "example.com";
const THEIRS = "example.net";
const DOMAIN = parseName(OURS);

/**
 * One program at work on a server: gives so many names another address, as its controller does it: reads, then writes what differs. Returns the milliseconds that
 * it took in its own process.
 */
export interface Contender {
  readonly who: string;
  readonly move: (address: string) => Promise<number>;
}

/** A server with those that are measured on it, one after the other in each round. */
export interface Arena extends AsyncDisposable {
  readonly server: string;
  readonly ours: Contender;
  readonly theirs: Contender;
  /** Requests that have reached the server since its start. */
  requests(): Promise<number>;
}

/** By the number of names. They are there after the first move. */
export type Openers = readonly ((names: number) => Promise<Arena>)[];

export const OPENERS: Openers = [openBind, openPowerDNS, openEtcd, openWebhook];

const API_KEY = "k3y-of-the-benchmark";

async function openBind(names: number): Promise<Arena> {
  const key: ToolKey = { name: "bench", algorithm: "hmac-sha256", secret: randomBytes(32).toString("base64") };
  const statisticsPort = await freePort();
  const bind = await startBind({
    zones: ZONES,
    moreConfig: `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };
statistics-channels { inet 127.0.0.1 port ${statisticsPort} allow { 127.0.0.1; }; };`,
    moreZone: `allow-update { key "${key.name}"; };`,
  });
  const { host, port } = bind;
  const provider = { kind: "rfc2136", host, port, key } as const;
  const webhook = await startExternalDnsWebhook({ zones: [THEIRS], provider, moves: true });
  const client = createExchange();
  const ours = createRfc2136Backend({
    spec: {
      servers: [{ address: host, port }],
      read: "AXFR",
      tsig: { keyName: parseName(key.name), algorithm: "hmac-sha256", secretRef: { name: "tsig", key: "secret" } },
    },
    domain: DOMAIN,
    secret: () => Promise.resolve({ kind: "ok", text: key.secret }),
    exchange: client.exchange,
    transfer: createTransfer(),
    clock: { now: () => Date.now() },
    randomBytes,
  });
  return {
    server: "BIND",
    ours: backendContender("dnsalias rfc2136", ours, names),
    theirs: peerContender("ExternalDNS rfc2136", webhook.url, names),
    requests: async () => {
      const response = await fetch(`http://127.0.0.1:${statisticsPort}/json/v1/server`);
      const opcodes = memberAt(await response.json(), "opcodes");
      return (numberAt(opcodes, "QUERY") ?? 0) + (numberAt(opcodes, "UPDATE") ?? 0);
    },
    [Symbol.asyncDispose]: () => disposeAll(client, webhook, bind),
  };
}

async function openPowerDNS(names: number): Promise<Arena> {
  const pdns = await startPdns({ apiKey: API_KEY, zones: ZONES });
  const proxy = await startFaultProxy({ upstream: pdns.apiUrl });
  const provider = { kind: "pdns", url: proxy.url, apiKey: API_KEY } as const;
  const webhook = await startExternalDnsWebhook({ zones: [THEIRS], provider, moves: true });
  const http = createHttpClient({ clock: systemClock });
  const ours = createPowerDNSBackend({
    spec: { url: proxy.url, serverId: "localhost", apiKeyRef: { name: "pdns", key: "api-key" } },
    domain: DOMAIN,
    apiKey: () => Promise.resolve({ kind: "ok", text: API_KEY }),
    tls: tlsOf(),
    http,
    clock: systemClock,
  });
  return {
    server: "PowerDNS",
    ours: backendContender("dnsalias powerDNS", ours, names),
    theirs: peerContender("ExternalDNS pdns", webhook.url, names),
    requests: () => Promise.resolve(proxy.seen.length),
    [Symbol.asyncDispose]: () => disposeAll(http, webhook, proxy, pdns),
  };
}

/** Each side has its own part of the same etcd. */
async function openEtcd(names: number): Promise<Arena> {
  const etcd = await startEtcd();
  const provider = { kind: "coredns", etcdUrl: etcd.clientUrl } as const;
  const webhook = await startExternalDnsWebhook({ zones: [THEIRS], provider, moves: true });
  const http = createHttpClient({ clock: systemClock });
  const ours = createCoreDNSEtcdBackend({
    spec: { endpoints: [etcd.clientUrl], pathPrefix: "/dnsalias" },
    domain: DOMAIN,
    password: undefined,
    tls: tlsOf(),
    http,
  });
  return {
    server: "etcd",
    ours: backendContender("dnsalias coreDNSEtcd", ours, names),
    theirs: peerContender("ExternalDNS coredns", webhook.url, names),
    requests: async () => {
      const text = await (await fetch(`${etcd.clientUrl}/metrics`)).text();
      const counts = text.matchAll(/^grpc_server_started_total\{.*grpc_service="etcdserverpb\.KV".*\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    [Symbol.asyncDispose]: () => disposeAll(http, webhook, etcd),
  };
}

/** Both sides are clients here; what the provider behind it costs is the same for both. */
async function openWebhook(names: number): Promise<Arena> {
  const webhook = await startExternalDnsWebhook({ zones: [OURS, THEIRS], provider: { kind: "inmemory" } });
  const proxy = await startFaultProxy({ upstream: webhook.url });
  const provider = { kind: "webhook", webhookUrl: proxy.url } as const;
  const client = await startExternalDnsWebhook({ zones: [THEIRS], provider, moves: true });
  const http = createHttpClient({ clock: systemClock });
  const ours = createWebhookBackend({
    spec: { url: proxy.url },
    domain: DOMAIN,
    http,
    tls: tlsOf(),
    clock: systemClock,
  });
  return {
    server: "webhook (inmemory)",
    ours: backendContender("dnsalias externalDNSWebhook", ours, names),
    theirs: peerContender("ExternalDNS webhook", client.url, names),
    requests: () => Promise.resolve(proxy.seen.length),
    [Symbol.asyncDispose]: () => disposeAll(http, client, proxy, webhook),
  };
}

/** As the controller uses a backend: with owner markers. */
function backendContender(who: string, backend: RecordBackend, names: number): Contender {
  // the provider in this object isn't read: the backend is made already
  const provider = owned(backend, { zone: labZone(OURS, zoneFileSpec()), ownerId: "bench", clock: systemClock });
  return {
    who,
    move: async (address) => {
      const lines = Array.from({ length: names }, (_, index) => `n${index}.${OURS} 60 ${address}`);
      const startedAt = performance.now();
      const result = await converge(provider, ...lines);
      const tookMs = performance.now() - startedAt;
      assert.ok(result.kind === "applied" && result.wrote, JSON.stringify(result));
      return tookMs;
    },
  };
}

/** The provider code of ExternalDNS, called and timed in its own process. */
function peerContender(who: string, url: string, count: number): Contender {
  const names = Array.from({ length: count }, (_, index) => `n${index}.${THEIRS}`);
  return {
    who,
    move: async (address) => {
      const response = await fetch(url, { method: "POST", body: JSON.stringify({ names, address }) });
      const text = await response.text();
      assert.ok(response.ok, `${who}: ${text}`);
      return Number(text);
    },
  };
}

const ZONES = { [OURS]: zoneText([]), [THEIRS]: zoneText([]) };

async function disposeAll(...parts: readonly AsyncDisposable[]): Promise<void> {
  for (const part of parts) {
    await part[Symbol.asyncDispose]();
  }
}
