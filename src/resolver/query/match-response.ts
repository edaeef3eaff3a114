import { readClientSubnet } from "../../dns/message/edns-client-subnet.ts";
import type { Message, Question } from "../../dns/message/message.ts";
import { EDNS_OPTION, OPCODE, RCODE } from "../../dns/registry.ts";
import { originalCaseOf } from "./build-query.ts";
import { CLIENT_COOKIE_BYTES } from "../server/server-traits.ts";

/**
 * `answer`: the packet comes from the queried server. `unverified`: the packet matches, but lacks the letter case of the query, or
 * the cookie that this server usually sends. The query is then repeated over TCP, where attackers can't answer. `mismatched`: not
 * an answer to this query; the correct one may still arrive.
 */
export type ResponseMatch =
  | { readonly kind: "answer" }
  | { readonly kind: "unverified"; readonly lacks: SpoofingProof }
  | { readonly kind: "mismatched"; readonly why: string };

export type SpoofingProof = "0x20" | "cookie";

/** Decides whether a packet is the answer to a query (RFC 5452 9.1, RFC 7873 5.3, RFC 7871 7.3). */
export function matchResponse(query: Message, response: Message, cookieExpected: boolean): ResponseMatch {
  const why = strangeHeader(query, response) ?? strangeCookie(query, response) ?? strangeSubnet(query, response);
  if (why !== undefined) {
    return { kind: "mismatched", why };
  }
  if (cookieExpected && cookieOf(response) === undefined) {
    return { kind: "unverified", lacks: "cookie" };
  }
  const [queried] = query.questions;
  const [echoed] = response.questions;
  return queried === undefined || echoed === undefined || originalCaseOf(queried) === originalCaseOf(echoed)
    ? { kind: "answer" }
    : { kind: "unverified", lacks: "0x20" };
}

/** The first cookie option of a message. */
export function cookieOf(message: Message): Uint8Array | undefined {
  return optionOf(message, EDNS_OPTION.COOKIE);
}

/**
 * Returns the number of bits of the queried subnet for which the answer is valid (RFC 7871 7.3): at most as many as the query
 * had. 0 if the answer has no option.
 */
export function scopeOf(message: Message): number {
  const [, , source = 0, scope = 0] = optionOf(message, EDNS_OPTION.CLIENT_SUBNET) ?? [];
  return Math.min(source, scope);
}

function optionOf({ edns }: Message, wanted: number): Uint8Array | undefined {
  return edns?.options.find(({ code }) => code === wanted)?.data;
}

function strangeHeader(query: Message, response: Message): string | undefined {
  if (response.id !== query.id) {
    return "another id";
  }
  if (!response.response || response.opcode !== OPCODE.QUERY) {
    return "not a response to a query";
  }
  const [queried] = query.questions;
  const [echoed, ...more] = response.questions;
  if (echoed === undefined) {
    return saysNothing(response) ? undefined : "no question";
  }
  return queried !== undefined && more.length === 0 && sameQuestion(queried, echoed) ? undefined : "another question";
}

/**
 * True for an error without answer records. A server may send such an error without the question (Unbound's REFUSED). A forged one
 * only leads to a query to another server.
 */
function saysNothing(response: Message): boolean {
  return response.rcode !== RCODE.NOERROR && response.rcode !== RCODE.NXDOMAIN && response.answers.length === 0;
}

function sameQuestion(a: Question, b: Question): boolean {
  return a.name === b.name && a.type === b.type && a.class === b.class;
}

function strangeCookie(query: Message, response: Message): string | undefined {
  const sent = cookieOf(query)?.subarray(0, CLIENT_COOKIE_BYTES);
  const got = cookieOf(response);
  if (sent === undefined || got === undefined) {
    return undefined;
  }
  return isCookieLength(got.length) && sent.every((byte, index) => byte === got[index]) ? undefined : "another cookie";
}

/** RFC 7871 7.3: an answer for another subnet is ignored, as a forged answer is. An answer without a subnet is accepted. */
function strangeSubnet(query: Message, response: Message): string | undefined {
  const sent = optionOf(query, EDNS_OPTION.CLIENT_SUBNET);
  const got = optionOf(response, EDNS_OPTION.CLIENT_SUBNET);
  if (sent === undefined || got === undefined) {
    return undefined;
  }
  const isEcho = sent.length === got.length && sent.every((byte, index) => index === SCOPE_AT || byte === got[index]);
  return isEcho && readClientSubnet(got).kind === "read" ? undefined : "another subnet";
}

/** The position of the scope prefix in the option. It is the only byte that the server changes. */
const SCOPE_AT = 3;

function isCookieLength(bytes: number): boolean {
  return bytes === CLIENT_COOKIE_BYTES || (bytes >= 2 * CLIENT_COOKIE_BYTES && bytes <= 5 * CLIENT_COOKIE_BYTES);
}
