import type { Millis } from "../../base/clock.ts";
import { type AnyAddress, readAddress } from "../../transport/address-words.ts";
import type { RateLimitAction } from "./rate-limit.ts";
import { sipHash24 } from "./siphash.ts";

/**
 * The secrets for server cookies (RFC 9018 5). The main thread creates them and sends them to every worker. Replicas behind one
 * address should share them too. If their secrets differ, a cookie of another replica is invalid: the query is still answered, but
 * it counts in the rate limits.
 */
export interface CookieSecrets {
  /** 16 bytes, as in every secret. */
  readonly current: Uint8Array;
  /** The previous secret, whose cookies are still accepted. Two changes are at least an hour apart, which is the lifetime of a cookie. */
  readonly previous?: Uint8Array;
}

/**
 * The result of a check of a query's COOKIE option. `malformed`: the response is FORMERR (RFC 7873 5.2.2). `client-only` and
 * `invalid`: the query is answered like one without a cookie, and gets a new cookie. An invalid cookie belongs to another address,
 * is too old, or was created with another secret. `valid` and `renew`: the address of the client is verified. With `renew`, the
 * cookie is over half an hour old, or from the previous secret.
 */
export type CookieCheck = "malformed" | "client-only" | "invalid" | "renew" | "valid";

export interface Cookies {
  /** `option`: the data of the first COOKIE option. Later ones do not count (RFC 7873 5.2). */
  check(option: Uint8Array, address: AnyAddress, now: Millis): CookieCheck;
  /** The data of the answer's option, for every verdict except `malformed`: 24 bytes. A `valid` cookie is returned unchanged, which saves time. */
  reply(option: Uint8Array, verdict: CookieCheck, address: AnyAddress, now: Millis): Uint8Array;
  /** Uses these secrets from now on. */
  use(secrets: CookieSecrets): void;
}

/** Server cookies of RFC 9018. BIND, Knot and NSD with the same secret create and accept the same cookies. */
export function createCookies(first: CookieSecrets): Cookies {
  let secrets = first;
  const words = new Uint32Array(4);

  const inputs = { 4: new Uint8Array(HEAD_BYTES + 4), 6: new Uint8Array(HEAD_BYTES + 16) };

  /**
   * RFC 9018 4.4: client cookie, version, reserved, time and client address. `head`: bytes that begin with the first four fields.
   */
  function mac(secret: Uint8Array, head: Uint8Array, address: AnyAddress): Uint8Array {
    const input = readAddress(address, words) === 6 ? inputs[6] : inputs[4];
    for (let at = 0; at < HEAD_BYTES; at += 1) {
      input[at] = head[at] ?? 0;
    }
    for (let at = HEAD_BYTES; at < input.length; at += 4) {
      addWord(input, at, words[(at - HEAD_BYTES) >> 2] ?? 0);
    }
    return sipHash24(secret, input);
  }

  return {
    check(option, address, now) {
      if (option.length === CLIENT_BYTES) {
        return "client-only";
      }
      if (option.length < 2 * CLIENT_BYTES || option.length > 5 * CLIENT_BYTES) {
        return "malformed";
      }
      // RFC 1982: the 32-bit time overflows in 2106.
      const age = (secondsOf(now) - timeOf(option)) | 0;
      if (option.length !== COOKIE_BYTES || option[8] !== VERSION || age > LIFE_S || age < -AHEAD_S) {
        return "invalid";
      }
      if (isSame(mac(secrets.current, option, address), option)) {
        return age > RENEW_S ? "renew" : "valid";
      }
      const { previous } = secrets;
      return previous !== undefined && isSame(mac(previous, option, address), option) ? "renew" : "invalid";
    },
    reply(option, verdict, address, now) {
      if (verdict === "valid") {
        return option;
      }
      const data = new Uint8Array(COOKIE_BYTES);
      data.set(option.subarray(0, CLIENT_BYTES));
      data[8] = VERSION;
      addWord(data, 12, secondsOf(now));
      data.set(mac(secrets.current, data, address), HEAD_BYTES);
      return data;
    },
    use(next) {
      secrets = next;
    },
  };
}

/** New secrets. The current secret becomes the previous one, and its cookies remain valid until the next change. */
export function renewedSecrets(
  before: CookieSecrets | undefined,
  randomBytes: (bytes: number) => Uint8Array,
): CookieSecrets {
  const current = randomBytes(SECRET_BYTES);
  return before === undefined ? { current } : { current, previous: before.current };
}

/**
 * The response to a query above the limits. A client whose cookie does not verify its address gets BADCOOKIE, and can repeat the
 * query over UDP with its new cookie. This takes less work for both sides than TCP, and the packet is at most as long as the query
 * plus a cookie. Queries within the limits never get BADCOOKIE, because clients without a valid cookie would send each query twice
 * (RFC 7873 5.2.3 leaves the choice).
 */
export function limitedReply(
  verdict: Exclude<RateLimitAction, "answer">,
  cookie: CookieCheck | undefined,
): "nothing" | "truncated" | "badcookie" {
  if (verdict === "drop") {
    return "nothing";
  }
  return cookie === "client-only" || cookie === "invalid" ? "badcookie" : "truncated";
}

const SECRET_BYTES = 16;
/** RFC 7873 4. */
const CLIENT_BYTES = 8;
/** Client cookie, version, reserved and time. */
const HEAD_BYTES = 16;
/** The head and a hash of 8 bytes. */
const COOKIE_BYTES = 24;
const VERSION = 1;
/** RFC 9018 4.3: seconds. */
const LIFE_S = 3_600;
const AHEAD_S = 300;
const RENEW_S = 1_800;

function secondsOf(now: Millis): number {
  return Math.floor(now / 1_000) >>> 0;
}

function timeOf(option: Uint8Array): number {
  return ((option[12] ?? 0) << 24) | ((option[13] ?? 0) << 16) | ((option[14] ?? 0) << 8) | (option[15] ?? 0);
}

function addWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}

/** Compares in constant time. */
function isSame(mac: Uint8Array, option: Uint8Array): boolean {
  let difference = 0;
  for (let at = 0; at < COOKIE_BYTES - HEAD_BYTES; at += 1) {
    difference |= (mac[at] ?? 0) ^ (option[HEAD_BYTES + at] ?? 0);
  }
  return difference === 0;
}
