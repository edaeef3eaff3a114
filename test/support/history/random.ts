import type { Random } from "../../../src/base/clock.ts";

/** Mulberry32: the same seed gives the same numbers. */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, from: readonly T[]): T {
  const found = from[Math.floor(random() * from.length)];
  if (found === undefined) {
    throw new Error("nothing to pick from");
  }
  return found;
}

/** One to `most` members, none twice. */
export function some<T>(random: Random, from: readonly T[], most: number): readonly T[] {
  const count = Math.min(from.length, 1 + Math.floor(random() * most));
  const all = new Set<T>();
  while (all.size < count) {
    all.add(pick(random, from));
  }
  return [...all];
}
