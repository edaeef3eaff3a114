import type { Millis } from "../../base/clock.ts";

/** What a server was seen to do, in the order that it was learnt; nothing here outlives the process. */
export interface Traits {
  /** 8 random bytes only for this server (RFC 7873 4.1). */
  readonly clientCookie: Uint8Array;
  /** The one to send back; its presence means that the server is expected to send cookies. */
  readonly serverCookie?: Uint8Array;
  /** It does not echo the letter case. Permanent if verified over TCP; until this time if verified by repeated answers over UDP. */
  readonly ignores0x20Until: Millis;
  /** It does not answer queries with EDNS, and gets queries without it until then. */
  readonly plainUntil: Millis;
  /** It refuses queries with a client subnet, and gets queries without it until then. */
  readonly subnetlessUntil: Millis;
  /** Verified over TCP that it sends no cookies any more, or only sometimes (a forwarder for several servers). No cookie is expected until then. */
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
