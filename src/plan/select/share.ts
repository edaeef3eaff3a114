import { byCodeUnit } from "../../base/order.ts";
import { hashOf } from "./rendezvous.ts";

/** The addresses of one selected target in one family, without those that are down. */
export interface Pool {
  readonly weight: number;
  /** Not empty; no other pool has one of them. */
  readonly addresses: readonly string[];
}

/** Up to this many addresses of one family are published, or one of each target if there are more targets. */
const MAX_ADDRESSES = 8;
/** The published counts remain while their error is at most so many points above the least. */
const SLACK_POINTS = 5;
/** The published counts remain only if they are more than this part of the possible addresses. So a target that returns gets its other addresses back. */
const LEAST_PART = 0.5;
/** Two errors that differ by less are equal. */
const EPSILON = 1e-9;

/**
 * The addresses that are published of each pool, so that the counts are as near to the weights as they can be. `published` are those that are published now: their counts remain
 * while they are good enough. The same input has the same result. If `published` is an earlier
 * result for the same pools, the function returns that result.
 */
export function pickAddresses(pools: readonly Pool[], published: ReadonlySet<string>): readonly string[] {
  const counts = countsOf(pools, published);
  return pools.flatMap(({ addresses }, index) => ranked(addresses).slice(0, counts[index]));
}

/** The part of each weight, from 0 to 1. Weights that are all 0 count the same. */
export function partsOf(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (sum === 0 ? 1 / weights.length : weight / sum));
}

/** Rendezvous hashing: an address that is added or removed changes at most one choice among the others. */
function ranked(addresses: readonly string[]): readonly string[] {
  return addresses
    .map((address) => ({ address, rank: hashOf(address) }))
    .sort((a, b) => a.rank - b.rank || byCodeUnit(a.address, b.address))
    .map(({ address }) => address);
}

function countsOf(pools: readonly Pool[], published: ReadonlySet<string>): readonly number[] {
  const limit = Math.max(MAX_ADDRESSES, pools.length);
  const parts = partsOf(pools.map(({ weight }) => weight));
  const best = leastError(pools, parts, limit);
  const before = pools.map(({ addresses }) => addresses.filter((address) => published.has(address)).length);
  const sum = sumOf(before);
  const isPossible = before.every((count) => count > 0) && sum <= limit && sum > sumOf(best) * LEAST_PART;
  return isPossible && errorOf(before, parts) <= errorOf(best, parts) + SLACK_POINTS + EPSILON ? before : best;
}

/** Returns the counts with the least error. If several have the same error: those with the most addresses, and then those with the least squares. */
function leastError(pools: readonly Pool[], parts: readonly number[], limit: number): readonly number[] {
  let best: readonly number[] = pools.map(() => 1);
  for (const counts of possibleCounts(
    pools.map(({ addresses }) => addresses.length),
    limit,
  )) {
    if (isBetter(counts, best, parts)) {
      best = counts;
    }
  }
  return best;
}

function isBetter(counts: readonly number[], best: readonly number[], parts: readonly number[]): boolean {
  const gain = errorOf(best, parts) - errorOf(counts, parts);
  const more = sumOf(counts) - sumOf(best);
  if (Math.abs(gain) > EPSILON || more !== 0) {
    return Math.abs(gain) > EPSILON ? gain > 0 : more > 0;
  }
  return squaresOf(best, parts) - squaresOf(counts, parts) > EPSILON;
}

/** All combinations with at least 1 and at most `sizes[i]` of each, and at most `limit` in total. */
function* possibleCounts(sizes: readonly number[], limit: number): Generator<readonly number[]> {
  const [size, ...others] = sizes;
  if (size === undefined) {
    yield [];
    return;
  }
  for (let count = 1; count <= Math.min(size, limit - others.length); count += 1) {
    for (const rest of possibleCounts(others, limit - count)) {
      yield [count, ...rest];
    }
  }
}

/** The largest difference between a part of the counts and the wanted part, in percentage points. */
function errorOf(counts: readonly number[], parts: readonly number[]): number {
  return Math.max(...differences(counts, parts).map(Math.abs));
}

function squaresOf(counts: readonly number[], parts: readonly number[]): number {
  return sumOf(differences(counts, parts).map((difference) => difference * difference));
}

function differences(counts: readonly number[], parts: readonly number[]): readonly number[] {
  const sum = sumOf(counts);
  return counts.map((count, index) => (count / sum - (parts[index] ?? 0)) * 100);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
