import type { Millis } from "../../base/clock.ts";
import { EDNS_OPTION } from "../../dns/registry.ts";
import type { Peer } from "../../transport/server/listener.ts";
import { type AnyAddress, readAddress } from "../../transport/address-words.ts";
import type { Cookies, CookieCheck } from "./cookie.ts";
import type { Protocol } from "../counters.ts";
import { OPT_BYTES, UDP_SIZE, type OptOption } from "../packet/opt-record.ts";
import type { Query } from "../packet/query.ts";

/** The client and the protocol of a query. */
export interface DnsClient {
  readonly address: AnyAddress;
  readonly protocol: Protocol;
  /** Undefined: the query has no COOKIE option. */
  readonly cookie: CookieCheck | undefined;
  /** True if the query came over TCP, or has a valid cookie. The rate limits do not apply to such a query. */
  readonly isProven: boolean;
}

export function dnsClientOf(
  query: Query,
  peer: Peer,
  how: { protocol: Protocol; cookies: Cookies; now: Millis },
): DnsClient {
  const address = peer.words ?? peer.address;
  const option = query.edns?.cookie;
  const cookie = option === undefined ? undefined : how.cookies.check(option, address, how.now);
  const isProven = how.protocol === "tcp" || cookie === "valid" || cookie === "renew";
  return { address, protocol: how.protocol, cookie, isProven };
}

/** The EDNS options of a response: a cookie if the query had one, a client subnet, and an extended error (RFC 8914). */
export function replyOptions(
  query: Query,
  { address, cookie }: DnsClient,
  more: {
    readonly cookies: Cookies;
    readonly now: Millis;
    readonly extendedError: number | undefined;
    readonly subnet: Uint8Array | undefined;
  },
): readonly OptOption[] {
  const option = query.edns?.cookie;
  const hasCookie = option !== undefined && cookie !== undefined && cookie !== "malformed";
  if (!hasCookie && more.extendedError === undefined && more.subnet === undefined) {
    return NO_OPTIONS;
  }
  const options: OptOption[] = [];
  if (hasCookie) {
    options.push({ code: EDNS_OPTION.COOKIE, data: more.cookies.reply(option, cookie, address, more.now) });
  }
  if (more.subnet !== undefined) {
    options.push({ code: EDNS_OPTION.CLIENT_SUBNET, data: more.subnet });
  }
  if (more.extendedError !== undefined) {
    options.push({ code: EDNS_OPTION.EXTENDED_ERROR, data: Uint8Array.of(0, more.extendedError) });
  }
  return options;
}

const NO_OPTIONS: readonly OptOption[] = [];

/** Maximum size of a response in bytes: over UDP the size in the query (RFC 6891 6.2.3), between 512 and {@link UDP_SIZE}. */
export function roomFor({ edns }: Query, protocol: Protocol): number {
  if (protocol === "tcp") {
    return MAX_TCP;
  }
  return edns === undefined ? LEAST : Math.max(LEAST, Math.min(UDP_SIZE, edns.udpSize));
}

const LEAST = 512;
const MAX_TCP = 65_535;

/** Size of the OPT record in bytes. */
export function optSize({ edns }: Query, options: readonly OptOption[]): number {
  if (edns === undefined) {
    return 0;
  }
  return options === NO_OPTIONS ? OPT_BYTES : optionBytesOf(options);
}

function optionBytesOf(options: readonly OptOption[]): number {
  return options.reduce((sum, { data }) => sum + 4 + data.length, OPT_BYTES);
}

/**
 * Returns a function from an address to a number for its network (/24, /56). With this number, every client of a network gets the
 * addresses in the same order.
 */
export function createTurns(): (address: AnyAddress) => number {
  const words = new Uint32Array(4);
  return (address) => {
    const family = readAddress(address, words);
    const first = family === 6 ? (words[0] ?? 0) : (words[0] ?? 0) & NETWORK;
    const second = family === 6 ? (words[1] ?? 0) & NETWORK : 0;
    const mixed = Math.imul(first ^ (first >>> 15) ^ second, 0x9e37_79b1);
    return (mixed ^ (mixed >>> 16)) >>> 1;
  };
}

/** Masks the /24 in one word of IPv4, and the /56 in the second word of IPv6. */
const NETWORK = 0xffff_ff00;
