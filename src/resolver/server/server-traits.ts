import type { Millis } from "../../base/clock.ts";

/** What a server was seen to do, in the order that it was learnt; nothing here outlives the process. */
export interface Traits {
  /** 8 random octets for this server alone (RFC 7873 4.1). */
  readonly clientCookie: Uint8Array;
  /** The one to send back; its presence means that the server is expected to send cookies. */
  readonly serverCookie?: Uint8Array;
  /** It does not echo the letters' case: proved over TCP for good, by repeated answers over UDP until then. */
  readonly ignores0x20Until: Millis;
  /** It answers nothing to queries with EDNS, and is asked without until then. */
  readonly plainUntil: Millis;
  /** It refuses queries with a client subnet, and is asked without until then. */
  readonly subnetlessUntil: Millis;
  /** Proved over TCP that it sends no cookies any more, or only at times (a forwarder before several servers): none is expected until then. */
  readonly cookielessUntil: Millis;
}

export function newTraits(randomBytes: (bytes: number) => Uint8Array): Traits {
  return {
    clientCookie: randomBytes(CLIENT_COOKIE_BYTES),
    ignores0x20Until: 0,
    plainUntil: 0,
    subnetlessUntil: 0,
    cookielessUntil: 0,
  };
}

/** RFC 7873 4: the client's 8 octets, then the server's 8 to 32. */
export const CLIENT_COOKIE_BYTES = 8;

/** Long enough to save the doubled questions, short enough to notice a new version. */
export const REMEMBERED_MS: Millis = 600_000;

/** Remembers the server's part of a cookie option that carried our client cookie. */
export function withCookie(traits: Traits, option: Uint8Array | undefined, now: Millis): Traits {
  return option === undefined || option.length <= traits.clientCookie.length || traits.cookielessUntil > now
    ? traits
    : { ...traits, serverCookie: option.slice(traits.clientCookie.length) };
}

/** It answered over TCP without a cookie. */
export function withoutCookie(traits: Traits, now: Millis): Traits {
  const { clientCookie, ignores0x20Until, plainUntil, subnetlessUntil } = traits;
  return { clientCookie, ignores0x20Until, plainUntil, subnetlessUntil, cookielessUntil: now + REMEMBERED_MS };
}

/** The option to send. */
export function cookieToSend({ clientCookie, serverCookie }: Traits): Uint8Array {
  return serverCookie === undefined ? clientCookie : Uint8Array.of(...clientCookie, ...serverCookie);
}
