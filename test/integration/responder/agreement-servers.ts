import { systemClock } from "../../../src/base/clock.ts";
import { decodeMessage } from "../../../src/dns/decode.ts";
import { encodeMessage } from "../../../src/dns/encode.ts";
import { RCODE } from "../../../src/dns/types.ts";
import { answer } from "../../../src/responder/answer.ts";
import { buildZoneView } from "../../../src/responder/zone-view.ts";
import { zonesOf } from "../../../src/responder/zones.ts";
import { listen } from "../../../src/transport/listen.ts";
import { responseTo, udpSize } from "../../lab/name-server.ts";
import { startCoreDns } from "../../support/coredns.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startKnot } from "../../support/knot.ts";
import { startNsd } from "../../support/nsd.ts";
import { DOMAIN, liveAnswer, peerZoneText, servedZone } from "./agreement-zone.ts";

export const PEERS = ["coredns", "knot", "nsd"] as const;
export type Peer = (typeof PEERS)[number];

/** The peers with the whole zone, and ours with aliases in it. */
export interface AgreementServers extends AsyncDisposable {
  readonly ours: DnsEndpoint;
  readonly peers: Readonly<Record<Peer, DnsEndpoint>>;
}

export async function startAgreementServers(): Promise<AgreementServers> {
  await using started = new AsyncDisposableStack();
  const zones = { [DOMAIN]: peerZoneText() };
  const ours = started.use(await startOurs());
  const coredns = started.use(await startCoreDns({ corefile: COREFILE, files: { "zone.db": peerZoneText() } }));
  const knot = started.use(await startKnot({ zones }));
  const nsd = started.use(await startNsd({ zones }));
  const all = started.move();
  return { ours, peers: { coredns, knot, nsd }, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

const COREFILE = `${DOMAIN} {
  bind {$DNS_HOST}
  file zone.db
}
`;

export type OurServer = DnsEndpoint & AsyncDisposable;

/** The responder with the zone of agreement-zone.ts and live answers for its aliases. */
export async function startOurs(): Promise<OurServer> {
  const zones = zonesOf([buildZoneView(servedZone())]);
  return listen({
    host: "127.0.0.1",
    port: 0,
    onQuery: (bytes, _peer, protocol) => {
      const decoded = decodeMessage(bytes);
      const [question] = decoded.kind === "ok" ? decoded.message.questions : [];
      if (decoded.kind === "malformed" || question === undefined) {
        return undefined;
      }
      const query = decoded.message;
      const view = zones.zoneOf(question.name, question.type);
      const now = systemClock.now();
      const live = (alias: Parameters<typeof liveAnswer>[0], family: "A" | "AAAA") => liveAnswer(alias, family, now);
      const result = view === undefined ? undefined : answer(view, question, { live, now });
      const reply = responseTo(query);
      const response = result?.kind === "answer" ? { ...reply, ...result } : { ...reply, rcode: RCODE.REFUSED };
      return encodeMessage(response, { maxSize: protocol === "tcp" ? 65_535 : udpSize(query, 1_232) });
    },
  });
}
