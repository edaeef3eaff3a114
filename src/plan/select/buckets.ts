import { hashOf, mixed } from "./rendezvous.ts";

/** One selected target. */
export interface Weighed {
  readonly name: string;
  readonly weight: number;
}

/**
 * The number of buckets, a power of two. The share of a target differs from its weight by 0.3 percentage points on average, and by
 * less than 1.
 */
export const BUCKETS = 16_384;

/**
 * The target of each bucket of client networks, as its index: weighted rendezvous hashing (Thaler and Ravishankar, "Using
 * Name-Based Mappings to Increase Hit Rates"). The table depends only on names and weights, so it is equal on all replicas. If a
 * target is removed, only its own buckets change. The bytes can be shared between threads.
 */
export function bucketTable(targets: readonly Weighed[]): Uint8Array<SharedArrayBuffer> {
  const table = new Uint8Array(new SharedArrayBuffer(BUCKETS));
  const best = new Float64Array(BUCKETS);
  const isEqual = targets.every(({ weight }) => weight === 0);
  targets.forEach(({ name, weight }, index) => {
    bucketsInOrder(hashOf(name)).forEach((bucket, rank) => {
      const score = (isEqual ? 1 : weight) / -Math.log((rank + 0.5) / BUCKETS);
      if (score > (best[bucket] ?? 0)) {
        best[bucket] = score;
        table[bucket] = index;
      }
    });
  });
  return table;
}

/**
 * All buckets in the random order of one target. The ranks are the random numbers of the scores. Because each rank occurs once, the
 * shares deviate half as much as with independent random numbers.
 */
function bucketsInOrder(seed: number): Uint32Array {
  const keys = Float64Array.from({ length: BUCKETS }, (_, bucket) => mixed(seed, bucket) * BUCKETS + bucket);
  return Uint32Array.from(keys.sort(), (key) => key % BUCKETS);
}

/**
 * Returns a function that creates and caches the table of each combination of targets and weights. The number of cached tables is
 * limited.
 */
export function createBucketTables(): (targets: readonly Weighed[]) => Uint8Array<SharedArrayBuffer> {
  const tables = new Map<string, Uint8Array<SharedArrayBuffer>>();
  return (targets) => {
    const key = targets.map(({ name, weight }) => `${name} ${weight}`).join();
    const table = tables.get(key) ?? bucketTable(targets);
    tables.delete(key);
    tables.set(key, table);
    const [oldest] = tables.size > MAX_TABLES ? tables.keys() : [];
    if (oldest !== undefined) {
      tables.delete(oldest);
    }
    return table;
  };
}

/** The maximum number of cached tables, which use 16 MiB. */
const MAX_TABLES = 1_024;
