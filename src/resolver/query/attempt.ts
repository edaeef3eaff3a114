import type { Clock, Millis } from "../../base/clock.ts";
import { decodeResponse } from "../../dns/message/decode.ts";
import { encodeMessage } from "../../dns/message/encode.ts";
import type { Message } from "../../dns/message/message.ts";
import type { FailureReason } from "../../dns/lookup-result.ts";
import type { Exchange, ExchangeResult, Protocol, ResolverServer } from "../../transport/exchange.ts";
import { type Retry, followUp, learn, overUdpAgain, type Response, type Sent } from "./follow-up.ts";
import { matchResponse, type SpoofingProof } from "./match-response.ts";
import { type ResolverQuestion, buildQuery, type QueryVariant } from "./build-query.ts";
import { cookieToSend, type Traits } from "../server/server-traits.ts";

/** How long dnsalias waits for one packet. */
export const TRY_MS: Millis = 2_000;

export interface AttemptDeps {
  readonly exchange: Exchange;
  readonly clock: Pick<Clock, "now">;
  readonly randomBytes: (bytes: number) => Uint8Array;
  readonly traitsOf: (server: ResolverServer) => Traits;
  readonly remember: (server: ResolverServer, traits: Traits) => void;
}

export type Attempt =
  | {
      readonly kind: "answered";
      /** A verified and complete message with any rcode. */
      readonly message: Message;
      /** The message as it was received. */
      readonly bytes: Uint8Array;
      /** A fault of a server whose answer is still usable, as a clause for users. */
      readonly warning?: string;
    }
  | Failed;

interface Failed {
  readonly kind: "failed";
  readonly reason: FailureReason;
  readonly detail: string;
  /** The server sent nothing in time. A packet may have been lost. */
  readonly silent?: true;
}

/**
 * Sends one query to one server, and repeats it as the answer requires: over TCP on TC, with the new cookie on BADCOOKIE, without
 * EDNS on FORMERR, without the subnet if the server refuses it. If an answer lacks a feature of this server's usual answers, it is
 * verified over TCP. If the server has no TCP, repeated answers over UDP verify it. Waits 2 s for each packet, and sends at most
 * six. Rejects only if the signal aborts.
 */
export async function attempt(
  deps: AttemptDeps,
  server: ResolverServer,
  queried: ResolverQuestion,
  signal: AbortSignal,
): Promise<Attempt> {
  let sent = firstSent(server, queried, deps.traitsOf(server), deps.clock.now());
  for (let packets = 0; packets < MAX_PACKETS; packets += 1) {
    const got = await send(deps, server, { queried, sent }, signal);
    if (got.kind === "failed") {
      const repeated = overUdpAgain(sent, got.reason);
      if (repeated === undefined) {
        return sent.retry === undefined ? got : lost(sent.retry, got.detail);
      }
      sent = repeated;
      continue;
    }
    deps.remember(server, learn(deps.traitsOf(server), sent, got, deps.clock.now()));
    const next = followUp(sent, got.message, got.match);
    if (next.kind !== "again") {
      return next.kind === "take" ? { ...answered(sent, got), bytes: got.bytes } : next;
    }
    sent = next.next;
  }
  return { kind: "failed", reason: "malformed", detail: "did not come to an answer" };
}

/**
 * The maximum number of packets. A long sequence is UDP, a new cookie, no subnet, no EDNS, and then TCP. Another one is UDP, TCP,
 * and repeated UDP.
 */
const MAX_PACKETS = 6;

function answered({ repeats }: Sent, { message, match, trailing }: Response) {
  const warnings = [
    ...(trailing > 0 ? ["its answers have bytes after the last record, which are ignored"] : []),
    ...(repeats > 0 && match.kind === "unverified" ? [WITHOUT_PROOF[match.lacks]] : []),
  ];
  return { kind: "answered" as const, message, ...(warnings.length > 0 && { warning: warnings.join("; ") }) };
}

const WITHOUT_PROOF: Readonly<Record<SpoofingProof, string>> = {
  "0x20": "it does not echo the question's letters and answers nothing over TCP, so its answers are easier to forge",
  cookie: "its answers lack its cookie and it answers nothing over TCP, so its answers are easier to forge",
};

function firstSent({ protocol }: ResolverServer, { subnet }: ResolverQuestion, traits: Traits, now: Millis): Sent {
  const edns = traits.plainUntil <= now;
  return { protocol, edns, repeats: 0, subnet: edns && subnet !== undefined && traits.subnetlessUntil <= now };
}

type Got = (Response & { readonly kind: "got"; readonly bytes: Uint8Array }) | Failed;

interface Outgoing {
  readonly queried: ResolverQuestion;
  readonly sent: Sent;
}

