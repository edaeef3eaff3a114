import type { Clock } from "../base/clock.ts";
import { addressSet } from "../dns/address.ts";
import type { Message } from "../dns/message.ts";
import type { Name } from "../dns/name.ts";
import type { Family, Seconds } from "../dns/record.ts";
import { CLASS, TYPE } from "../dns/types.ts";
import type { Exchange } from "../transport/exchange.ts";
import { attempt } from "./attempt.ts";
import { rcodeFailure } from "./extended-error.ts";
import { addressOfRdata } from "./rdata.ts";
import { newTraits } from "./traits.ts";

/** A server that is asked for what it serves itself. */
interface AskedEndpoint {
  readonly address: string;
  readonly port: number;
}

type Asking =
  /** What it has at exactly this name; a chain is not followed. */
  | {
      readonly kind: "answer";
      /** NOERROR or NXDOMAIN. */
      readonly rcode: number;
      readonly authoritative: boolean;
      /** Sorted. */
      readonly addresses: readonly string[];
      /** The least; 0 without addresses. */
      readonly ttl: Seconds;
      readonly cname: boolean;
    }
  /** No answer, or one that says nothing about the name (SERVFAIL, REFUSED): it proves neither a set nor its absence. */
  | { readonly kind: "failed"; readonly message: string };

/** One question without recursion to one server, over UDP and where that is truncated over TCP; 2 s a packet. Rejects only when the signal aborts. */
export type Ask = (endpoint: AskedEndpoint, name: Name, family: Family, signal: AbortSignal) => Promise<Asking>;

export interface AskDeps {
  readonly exchange: Exchange;
  readonly clock: Pick<Clock, "now">;
  readonly randomBytes: (octets: number) => Uint8Array;
}

/** Nothing is remembered of a server: pods come and go. */
export function createAsk(deps: AskDeps): Ask {
  return async (endpoint, name, family, signal) => {
    let traits = newTraits(deps.randomBytes);
    const memory = {
      traitsOf: () => traits,
      remember: (_server: unknown, learnt: typeof traits) => {
        traits = learnt;
      },
    };
    const asked = { name, type: TYPE[family], recursion: false };
    const got = await attempt({ ...deps, ...memory }, { protocol: "udp", ...endpoint }, asked, signal);
    return got.kind === "answered" ? readOwn(got.message, name, family) : { kind: "failed", message: got.detail };
  };
}

function readOwn(message: Message, name: Name, family: Family): Asking {
  const refused = rcodeFailure(message);
  if (refused !== undefined) {
    return { kind: "failed", message: refused.detail };
  }
  const own = message.answers.filter((record) => record.name === name && record.class === CLASS.IN);
  const found = own.filter(({ type }) => type === TYPE[family]);
  const addresses = found.map(addressOfRdata).filter((address) => address !== undefined);
  return {
    kind: "answer",
    rcode: message.rcode,
    authoritative: message.authoritative,
    addresses: addressSet(addresses),
    ttl: found.length === 0 ? 0 : Math.min(...found.map(({ ttl }) => ttl)),
    cname: own.some(({ type }) => type === TYPE.CNAME),
  };
}
