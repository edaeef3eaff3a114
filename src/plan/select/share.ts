import { byCodeUnit } from "../../base/order.ts";
import { hashOf } from "./rendezvous.ts";

/** The addresses of one selected target in one family, without those that are down. */
export interface Pool {
  readonly weight: number;
  /** Not empty. No address is in another pool. */
  readonly addresses: readonly string[];
}

/** The maximum number of published addresses of one family. If there are more targets, one address of each target is published. */
const MAX_ADDRESSES = 8;
/** The published counts remain while their error exceeds the least possible error by at most this many percentage points. */
const SLACK_POINTS = 5;
/**
 * The published counts remain only if their sum is more than this part of the sum of the best counts. A target that returns
 * therefore gets its other addresses back.
 */
const LEAST_PART = 0.5;
/** Errors that differ by less than this count as equal. */
const EPSILON = 1e-9;

/**
 * Returns the addresses of each pool to publish. Their counts are as near to the weights as possible. `published`: the addresses
 * that are published now. Their counts remain while they are near enough. The same input has the same result. If `published` is an
 * earlier result for the same pools, the function returns that result.
 */
export function pickAddresses(pools: readonly Pool[], published: ReadonlySet<string>): readonly string[] {
  const counts = countsOf(pools, published);
  return pools.flatMap(({ addresses }, index) => ranked(addresses).slice(0, counts[index]));
}

/** The share of each weight in the sum, from 0 to 1. If all weights are 0, the shares are equal. */
export function partsOf(weights: readonly number[]): readonly number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (sum === 0 ? 1 / weights.length : weight / sum));
}

/** Sorts addresses by rendezvous hashing. If an address is added or removed, at most one of the other chosen addresses changes. */
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

/**
 * Returns the counts with the least error. If several counts have it, returns those with the most addresses, and of these the ones
 * with the least squares.
 */
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

/** The largest difference between a pool's share of the counts and its wanted share, in percentage points. */
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
