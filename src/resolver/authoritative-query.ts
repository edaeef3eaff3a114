import type { Clock } from "../base/clock.ts";
import { byCodeUnit, sameMembers } from "../base/order.ts";
import type { Message, WireRecord } from "../dns/message/message.ts";
import type { Name } from "../dns/name/name.ts";
import type { AliasType, Seconds } from "../dns/record.ts";
import { printRdata } from "../dns/rdata/codec.ts";
import { CLASS, TYPE } from "../dns/registry.ts";
import type { Exchange } from "../transport/exchange.ts";
import { attempt } from "./query/attempt.ts";
import { rcodeFailure } from "./chain/extended-error.ts";
import { addressOfRdata } from "./chain/read-rdata.ts";
import { readWithDnsPacket, type SecondReading } from "./second-decoder.ts";
import { newTraits } from "./server/server-traits.ts";

/** A server that is queried for its own records. */
interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

type ServerRead =
  /** The RRset of the queried name and type. A CNAME chain is not followed. */
  | {
      readonly kind: "answer";
      /** NOERROR or NXDOMAIN. */
      readonly rcode: number;
      readonly authoritative: boolean;
      /** Sorted. */
      readonly data: readonly string[];
      /** The smallest TTL. 0 without records. */
      readonly ttl: Seconds;
      readonly cname: boolean;
    }
  /** No answer, or one without information about the name (SERVFAIL, REFUSED). It shows neither an RRset nor its absence. */
  | { readonly kind: "failed"; readonly message: string };

/**
 * Sends one query without recursion to one server. It uses UDP, and TCP if the answer is truncated, and waits 2 s for each
 * packet. Rejects only when the signal aborts.
 */
export type QueryServer = (
  endpoint: ServerAddress,
  name: Name,
  type: AliasType,
  signal: AbortSignal,
) => Promise<ServerRead>;

export interface QueryServerDeps {
  readonly exchange: Exchange;
  readonly clock: Pick<Clock, "now">;
  readonly randomBytes: (bytes: number) => Uint8Array;
}

/** The queries remember nothing about a server, because the addresses of Pods change. */
export function createQueryServer(deps: QueryServerDeps): QueryServer {
  return async (endpoint, name, type, signal) => {
    let traits = newTraits(deps.randomBytes);
    const memory = {
      traitsOf: () => traits,
      remember: (_server: unknown, learnt: typeof traits) => {
        traits = learnt;
      },
    };
    const queried = { name, type: TYPE[type], recursion: false };
    const got = await attempt({ ...deps, ...memory }, { protocol: "udp", ...endpoint }, queried, signal);
    return got.kind === "answered"
      ? confirmed(readOwn(got.message, name, type), readWithDnsPacket(got.bytes, name, type))
      : { kind: "failed", message: got.detail };
  };
}

/** Returns the answer if both decoders agree, and otherwise a failure. */
function confirmed(own: ServerRead, second: SecondReading): ServerRead {
  if (own.kind === "failed") {
    return own;
  }
  if (second.kind === "unreadable") {
    return { kind: "failed", message: `answered what dns-packet cannot read: ${second.message}` };
  }
  return own.authoritative === second.authoritative && sameMembers(own.data, second.data)
    ? { ...own, data: second.data }
    : { kind: "failed", message: "answered what dnsalias and dns-packet read differently" };
}

function readOwn(message: Message, name: Name, type: AliasType): ServerRead {
  const refused = rcodeFailure(message);
  if (refused !== undefined) {
    return { kind: "failed", message: refused.detail };
  }
  const own = message.answers.filter((record) => record.name === name && record.class === CLASS.IN);
  const found = own.filter((record) => record.type === TYPE[type]);
  const data = found.map((record) => dataOf(type, record)).filter((one) => one !== undefined);
  return {
    kind: "answer",
    rcode: message.rcode,
    authoritative: message.authoritative,
    data: [...new Set(data)].sort(byCodeUnit),
    ttl: found.length === 0 ? 0 : Math.min(...found.map(({ ttl }) => ttl)),
    cname: own.some((record) => record.type === TYPE.CNAME),
  };
}

/** The RDATA as text. Undefined if it isn't valid for the type, because a server can send any bytes. */
function dataOf(type: AliasType, record: WireRecord): string | undefined {
  return type === "HTTPS" ? printRdata(TYPE.HTTPS, record.rdata) : addressOfRdata(record);
}
