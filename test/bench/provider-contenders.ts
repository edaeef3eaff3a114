import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { systemClock } from "../../src/base/clock.ts";
import { listAt, memberAt, numberAt, textAt } from "../../src/base/json.ts";
import { displayName, parseName, type Name } from "../../src/dns/name/name.ts";
import type { RRset } from "../../src/dns/record.ts";
import type { RecordBackend } from "../../src/providers/backend.ts";
import { createCoreDNSEtcdBackend } from "../../src/providers/coredns-etcd/coredns-etcd.ts";
import { createWebhookBackend } from "../../src/providers/external-dns-webhook/webhook.ts";
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
import { zoneText } from "../support/zone-text.ts";

export const DOMAIN = parseName("example.com");

/** One program at work on a server: gives names another address, as its controller does it: reads, then writes what differs. */
export interface Contender {
  readonly who: string;
  readonly move: (names: readonly Name[], address: string) => Promise<void>;
}

/** A server with those that are measured on it, one after the other in each round. */
export interface Arena extends AsyncDisposable {
  readonly server: string;
  readonly contenders: readonly Contender[];
  /** Requests that have reached the server since its start. */
  requests(): Promise<number>;
}

/** The names, each with the address that the first round changes. */
export type Openers = readonly ((names: readonly Name[], address: string) => Promise<Arena>)[];

export const OPENERS: Openers = [openBind, openPowerDNS, openEtcd, openWebhook];

const API_KEY = "k3y-of-the-benchmark";
const FOREVER = new AbortController().signal;

