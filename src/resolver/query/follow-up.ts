import type { Millis } from "../../base/clock.ts";
import type { Message } from "../../dns/message/message.ts";
import type { FailureReason } from "../../dns/lookup-result.ts";
import { RCODE } from "../../dns/registry.ts";
import type { Protocol } from "../../transport/exchange.ts";
import { cookieOf, type ResponseMatch, type SpoofingProof } from "./match-response.ts";
import { REMEMBERED_MS, type Traits, withCookie, withoutCookie } from "../server/server-traits.ts";

/** How one query was sent. */
export interface Sent {
  readonly protocol: Protocol;
  readonly edns: boolean;
  /** True if the query has a client subnet (RFC 7871). A query without EDNS has none. */
  readonly subnet: boolean;
  /** The number of queries that were repeated over UDP, because the answer was not verified and the server has no TCP. */
  readonly repeats: number;
  /** Why the query is sent again. Undefined for the first one. */
  readonly retry?: Retry;
}

/**
 * Why a query is sent again. `edns`: the server refused EDNS. `subnet`: it refused the client subnet. `badcookie`: it requires the
 * new cookie that it sent. `truncated`: the answer had TC. A {@link SpoofingProof}: the answer lacked this feature.
 */
export type Retry = "truncated" | "edns" | "subnet" | "badcookie" | SpoofingProof;

export type FollowUp =
  | { readonly kind: "take" }
  | { readonly kind: "again"; readonly next: Sent }
  | { readonly kind: "failed"; readonly reason: FailureReason; readonly detail: string };

/**
 * Returns the next step after a matching response. Over TCP, TLS and HTTPS, every response counts as verified, because only the
 * server can answer there.
 */
export function followUp(sent: Sent, message: Message, match: ResponseMatch): FollowUp {
  const isUdp = sent.protocol === "udp";
  if (isUdp && match.kind === "unverified" && sent.repeats < REPEATS) {
    const next = sent.repeats === 0 ? { protocol: "tcp" as const } : { repeats: sent.repeats + 1 };
    return { kind: "again", next: { ...sent, ...next, retry: match.lacks } };
  }
  if (message.rcode === RCODE.BADCOOKIE && cookieOf(message) !== undefined) {
    return afterInvalidCookie(sent);
  }
  if (sent.subnet && refusesSubnet(message)) {
    return { kind: "again", next: { ...sent, subnet: false, retry: "subnet" } };
  }
  if (sent.edns && refusesEdns(message)) {
    return { kind: "again", next: { ...sent, edns: false, subnet: false, retry: "edns" } };
  }
  if (!message.truncated) {
    return { kind: "take" };
  }
  return isUdp
    ? { kind: "again", next: { ...sent, protocol: "tcp", retry: "truncated" } }
    : { kind: "failed", reason: "truncated", detail: "sent a truncated answer over TCP" };
}

/**
 * Returns another query over UDP if the verification over TCP failed, because the server has no TCP or a firewall blocks it. A
 * server that always omits the feature does so each time, while an attacker would have to guess id, port, and letter case each
 * time. Undefined if TCP was used for another reason, or failed in another way.
 */
export function overUdpAgain(sent: Sent, failure: FailureReason): Sent | undefined {
  const isProof = sent.protocol === "tcp" && (sent.retry === "0x20" || sent.retry === "cookie");
  return isProof && (failure === "unreachable" || failure === "timeout")
    ? { ...sent, protocol: "udp", repeats: 1 }
    : undefined;
}

/** This number of further answers over UDP with the same fault counts as much as one answer over TCP. */
const REPEATS = 3;

/** Updates the known features of the server from this response. */
export function learn(traits: Traits, sent: Sent, response: Response, now: Millis): Traits {
  const { message, match } = response;
  const isRepeated = sent.repeats >= REPEATS;
  const isProven = match.kind === "unverified" && (sent.protocol !== "udp" || isRepeated);
  const known = withCookie(traits, cookieOf(message), now);
  if (isProven && match.lacks === "cookie") {
    return withoutCookie(known, now);
  }
  if (isProven && match.lacks === "0x20") {
    return { ...known, ignores0x20Until: isRepeated ? now + REMEMBERED_MS : Infinity };
  }
  if (sent.retry === "subnet" && !refusesSubnet(message)) {
    return { ...known, subnetlessUntil: now + REMEMBERED_MS };
  }
  return sent.retry === "edns" && !refusesEdns(message) ? { ...known, plainUntil: now + REMEMBERED_MS } : known;
}

export interface Response {
  readonly message: Message;
  readonly match: ResponseMatch;
  /** Bytes after the last record. */
  readonly trailing: number;
}

/** RFC 7873 5.3: sends the query again with the new cookie, and then over TCP, where no cookie is necessary. */
function afterInvalidCookie(sent: Sent): FollowUp {
  if (sent.protocol !== "udp") {
    return { kind: "failed", reason: "rcode", detail: "answered BADCOOKIE over TCP" };
  }
  return sent.retry === "badcookie"
    ? { kind: "again", next: { ...sent, protocol: "tcp" } }
    : { kind: "again", next: { ...sent, retry: "badcookie" } };
}

/**
 * RFC 7871 7.1.3: servers that refuse client subnets answer REFUSED. Servers that don't know the option can answer with the codes
 * of a server that refuses EDNS.
 */
function refusesSubnet(message: Message): boolean {
  return message.rcode === RCODE.REFUSED || refusesEdns(message);
}

/** RFC 6891 7: servers without EDNS answer FORMERR. Some answer NOTIMP or BADVERS. */
function refusesEdns({ rcode }: Message): boolean {
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP || rcode === RCODE.BADVERS;
}
