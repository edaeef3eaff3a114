import { hashOf, mixed } from "./rendezvous.ts";

/** One selected target. */
export interface Weighed {
  readonly name: string;
  readonly weight: number;
}

/** With so many, the share of a target is off by 0.3 points on average, and by less than 1. A power of two. */
export const BUCKETS = 16_384;

/**
 * The target of each bucket of client networks, as its index: weighted rendezvous hashing (Thaler and Ravishankar, "Using Name-Based Mappings to Increase Hit Rates"). It depends only on names and
 * weights, so all replicas choose the same. A target that leaves moves only its own buckets. The bytes can be shared between threads.
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
 * All buckets in the random order of one target. The ranks are the random numbers of the scores: each is there once, which halves the deviation of the shares from that of
 * independent numbers.
 */
function bucketsInOrder(seed: number): Uint32Array {
  const keys = Float64Array.from({ length: BUCKETS }, (_, bucket) => mixed(seed, bucket) * BUCKETS + bucket);
  return Uint32Array.from(keys.sort(), (key) => key % BUCKETS);
}

/** A table for each choice of targets and weights, of bounded number. */
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

/** 16 MiB. */
const MAX_TABLES = 1_024;
