import type { Millis } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";

/**
 * The chain TTLs of the last cycles. A cycle is the lifetime of one copy at the recursive resolver. It begins with an answer after the
 * previous copy expired, or with a different answer. Answers within a cycle show the same copy with a lower TTL.
 */
export interface TtlCycles {
  /** Cycles since the key is looked up. */
  readonly count: number;
  /** The largest chain TTL of this cycle's readings. */
  readonly ttl: Seconds;
  readonly previous: Seconds;
  /** When the copy that began this cycle runs out; 0: nothing was read since the start. */
  readonly endsAt: Millis;
  /** The largest chain TTL of this block of {@link BLOCK} cycles, and of the block before. */
  readonly peak: Seconds;
  readonly peakBefore: Seconds;
  /** The same for the longest TTL of any hop: a recursive resolver can keep a CNAME for an hour although it keeps the addresses for a minute. */
  readonly longest: Seconds;
  readonly longestBefore: Seconds;
}

/** The least and the largest TTL of one reading's chain. */
interface ReadTtls {
  readonly ttl: Seconds;
  readonly maxTtl: Seconds;
}

/** Cycles a block of the peak; a TTL that was once long stops to count after one to two blocks. */
const BLOCK = 8;

/** The cycles after a reading that was believed; `changed`: it differs from the one before. */
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

/** The cycles after a reading that is not believed yet: some server holds a copy for that long. */
export function recordPeak(cycles: TtlCycles, { ttl, maxTtl }: ReadTtls): TtlCycles {
  return ttl <= cycles.peak && maxTtl <= cycles.longest
    ? cycles
    : { ...cycles, peak: Math.max(cycles.peak, ttl), longest: Math.max(cycles.longest, maxTtl) };
}

/** Returns the cycles for a TTL from before a restart, which counts as the cycle before the first answer. */
export function restoredCycles(ttl: Seconds): TtlCycles {
  return { count: 0, ttl, previous: 0, endsAt: 0, peak: ttl, peakBefore: 0, longest: ttl, longestBefore: 0 };
}

/** True until the first reading since the start. */
export function isUnread(cycles: TtlCycles | undefined): boolean {
  return cycles === undefined || cycles.endsAt === 0;
}

/** `orig`: recursive resolvers count down, so the largest TTL of two cycles is used as the TTL of the target. */
export function origTtl(cycles: TtlCycles | undefined): Seconds {
  return cycles === undefined ? 0 : Math.max(cycles.ttl, cycles.previous);
}

/** The longest known time that a recursive resolver keeps any hop of the chain. A change there can take this long to appear. */
export function maxTtl(cycles: TtlCycles | undefined): Seconds {
  return cycles === undefined ? 0 : Math.max(cycles.longest, cycles.longestBefore);
}

/** The longest known time that a recursive resolver keeps the addresses. If two resolvers disagree, two cycles do not show it. */
export function peakTtl(cycles: TtlCycles | undefined): Seconds {
  return cycles === undefined ? 0 : Math.max(cycles.peak, cycles.peakBefore);
}
