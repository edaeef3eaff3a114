import type { Millis } from "../../base/clock.ts";

/** Observed features of a server. They are only in memory. */
export interface Traits {
  /** 8 random bytes only for this server (RFC 7873 4.1). */
  readonly clientCookie: Uint8Array;
  /** The cookie to send back. If it is present, the server is expected to send cookies. */
  readonly serverCookie?: Uint8Array;
  /**
   * The server does not echo the letter case. If this was verified over TCP, it applies indefinitely. If it was verified by
   * repeated answers over UDP, it applies until this time.
   */
  readonly ignores0x20Until: Millis;
  /** The server does not answer queries with EDNS. It gets queries without EDNS until this time. */
  readonly plainUntil: Millis;
  /** The server refuses queries with a client subnet. It gets queries without one until this time. */
  readonly subnetlessUntil: Millis;
  /**
   * No cookie is expected until this time. An answer over TCP has shown that the server sends no cookies any more, or only
   * sometimes (a forwarder for several servers).
   */
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

/** RFC 7873 4: 8 bytes of the client, then 8 to 32 bytes of the server. */
export const CLIENT_COOKIE_BYTES = 8;

/**
 * How long a missing feature is remembered. Long enough to avoid repeated queries, and short enough to notice a new version of the
 * server.
 */
export const REMEMBERED_MS: Millis = 600_000;

/** Stores the server's part of a cookie option that contained the client cookie of dnsalias. */
export function withCookie(traits: Traits, option: Uint8Array | undefined, now: Millis): Traits {
  return option === undefined || option.length <= traits.clientCookie.length || traits.cookielessUntil > now
    ? traits
    : { ...traits, serverCookie: option.slice(traits.clientCookie.length) };
}

/** The traits after an answer over TCP without a cookie. */
export function withoutCookie(traits: Traits, now: Millis): Traits {
  const { clientCookie, ignores0x20Until, plainUntil, subnetlessUntil } = traits;
  return { clientCookie, ignores0x20Until, plainUntil, subnetlessUntil, cookielessUntil: now + REMEMBERED_MS };
}

/** The cookie option of the next query. */
export function cookieToSend({ clientCookie, serverCookie }: Traits): Uint8Array {
  return serverCookie === undefined ? clientCookie : Uint8Array.of(...clientCookie, ...serverCookie);
}
