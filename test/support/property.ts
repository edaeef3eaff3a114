import { configureGlobal } from "fast-check";

/** Property tests import fast-check from here, so that each has the seed of this process. */
export * from "fast-check";

/** fast-check keeps a seed as a signed integer of 32 bits. */
export const MAX_SEED = 2 ** 31 - 1;

/** The seed of `npm test`, which has the same result each time. */
export const GATE_SEED = 20_261_128;

/** What all tests draw their inputs from. It is fixed, unless `npm run fuzz` sets another one. */
export const FUZZ_SEED = parseSeed(process.env["FUZZ_SEED"] ?? String(GATE_SEED));

configureGlobal({ seed: FUZZ_SEED });

/** Throws for a text that isn't a seed. */
export function parseSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d{1,10}$/.test(text) || seed > MAX_SEED) {
    throw new Error(`a seed is a whole number from 0 to ${MAX_SEED}, and "${text}" is not one`);
  }
  return seed;
}

/** Numbers from 0 to 1 without 1, the same ones in each run, other ones for another `salt`. */
export function seededRandom(salt = 0): () => number {
  return randomFrom(FUZZ_SEED ^ Math.imul(salt + 1, 0x9e3779b1));
}

/** Mulberry32: numbers from 0 to 1 without 1, the same ones for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
