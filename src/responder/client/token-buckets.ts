import type { Millis } from "../../base/clock.ts";

/** The limit for one key. Each second, `perSecond` tokens are added to the bucket, which has at most `burst` tokens. */
export interface Allowance {
  readonly perSecond: number;
  readonly burst: number;
}

/** Token buckets in a table of fixed size. */
export interface TokenBuckets {
  /**
   * Takes one token of the key's bucket. Returns 0 if there was one. Otherwise it returns how many requests the bucket has
   * refused, this one included.
   */
  take(first: number, second: number, third: number, allowance: Allowance, now: Millis): number;
}

/**
 * A table of sets of four buckets in one block of memory with 16 bytes for each bucket. Nothing is allocated after the start. The
 * set of a key, and its mark in the set, depend on the seed, so attackers can't choose keys that collide. In a full set, a new key
 * replaces the least recently used bucket. If several buckets have the same time, it replaces the one with the most tokens. A new
 * key starts with a full bucket. An attacker who wants to replace a certain bucket must query from about as many networks as there
 * are buckets.
 */
export function createTokenBuckets(capacity: number, seed: Uint32Array): TokenBuckets {
  const sets = 2 ** Math.ceil(Math.log2(Math.max(1, capacity / WAYS)));
  const memory = new ArrayBuffer(sets * WAYS * WORDS * 4);
  const words = new Uint32Array(memory);
  const tokens = new Float32Array(memory);
  const [seed0 = 0, seed1 = 0, seed2 = 0, seed3 = 0, seed4 = 0, seed5 = 0] = seed;

  return {
    take(first, second, third, { perSecond, burst }, now) {
      const set = mix(first, second, third, seed0, seed1, seed2) & (sets - 1);
      // A mark of 0 means an empty place.
      const mark = mix(third, first, second, seed3, seed4, seed5) || 1;
      const time = now >>> 0;
      const start = set * WAYS * WORDS;
      let slotIndex = start;
      let age = -1;
      for (let at = start; at < start + WAYS * WORDS; at += WORDS) {
        const known = words[at + MARK] ?? 0;
        const since = known === 0 ? EMPTY_AGE : (time - (words[at + TIME] ?? 0)) >>> 0;
        if (known === mark) {
          slotIndex = at;
          age = since;
          break;
        }
        if (since > age || (since === age && (tokens[at + TOKENS] ?? 0) > (tokens[slotIndex + TOKENS] ?? 0))) {
          slotIndex = at;
          age = since;
        }
      }
      const isNew = words[slotIndex + MARK] !== mark;
      const passed = age < BACKWARDS ? age : 0;
      const filled = isNew ? burst : Math.min(burst, (tokens[slotIndex + TOKENS] ?? 0) + (passed * perSecond) / 1_000);
      words[slotIndex + MARK] = mark;
      words[slotIndex + TIME] = time;
      if (filled >= 1) {
        tokens[slotIndex + TOKENS] = filled - 1;
        words[slotIndex + REFUSED] = isNew ? 0 : (words[slotIndex + REFUSED] ?? 0);
        return 0;
      }
      tokens[slotIndex + TOKENS] = filled;
      words[slotIndex + REFUSED] = (words[slotIndex + REFUSED] ?? 0) + 1;
      return words[slotIndex + REFUSED] || 1;
    },
  };
}

/** How many words of seed {@link createTokenBuckets} needs. */
export const SEED_WORDS = 6;

const WAYS = 4;
/** The words of a bucket: its mark, the time of its last use, its tokens, and its number of refused requests. */
const WORDS = 4;
const MARK = 0;
const TIME = 1;
const TOKENS = 2;
const REFUSED = 3;
/** Times are modulo 2^32 ms (49 days). A difference above this value means that the clock went back by up to 17 minutes. */
const BACKWARDS = 0xfff0_0000;
/** Larger than the age of any bucket. */
const EMPTY_AGE = 0x1_0000_0000;

function mix(a: number, b: number, c: number, seedA: number, seedB: number, seedC: number): number {
  let hash = Math.imul(a ^ seedA, 0x9e37_79b1);
  hash ^= hash >>> 15;
  hash = Math.imul((hash + seedB) ^ b, 0x85eb_ca6b);
  hash ^= hash >>> 13;
  hash = Math.imul((hash + seedC) ^ c, 0xc2b2_ae35);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x27d4_eb2f);
  return (hash ^ (hash >>> 15)) >>> 0;
}
