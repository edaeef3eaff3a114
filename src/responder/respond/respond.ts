import type { RespondDeps } from "./respond-deps.ts";
import type { Clock, Millis } from "../../base/clock.ts";
import { CLASS, RCODE, TYPE } from "../../dns/registry.ts";
import type { Peer } from "../../transport/server/listener.ts";
import { dnsClientOf, createTurns, optSize, replyOptions, roomFor, type DnsClient } from "../client/dns-client.ts";
import { limitedReply } from "../client/cookie.ts";
import type { Protocol } from "../counters.ts";
import { emit } from "./write-response.ts";
import { plainResponse, type PlainFields } from "../packet/error-response.ts";
import { cutTo, EXTENDED_ERROR, type CachedResponse } from "./cached-response.ts";
import { readQuery, type Query } from "../packet/query.ts";
import { variantFor } from "./weighted-variant.ts";
import { createSlowPath, isSettled, type SlowPath } from "./build-response.ts";

/** Returns the bytes to send. Undefined: nothing is sent. */
export type Respond = (
  bytes: Uint8Array,
  peer: Peer,
  protocol: Protocol,
) => Uint8Array | undefined | Promise<Uint8Array | undefined>;

/**
 * Returns the bytes of the response to the bytes of a query, or nothing. Queries with a cached response are answered at once. For
 * other queries, the promise ends within the waiting time of the live cache. No data from the network makes the function throw or
 * the promise reject.
 */
export function createRespond(deps: RespondDeps): Respond {
  const { counters, clock, responses: packets, limiter, cookies } = deps;
  const slow = createSlowPath(deps);
  const responder = createSender(deps);
  const turnOf = createTurns();

  return (bytes, peer, protocol) => {
    const query = readQuery(bytes, deps.seed);
    if (query.kind === "drop") {
      counters.dropped += 1;
      return undefined;
    }
    counters.query(protocol, query.type);
    const now = clock.now();
    const client = dnsClientOf(query, peer, { protocol, cookies, now });
    if (!client.isProven) {
      const verdict = limiter.query(client.address, now);
      if (verdict !== "answer") {
        return responder.rateLimited(query, client, { verdict, now });
      }
    }
    const problem = problemOf(query, client, protocol);
    if (problem !== undefined) {
      return responder.plain(query, client, { now, ...problem });
    }
    const known = variantFor(packets.find(query), client, turnOf);
    if (known !== undefined && !isScoped(known, query) && slow.stands(known, now)) {
      counters.hits += 1;
      if (now >= known.prefetchAt) {
        known.uses.forEach(({ entry }) => deps.liveCache.refresh(entry));
      }
      return responder.response(known, query, { client, now });
    }
    return answerSlowly({ slow, responder, query, client, now, clock });
  };
}

/** Whether the response must contain the client's subnet (RFC 7871 7.2.1). */
function isScoped({ view }: CachedResponse, { edns }: Query): boolean {
  return edns?.subnet !== undefined && view.clientSubnet;
}

interface SlowInput {
  readonly slow: SlowPath;
  readonly responder: Sender;
  readonly query: Query;
  readonly client: DnsClient;
  readonly now: Millis;
  readonly clock: Clock;
}

function answerSlowly({ slow, responder, query, client, now, clock }: SlowInput): ReturnType<Respond> {
  const finish = (made: CachedResponse | "foreign" | "malformed", at: Millis): Uint8Array | undefined => {
    if (made === "foreign") {
      return responder.plain(query, client, { now: at, ...FOREIGN });
    }
    return made === "malformed"
      ? responder.plain(query, client, { now: at, rcode: RCODE.FORMERR })
      : responder.response(made, query, { client, now: at });
  };
  const made = slow.answer(query, client, now);
  return isSettled(made) ? finish(made, now) : made.then((later) => finish(later, clock.now()));
}

/** The responder never recurses for names of other zones. */
const FOREIGN: Problem = { rcode: RCODE.REFUSED, extendedError: EXTENDED_ERROR.notAuthoritative };