async function send(deps: AttemptDeps, server: ResolverServer, out: Outgoing, signal: AbortSignal): Promise<Got> {
  const { sent, queried } = out;
  const traits = deps.traitsOf(server);
  const query = buildQuery(queried, variantFor(deps, traits, out));
  const cookieExpected = sent.edns && isPlain(sent) && traits.serverCookie !== undefined;
  const reader = createReader(query, cookieExpected, sent.protocol);
  const request = { query: encodeMessage(query), timeoutMs: TRY_MS, accept: reader.accept };
  const result = await deps.exchange({ ...server, protocol: sent.protocol }, request, signal);
  signal.throwIfAborted();
  return understand(result, reader.seen());
}

/**
 * Cookies and random letter case are only for UDP and TCP, over which other hosts can send answers (RFC 7873 5.2). Over HTTPS, the
 * id is 0, so that HTTP caches work (RFC 8484 4.1).
 */
function variantFor(deps: AttemptDeps, traits: Traits, { queried, sent }: Outgoing): QueryVariant {
  const [high = 0, low = 0] = deps.randomBytes(2);
  return {
    id: sent.protocol === "https" ? 0 : (high << 8) | low,
    ...(isPlain(sent) && traits.ignores0x20Until <= deps.clock.now() && { case0x20: deps.randomBytes(LETTER_BYTES) }),
    ...(sent.edns && {
      edns: {
        ...(isPlain(sent) && { cookie: cookieToSend(traits) }),
        ...(sent.subnet && queried.subnet && { subnet: queried.subnet }),
      },
    }),
  };
}

function isPlain({ protocol }: Sent): boolean {
  return protocol === "udp" || protocol === "tcp";
}

/** One bit for each of the 254 characters of a name. */
const LETTER_BYTES = 32;

interface Reader {
  readonly accept: (bytes: Uint8Array) => boolean;
  readonly seen: () => Seen;
}

interface Seen {
  readonly response?: Response;
  /** Why the last packet was not accepted as the answer. */
  readonly mismatched?: string;
}

/**
 * Over UDP, a packet that does not match can be forged, so the wait continues. Over a stream, such a packet comes from the server,
 * so the wait ends. A packet with another id answers an earlier query, or is a guess of an attacker, and is ignored. Over HTTPS
 * this can't happen, because each response belongs to one request.
 */
function createReader(query: Message, cookieExpected: boolean, protocol: Protocol): Reader {
  let seen: Seen = {};
  const accept = (bytes: Uint8Array): boolean => {
    if (protocol !== "https" && bytes.length >= 2 && idOf(bytes) !== query.id) {
      return false;
    }
    seen = read(bytes, query, cookieExpected);
    return seen.response !== undefined || protocol !== "udp";
  };
  return { accept, seen: () => seen };
}

function idOf(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

function read(bytes: Uint8Array, query: Message, cookieExpected: boolean): Seen {
  const decoded = decodeResponse(bytes);
  if (decoded.kind === "malformed") {
    return { mismatched: decoded.problem };
  }
  const { message, trailing } = decoded;
  const match = matchResponse(query, message, cookieExpected);
  return match.kind === "mismatched" ? { mismatched: match.why } : { response: { message, match, trailing } };
}

function understand(result: ExchangeResult, { response, mismatched }: Seen): Got {
  switch (result.kind) {
    case "response":
      return response === undefined
        ? malformed(mismatched ?? "nothing")
        : { kind: "got", ...response, bytes: result.response };
    case "timeout":
      return mismatched === undefined
        ? { kind: "failed", reason: "timeout", detail: `sent no answer for ${TRY_MS / 1000} s`, silent: true }
        : { ...malformed(mismatched), silent: true };
    case "unreachable":
      return { kind: "failed", reason: "unreachable", detail: `cannot be reached: ${result.message}` };
    default:
      return result satisfies never;
  }
}

function malformed(problem: string): Failed {
  return { kind: "failed", reason: "malformed", detail: `sent what is not an answer: ${problem}` };
}

/** Returns the failure of a repeated query that got no answer. Its reason is the answer that required the repetition. */
function lost(retry: Retry, detail: string): Failed {
  return { kind: "failed", reason: LOST[retry].reason, detail: `${LOST[retry].detail}, then ${detail}` };
}

const LOST: Readonly<Record<Retry, { readonly reason: FailureReason; readonly detail: string }>> = {
  truncated: { reason: "truncated", detail: "truncated its answer" },
  edns: { reason: "rcode", detail: "refused EDNS" },
  subnet: { reason: "rcode", detail: "refused the client subnet" },
  badcookie: { reason: "rcode", detail: "refused the cookie" },
  cookie: { reason: "malformed", detail: "answered without its cookie" },
  "0x20": { reason: "malformed", detail: "did not echo the question's letters" },
};
