import { startCoreDns } from "../support/coredns.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { startKnot } from "../support/knot.ts";
import { startNsd } from "../support/nsd.ts";
import { startPdns } from "../support/pdns.ts";
import { startUnbound } from "../support/unbound.ts";
import { startResponderProgram } from "./responder-program.ts";
import { addressZone, aliasZone, DOMAIN, TARGET_DOMAIN } from "./responder-names.ts";

/** One server under the same questions. */
export interface Contender extends AsyncDisposable, DnsEndpoint {
  readonly who: string;
  pid(): number;
}

export interface OpenOptions {
  readonly names: number;
  /** Where the server listens. */
  readonly host: string;
  /** The built program. */
  readonly main: string;
}

export type Open = (options: OpenOptions) => Promise<Contender>;

export const OURS = ["dnsalias, 1 worker", "dnsalias, 2 workers"] as const;

export const OPENERS: readonly Open[] = [
  (options) => openOurs(options, 1),
  (options) => openOurs(options, 2),
  async ({ names, host }) => named("NSD", await startNsd({ host, zones: { [DOMAIN]: addressZone(names) } })),
  async ({ names, host }) => named("Knot", await startKnot({ host, zones: { [DOMAIN]: addressZone(names) } })),
  openCoreDns,
  openPowerDns,
];

/** `dnsalias run` and PowerDNS have the same targets, at NSD behind Unbound. */
async function startTargets(names: number): Promise<AsyncDisposable & DnsEndpoint> {
  await using starting = new AsyncDisposableStack();
  const targets = starting.use(await startNsd({ zones: { [TARGET_DOMAIN]: addressZone(names) } }));
  const { host, port } = starting.use(
    await startUnbound({
      stubs: [{ zone: TARGET_DOMAIN, servers: [targets] }],
      moreServer: "msg-cache-size: 128m\n  rrset-cache-size: 256m",
    }),
  );
  const owned = starting.move();
  return { host, port, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

async function openOurs({ names, host, main }: OpenOptions, workers: 1 | 2): Promise<Contender> {
  await using starting = new AsyncDisposableStack();
  const resolver = starting.use(await startTargets(names));
  const program = starting.use(await startResponderProgram({ main, host, names, workers, resolver }));
  const owned = starting.move();
  return {
    who: OURS[workers - 1] ?? OURS[0],
    host,
    port: program.port,
    pid: () => program.pid,
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

function named(who: string, server: DnsEndpoint & AsyncDisposable & { pid(): number }): Contender {
  const { host, port } = server;
  return { who, host, port, pid: () => server.pid(), [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function openCoreDns({ names, host }: OpenOptions): Promise<Contender> {
  const corefile = `${DOMAIN} {\n  bind {$DNS_HOST}\n  file db.zone\n}\n`;
  return named("CoreDNS file", await startCoreDns({ host, corefile, files: { "db.zone": addressZone(names) } }));
}

/** Its caches are on, as its own defaults have them. */
async function openPowerDns({ names, host }: OpenOptions): Promise<Contender> {
  await using starting = new AsyncDisposableStack();
  const resolver = starting.use(await startTargets(names));
  const pdns = starting.use(
    await startPdns({
      host,
      zones: { [DOMAIN]: aliasZone(names) },
      moreConfig: `expand-alias=yes\nresolver=${resolver.host}:${resolver.port}\ncache-ttl=20\nnegquery-cache-ttl=60\nquery-cache-ttl=20\nmax-cache-entries=1000000\nmax-packet-cache-entries=1000000`,
    }),
  );
  const owned = starting.move();
  return { ...named("PowerDNS ALIAS", pdns), [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}