type Problem = Pick<PlainFields, "rcode"> & { readonly extendedError?: number };

/** Returns a fault of a query that doesn't depend on the zones. */
function problemOf(query: Query, { cookie }: DnsClient, protocol: Protocol): Problem | undefined {
  const { kind, edns, type } = query;
  if (kind === "unknown") {
    return { rcode: RCODE.NOTIMP };
  }
  if (kind === "malformed" || cookie === "malformed") {
    return { rcode: RCODE.FORMERR };
  }
  if (edns !== undefined && edns.version > 0) {
    return { rcode: RCODE.BADVERS };
  }
  if (kind === "empty") {
    return { rcode: cookie === undefined ? RCODE.FORMERR : RCODE.NOERROR };
  }
  if (query.signed) {
    return { rcode: RCODE.NOTAUTH };
  }
  if (protocol === "udp" && type === TYPE.AXFR) {
    return { rcode: RCODE.FORMERR }; // RFC 5936 4.2
  }
  return query.class === CLASS.IN ? undefined : { rcode: RCODE.REFUSED };
}

interface Moment {
  readonly client: DnsClient;
  readonly now: Millis;
}

interface Sender {
  response(response: CachedResponse, query: Query, moment: Moment): Uint8Array | undefined;
  plain(query: Query, client: DnsClient, fields: Problem & { readonly now: Millis }): Uint8Array | undefined;
  rateLimited(
    query: Query,
    client: DnsClient,
    what: { readonly verdict: "truncate" | "drop"; readonly now: Millis },
  ): Uint8Array | undefined;
}

/** Creates the functions that return the bytes to send. They apply the rate limits and the size limit, and count the responses. */
function createSender({ limiter, cookies, counters }: RespondDeps): Sender {
  const rotationOf = createTurns();

  const rateLimited: Sender["rateLimited"] = (query, client, { verdict, now }) => {
    counters.rateLimited += 1;
    const reply = limitedReply(verdict, client.cookie);
    if (reply === "nothing") {
      return undefined;
    }
    const options = replyOptions(query, client, { cookies, now, extendedError: undefined, subnet: undefined });
    const rcode = reply === "badcookie" ? RCODE.BADCOOKIE : RCODE.NOERROR;
    counters.response(rcode);
    return plainResponse(query, { rcode, truncated: reply === "truncated", options });
  };

  return {
    rateLimited,
    response: (whole, query, { client, now }) => {
      if (!client.isProven) {
        const verdict = limiter.response(client.address, whole.responseClass, whole.account, now);
        if (verdict !== "answer") {
          return rateLimited(query, client, { verdict, now });
        }
      }
      const { extendedError, subnetOption: subnet } = whole;
      const options = replyOptions(query, client, { cookies, now, extendedError, subnet });
      const reserved = optSize(query, options);
      const fitting = cutTo(whole, roomFor(query, client.protocol), reserved);
      counters.response(whole.rcode);
      counters.stale += whole.isStale ? 1 : 0;
      counters.truncated += ((fitting.bytes[2] ?? 0) & TRUNCATED) === 0 ? 0 : 1;
      return emit(fitting, query, { now, rotation: needsRotation(fitting) ? rotationOf(client.address) : 0, options });
    },
    plain: (query, client, { rcode, now, extendedError }) => {
      if (!client.isProven) {
        const verdict = limiter.response(client.address, "error", 0, now);
        if (verdict !== "answer") {
          return rateLimited(query, client, { verdict, now });
        }
      }
      counters.response(rcode);
      return plainResponse(query, {
        rcode,
        options: replyOptions(query, client, { cookies, now, extendedError, subnet: undefined }),
      });
    },
  };
}

const TRUNCATED = 0x02;

function needsRotation({ uses }: CachedResponse): boolean {
  for (const use of uses) {
    if (use.ttlAt.length > 1 || use.ttlUntil !== undefined) {
      return true;
    }
  }
  return false;
}
