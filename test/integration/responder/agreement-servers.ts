import { systemClock } from "../../../src/base/clock.ts";
import { FAMILIES } from "../../../src/dns/record.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { dig } from "../../support/dig.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startKnot } from "../../support/knot.ts";
import { startNsd } from "../../support/nsd.ts";
import { aliasNames, liveAnswer, peerZoneTexts, servedZones } from "./agreement-zone.ts";
import { openPool, sourceOf } from "./scene.ts";

export const PEERS = ["coredns", "knot", "nsd"] as const;
export type Peer = (typeof PEERS)[number];

/** The peers with the whole zone, and ours with aliases in it. */
export interface AgreementServers extends AsyncDisposable {
  readonly ours: DnsEndpoint;
  readonly peers: Readonly<Record<Peer, DnsEndpoint>>;
}

export async function startAgreementServers(): Promise<AgreementServers> {
  await using started = new AsyncDisposableStack();
  const zones = peerZoneTexts();
  const ours = started.use(await startOurs());
  const coredns = started.use(await startCoreDns({ corefile: corefileOf(Object.keys(zones)), files: zones }));
  const knot = started.use(await startKnot({ zones }));
  const nsd = started.use(await startNsd({ zones }));
  const all = started.move();
  return { ours, peers: { coredns, knot, nsd }, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Each zone in the file of its name. */
function corefileOf(domains: readonly string[]): string {
  return domains.map((domain) => `${domain} {\n  bind {$DNS_HOST}\n  file ${domain}\n}\n`).join("");
}

export type OurServer = DnsEndpoint & AsyncDisposable;

/**
 * The responder with the zone of agreement-zone.ts and live answers for its aliases. Each has been asked for once: additional addresses are those that are
 * there.
 */
export async function startOurs(): Promise<OurServer> {
  const source = sourceOf(({ name, family }) => liveAnswer(name, family, systemClock.now()));
  await using started = new AsyncDisposableStack();
  const server = started.use(await openPool(servedZones(), { source }));
  for (const name of aliasNames()) {
    await Promise.all(FAMILIES.map((family) => dig(server, name, family)));
  }
  const all = started.move();
  return { host: server.host, port: server.port, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
