import type { Millis } from "../../base/clock.ts";
import { addressBytes } from "../../dns/address/address-wire.ts";
import type { Subnet } from "../../dns/address/subnet.ts";
import { type AddressFamily, type AnyAddress, readAddress } from "../../transport/address-words.ts";
import type { RateLimitOptions } from "./rate-limit-options.ts";
import { type Allowance, createTokenBuckets, SEED_WORDS } from "./token-buckets.ts";

/**
 * The action for an answer over UDP. `truncate`: sends an empty answer with TC, no longer than the query, so that a real client
 * uses TCP. A client whose cookie does not verify its address gets BADCOOKIE instead, see `limitedReply` in cookie.ts. `drop`:
 * sends nothing.
 */
export type RateLimitAction = "answer" | "truncate" | "drop";

/** The class that an answer counts in. */
export type ResponseClass = "positive" | "negative" | "error";

/**
 * Limits answers over UDP to unverified addresses. Don't call the methods for TCP, or for a query with a valid server cookie. Both
 * methods take a few hundred nanoseconds and allocate nothing.
 */
export interface RateLimiter {
  /** Counts a query for its client and its network. Call it once for each query, as soon as it is known to have no valid cookie. */
  query(address: AnyAddress, now: Millis): RateLimitAction;
  /**
   * Counts an answer. Call it once for each answer, before it is sent. `account` is the {@link accountOf} of the name and type,
   * or of the zone. For errors it can be any number.
   */
  response(address: AnyAddress, kind: ResponseClass, account: number, now: Millis): RateLimitAction;
}

/** `seed`: 6 random words, different in each worker. */
export function createRateLimiter(options: RateLimitOptions, seed: Uint32Array): RateLimiter {
  const buckets = createTokenBuckets(options.accounts, seed);
  const exempt = options.exempt.map(prefixOf);
  const allowances = allowancesOf(options);
  const { slip } = options;
  const words = new Uint32Array(4);
  let address: AnyAddress = "";
  let family: AddressFamily = 0;
  let isExempt = false;

  /** Both calls for one query use the same address, so the words are kept between them. */
  function read(next: AnyAddress): void {
    if (next !== address) {
      address = next;
      family = readAddress(next, words);
      isExempt = exempt.some((prefix) => contains(prefix, family, words));
    }
  }

  function take(kind: number, third: number, allowance: Allowance, now: Millis): RateLimitAction {
    if (allowance.perSecond === 0) {
      return "answer";
    }
    const isV6 = family === 6;
    const first = isV6 ? (words[0] ?? 0) : (words[0] ?? 0) & V4_NETWORK;
    const second = kind | (isV6 ? V6 | ((words[1] ?? 0) & V6_NETWORK) : 0);
    const refused = buckets.take(first, second, third, allowance, now);
    if (refused === 0) {
      return "answer";
    }
    return slip > 0 && refused % slip === 0 ? "truncate" : "drop";
  }

  return {
    query(client, now) {
      read(client);
      if (isExempt) {
        return "answer";
      }
      const host = family === 6 ? (words[1] ?? 0) : (words[0] ?? 0);
      const verdict = take(KIND.client, host, allowances.client, now);
      return verdict === "answer" ? take(KIND.network, family, allowances.network, now) : verdict;
    },
    response(client, kind, account, now) {
      read(client);
      return isExempt ? "answer" : take(KIND[kind], kind === "error" ? family : account, allowances[kind], now);
    },
  };
}

/** A new seed for {@link createRateLimiter}. */
export function rateLimitSeed(randomBytes: (bytes: number) => Uint8Array): Uint32Array {
  const bytes = randomBytes(4 * SEED_WORDS);
  return Uint32Array.from({ length: SEED_WORDS }, (_, index) => {
    return bytes.subarray(4 * index, 4 * index + 4).reduce((word, byte) => (word << 8) | byte, 0);
  });
}

/**
 * Returns the account of an answer, which is a hash of a name and a type. Compute it once for each cached answer. For a positive
 * answer, pass the owner name of the RRset and the type. Under a wildcard, pass the name with `*`, because otherwise every name
 * would have its own counter. For a negative answer, pass the name of the zone, without a type. Names are in lower case, like
 * `Name`.
 */
export function accountOf(name: string, type = 0): number {
  let hash = 0x811c_9dc5 ^ type;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x0100_0193);
  }
  return hash >>> 0;
}

/**
 * The kind is in the lowest 8 bits of the second word. The network doesn't use these bits: an IPv6 /56 ends above them, and for
 * IPv4 the word is empty.
 */
const KIND = { client: 1, network: 2, positive: 3, negative: 4, error: 5 } as const;
const V6 = 16;
const V4_NETWORK = 0xffff_ff00;
const V6_NETWORK = 0xffff_ff00;

function allowancesOf(options: RateLimitOptions): Readonly<Record<keyof typeof KIND, Allowance>> {
  const allowance = (perSecond: number): Allowance => ({
    perSecond,
    burst: Math.max(1, perSecond * options.burstSeconds),
  });
  return {
    client: allowance(options.clientQueriesPerSecond),
    network: allowance(options.networkQueriesPerSecond),
    positive: allowance(options.positivePerSecond),
    negative: allowance(options.negativePerSecond),
    error: allowance(options.errorsPerSecond),
  };
}

interface Prefix {
  readonly family: AddressFamily;
  readonly words: Uint32Array;
  readonly masks: Uint32Array;
}

function prefixOf({ address, prefix }: Subnet): Prefix {
  const words = new Uint32Array(4);
  const family = readAddress(address, words);
  if (family === 0 || prefix > 8 * (addressBytes(address)?.length ?? 0)) {
    throw new TypeError(`not a network: ${address}/${prefix}`);
  }
  const masks = Uint32Array.from({ length: 4 }, (_, index) => maskOf(prefix - 32 * index));
  return { family, words, masks };
}

function maskOf(bits: number): number {
  return bits <= 0 ? 0 : 0xffff_ffff << Math.max(0, 32 - bits);
}

function contains({ family, words, masks }: Prefix, clientFamily: AddressFamily, address: Uint32Array): boolean {
  return (
    family === clientFamily &&
    masks.every((mask, index) => (((address[index] ?? 0) ^ (words[index] ?? 0)) & mask) === 0)
  );
}