async function openBind(names: readonly Name[], address: string): Promise<Arena> {
  const key: ToolKey = { name: "bench", algorithm: "hmac-sha256", secret: randomBytes(32).toString("base64") };
  const statisticsPort = await freePort();
  const bind = await startBind({
    zones: { "example.com": zoneOf(names, address) },
    moreConfig: `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };
statistics-channels { inet 127.0.0.1 port ${statisticsPort} allow { 127.0.0.1; }; };`,
    moreZone: `allow-update { key "${key.name}"; };`,
  });
  const { host, port } = bind;
  const provider = { kind: "rfc2136", host, port, key } as const;
  const webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
  const client = createExchange();
  const ours = createRfc2136Backend({
    spec: {
      servers: [{ address: host, port }],
      read: "Axfr",
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
    contenders: [backendContender("dnsalias rfc2136", ours), peerContender("ExternalDNS rfc2136", webhook.url)],
    requests: async () => {
      const response = await fetch(`http://127.0.0.1:${statisticsPort}/json/v1/server`);
      const opcodes = memberAt(await response.json(), "opcodes");
      return (numberAt(opcodes, "QUERY") ?? 0) + (numberAt(opcodes, "UPDATE") ?? 0);
    },
    [Symbol.asyncDispose]: () => disposeAll(client, webhook, bind),
  };
}

async function openPowerDNS(names: readonly Name[], address: string): Promise<Arena> {
  const pdns = await startPdns({ apiKey: API_KEY, zones: { "example.com": zoneOf(names, address) } });
  const proxy = await startFaultProxy({ upstream: pdns.apiUrl });
  const provider = { kind: "pdns", url: proxy.url, apiKey: API_KEY } as const;
  const webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
  const http = createHttpClient({ clock: systemClock });
  const ours = createPowerDNSBackend({
    spec: { url: proxy.url, serverId: "localhost", apiKeyRef: { name: "pdns", key: "api-key" } },
    domain: DOMAIN,
    apiKey: () => Promise.resolve({ kind: "ok", text: API_KEY }),
    http,
    clock: systemClock,
  });
  return {
    server: "PowerDNS",
    contenders: [backendContender("dnsalias powerDNS", ours), peerContender("ExternalDNS pdns", webhook.url)],
    requests: () => Promise.resolve(proxy.seen.length),
    [Symbol.asyncDispose]: () => disposeAll(http, webhook, proxy, pdns),
  };
}

/** Each side has its own part of the same etcd. */
async function openEtcd(names: readonly Name[], address: string): Promise<Arena> {
  const etcd = await startEtcd();
  const provider = { kind: "coredns", etcdUrl: etcd.clientUrl } as const;
  const webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider });
  const http = createHttpClient({ clock: systemClock });
  const ours = createCoreDNSEtcdBackend({
    spec: { endpoints: [etcd.clientUrl], pathPrefix: "/dnsalias" },
    domain: DOMAIN,
    password: undefined,
    http,
  });
  const create = names.map((name) => ({ ...endpointOf(name, address), labels: {} }));
  await post(webhook.url, "/records", { create });
  return {
    server: "etcd",
    contenders: [backendContender("dnsalias coreDNSEtcd", ours), peerContender("ExternalDNS coredns", webhook.url)],
    requests: async () => {
      const text = await (await fetch(`${etcd.clientUrl}/metrics`)).text();
      const counts = text.matchAll(/^grpc_server_started_total\{.*grpc_service="etcdserverpb\.KV".*\} (\d+)$/gm);
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    [Symbol.asyncDispose]: () => disposeAll(http, webhook, etcd),
  };
}

/** Both sides are clients here; what the provider behind it costs is the same for both. */
async function openWebhook(names: readonly Name[], address: string): Promise<Arena> {
  const webhook = await startExternalDnsWebhook({ zones: ["example.com"], provider: { kind: "inmemory" } });
  const proxy = await startFaultProxy({ upstream: webhook.url });
  const http = createHttpClient({ clock: systemClock });
  const ours = createWebhookBackend({ spec: { url: proxy.url }, domain: DOMAIN, http, clock: systemClock });
  const create = names.map((name) => ({ ...endpointOf(name, address), labels: {} }));
  await post(webhook.url, "/records", { create });
  return {
    server: "webhook (inmemory)",
    contenders: [
      backendContender("dnsalias externalDNSWebhook", ours),
      peerContender("the requests of ExternalDNS's controller", proxy.url),
    ],
    requests: () => Promise.resolve(proxy.seen.length),
    [Symbol.asyncDispose]: () => disposeAll(http, proxy, webhook),
  };
}

function backendContender(who: string, backend: RecordBackend): Contender {
  return {
    who,
    move: async (names, address) => {
      const read = await backend.read(names, FOREVER);
      assert.ok(read.kind === "ok", JSON.stringify(read));
      const standing = new Map(read.sets.filter(({ type }) => type === "A").map((set) => [set.name, set]));
      const changes = names.map((name) => ({ before: standing.get(name), after: setOf(name, address) }));
      const result = await backend.apply({ changes }, FOREVER);
      assert.ok(result.kind === "applied" && result.wrote, JSON.stringify(result));
    },
  };
}

/** What ExternalDNS's controller sends to a provider in one round: list, adjust, apply. */
function peerContender(who: string, url: string): Contender {
  return {
    who,
    move: async (names, address) => {
      const response = await fetch(`${url}/records`, { headers: { accept: MEDIA_TYPE } });
      const listed = new Map(
        listAt({ list: await response.json() }, "list")
          .filter((entry) => textAt(entry, "recordType") === "A")
          .map((entry) => [textAt(entry, "dnsName"), entry]),
      );
      const wanted = names.map((name) => endpointOf(name, address));
      await post(url, "/adjustendpoints", wanted);
      await post(url, "/records", {
        updateOld: names.map((name) => listed.get(displayName(name))),
        updateNew: wanted.map((endpoint) => ({ ...endpoint, labels: {} })),
      });
    },
  };
}

const MEDIA_TYPE = "application/external.dns.webhook+json;version=1";

async function post(url: string, path: string, body: unknown): Promise<void> {
  const headers = { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE };
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  await response.text();
  assert.ok(response.ok, `${path} answers ${response.status}`);
}

function endpointOf(name: Name, address: string): Readonly<Record<string, unknown>> {
  return { dnsName: displayName(name), recordType: "A", targets: [address], recordTTL: 60 };
}

function setOf(name: Name, address: string): RRset {
  return { name, type: "A", ttl: 60, data: [address] };
}

function zoneOf(names: readonly Name[], address: string): string {
  return zoneText(names.map((name) => `${name} 60 A ${address}`));
}

async function disposeAll(...parts: readonly AsyncDisposable[]): Promise<void> {
  for (const part of parts) {
    await part[Symbol.asyncDispose]();
  }
}
