import type { Millis } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";

/**
 * The chain TTLs of the last cycles. A cycle is the lifetime of one copy at the recursive resolver. A cycle begins with the first
 * answer after the previous copy expired, or with a different answer. Answers within a cycle show the same copy with a lower TTL.
 */
export interface TtlCycles {
  /** Cycles since the first lookup of the key. */
  readonly count: number;
  /** The largest chain TTL in the answers of this cycle. */
  readonly ttl: Seconds;
  readonly previous: Seconds;
  /** When the copy that began this cycle expires. 0: no answer since the start. */
  readonly endsAt: Millis;
  /** The largest chain TTL of this block of {@link BLOCK} cycles, and of the previous block. */
  readonly peak: Seconds;
  readonly peakBefore: Seconds;
  /**
   * The largest TTL of any hop of the chain, for this block and the previous block. A recursive resolver can keep a CNAME for an
   * hour although it keeps the addresses for a minute.
   */
  readonly longest: Seconds;
  readonly longestBefore: Seconds;
}

/** The smallest and the largest TTL in the chain of one answer. */
interface ReadTtls {
  readonly ttl: Seconds;
  readonly maxTtl: Seconds;
}

/** The number of cycles in one block. A past long TTL stops counting after one to two blocks. */
const BLOCK = 8;

/** The cycles after an accepted answer. `changed`: the answer differs from the previous one. */
export function recordResult(
  cycles: TtlCycles | undefined,
  result: ReadTtls & { readonly changed: boolean; readonly now: Millis },
): TtlCycles {
  const { ttl, maxTtl, changed, now } = result;
  if (cycles === undefined) {
    return { ...restoredCycles(ttl), count: 1, longest: maxTtl, endsAt: now + ttl * 1000 };
  }
  if (!changed && now < cycles.endsAt) {
    return { ...recordPeak(cycles, result), ttl: Math.max(cycles.ttl, ttl) };
  }
  const count = cycles.count + 1;
  const block =
    count % BLOCK === 0
      ? { peak: ttl, peakBefore: cycles.peak, longest: maxTtl, longestBefore: cycles.longest }
      : recordPeak(cycles, result);
  return { ...cycles, ...block, count, ttl, previous: cycles.ttl, endsAt: now + ttl * 1000 };
}

/** The cycles after an answer that is not accepted yet: its TTL shows for how long a server keeps a copy. */
export function recordPeak(cycles: TtlCycles, { ttl, maxTtl }: ReadTtls): TtlCycles {
  return ttl <= cycles.peak && maxTtl <= cycles.longest
    ? cycles
    : { ...cycles, peak: Math.max(cycles.peak, ttl), longest: Math.max(cycles.longest, maxTtl) };
}

/** Returns the cycles for a TTL from before a restart, which counts as the cycle before the first answer. */
export function restoredCycles(ttl: Seconds): TtlCycles {
  return { count: 0, ttl, previous: 0, endsAt: 0, peak: ttl, peakBefore: 0, longest: ttl, longestBefore: 0 };
}

/** True until the first answer since the start. */
export function isUnread(cycles: TtlCycles | undefined): boolean {
  return cycles === undefined || cycles.endsAt === 0;
}

/** `orig`: the largest TTL of two cycles is used as the TTL of the target, because recursive resolvers count TTLs down. */
export function origTtl(cycles: TtlCycles | undefined): Seconds {
  return cycles === undefined ? 0 : Math.max(cycles.ttl, cycles.previous);
}

/**
 * The longest known time for which a recursive resolver keeps any hop of the chain. A change of a hop can take this long to appear.
 */
export function maxTtl(cycles: TtlCycles | undefined): Seconds {
  return cycles === undefined ? 0 : Math.max(cycles.longest, cycles.longestBefore);
}

/**
 * The longest known time for which a recursive resolver keeps the addresses. Two cycles are too few for this, because two
 * resolvers can disagree.
 */
export function peakTtl(cycles: TtlCycles | undefined): Seconds {
  return cycles === undefined ? 0 : Math.max(cycles.peak, cycles.peakBefore);
}
