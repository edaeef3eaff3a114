import { join } from "node:path";
import { startCoreDns } from "../support/coredns.ts";
import { probeDns, type DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { startKnot } from "../support/knot.ts";
import { startNsd } from "../support/nsd.ts";
import { startPdns } from "../support/pdns.ts";
import { startProcess, untilReady } from "../support/process.ts";
import { startUnbound } from "../support/unbound.ts";
import { addressZone, aliasZone, DOMAIN, TARGET_DOMAIN } from "./responder-names.ts";

/** One server under the same questions. */
export interface Contender extends AsyncDisposable, DnsEndpoint {
  readonly who: string;
  pid(): number;
}

export type Open = (names: number) => Promise<Contender>;

export const OPENERS: Readonly<Record<string, Open>> = {
  "dnsalias, 1 worker": (names) => openOurs(names, 1),
  "dnsalias, 2 workers": (names) => openOurs(names, 2),
  NSD: async (names) => named("NSD", await startNsd({ zones: { [DOMAIN]: addressZone(names) } })),
  Knot: async (names) => named("Knot", await startKnot({ zones: { [DOMAIN]: addressZone(names) } })),
  "CoreDNS file": openCoreDns,
  "PowerDNS ALIAS": openPowerDns,
};

async function openOurs(names: number, workers: number): Promise<Contender> {
  const host = "127.0.0.1";
  const port = await freePort(host);
  const component = "responder";
  const child = startProcess({
    component,
    command: process.execPath,
    args: [join(import.meta.dirname, "responder-server.ts"), String(names), String(workers), host, String(port)],
  });
  await untilReady(child, { component, deadlineMs: 60_000, probe: () => probeDns({ host, port }) });
  const who = `dnsalias, ${workers} ${workers === 1 ? "worker" : "workers"}`;
  return { who, host, port, pid: () => child.pid, [Symbol.asyncDispose]: () => child.stop() };
}

function named(who: string, server: DnsEndpoint & AsyncDisposable & { pid(): number }): Contender {
  const { host, port } = server;
  return { who, host, port, pid: () => server.pid(), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function openCoreDns(names: number): Promise<Contender> {
  const corefile = `${DOMAIN} {\n  bind {$DNS_HOST}\n  file db.zone\n}\n`;
  return named("CoreDNS file", await startCoreDns({ corefile, files: { "db.zone": addressZone(names) } }));
}

/** Its caches are on, as its own defaults have them; the targets are at NSD, behind Unbound. */
async function openPowerDns(names: number): Promise<Contender> {
  const targets = await startNsd({ zones: { [TARGET_DOMAIN]: addressZone(names) } });
  const resolver = await startUnbound({
    stubs: [{ zone: TARGET_DOMAIN, servers: [targets] }],
    moreServer: "msg-cache-size: 128m\n  rrset-cache-size: 256m",
  });
  const pdns = await startPdns({
    zones: { [DOMAIN]: aliasZone(names) },
    moreConfig: `expand-alias=yes\nresolver=${resolver.host}:${resolver.port}\ncache-ttl=20\nnegquery-cache-ttl=60\nquery-cache-ttl=20\nmax-cache-entries=1000000\nmax-packet-cache-entries=1000000`,
  });
  return {
    ...named("PowerDNS ALIAS", pdns),
    [Symbol.asyncDispose]: async () => {
      await pdns[Symbol.asyncDispose]();
      await resolver[Symbol.asyncDispose]();
      await targets[Symbol.asyncDispose]();
    },
  };
}
