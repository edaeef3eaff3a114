import type { Millis } from "../../base/clock.ts";
import { sameMembers } from "../../base/order.ts";
import type { Seconds } from "../../dns/record.ts";
import { JITTER, MAX_WAIT_MS, SLACK_MS } from "./next-lookup.ts";

/**
 * The memory of a target whose addresses changed recently. It distinguishes a pool that returns subsets from a target that moved.
 * It exists from a change until {@link QUIET_CYCLES} cycles without a change have passed, so a key without changes has no such
 * memory.
 */
export interface Rotation {
  readonly cycle: number;
  /**
   * The time when every cached copy from this cycle has expired. Until then, a recursive resolver that read the target just before
   * a change returns the old set. Different answers within one cycle are therefore not a rotation.
   */
  readonly endsAt: Millis;
  /** The cycle in which each address was last seen. */
  readonly seen: ReadonlyMap<string, number>;
  /** One bit for each of the last 8 cycles that changed the addresses; the lowest bit is the newest. 1: an address returned. */
  readonly returns: number;
  /** Cycles since the last change. */
  readonly quiet: number;
  readonly rotating: boolean;
}

export interface SeenResult {
  readonly addresses: readonly string[];
  readonly ttl: Seconds;
  readonly now: Millis;
}

/** The published addresses remain while each of them was seen within this many cycles. */
export const WINDOW_CYCLES = 3;
/** A target without a change for this number of cycles no longer rotates. */
const QUIET_CYCLES = 8;
const CHANGES_REMEMBERED = 0xff;
/** One return of an address can be a rollback. Two returns show a pool. */
const RETURNS_TO_ROTATE = 2;
/** An address that was not seen for this many cycles is forgotten. */
const MEMORY_CYCLES = 16;
/** Four answers with the maximum number of addresses (64). */
const MEMORY_ADDRESSES = 256;

/**
 * True for a TTL so short that each lookup gets a new copy. With a longer TTL, a target causes at most one write in five minutes
 * anyway, and lookups would get old and new copies in turn.
 */
export function canRotate(ttl: Seconds): boolean {
  return ttl * 1000 * (1 + JITTER) + SLACK_MS <= MAX_WAIT_MS;
}

/** Returns the memory after one more accepted answer. `before`: the previous addresses. */
export function track(
  rotation: Rotation | undefined,
  before: readonly string[],
  result: SeenResult,
): Rotation | undefined {
  if (rotation === undefined) {
    return begin(before, result);
  }
  return result.now < rotation.endsAt ? sameCycle(rotation, result) : nextCycle(rotation, result);
}

/** True while each of the addresses was seen within the window. */
export function allSeenLately(rotation: Rotation, addresses: readonly string[]): boolean {
  return addresses.every((address) => rotation.cycle - (rotation.seen.get(address) ?? -WINDOW_CYCLES) < WINDOW_CYCLES);
}

/** All addresses that were seen in the present cycle. */
export function seenNow(rotation: Rotation): readonly string[] {
  return [...rotation.seen].filter(([, cycle]) => cycle === rotation.cycle).map(([address]) => address);
}

function begin(before: readonly string[], result: SeenResult): Rotation | undefined {
  if (before.length === 0 || sameMembers(before, result.addresses)) {
    return undefined;
  }
  const seen = new Map(before.map((address) => [address, 0]));
  result.addresses.forEach((address) => seen.set(address, 1));
  return { cycle: 1, endsAt: cycleEnd(result), seen, returns: 0, quiet: 0, rotating: false };
}

function sameCycle(rotation: Rotation, result: SeenResult): Rotation {
  const endsAt = Math.max(rotation.endsAt, cycleEnd(result));
  const isKnown = result.addresses.every((address) => rotation.seen.get(address) === rotation.cycle);
  const seen = isKnown ? rotation.seen : remember(rotation.seen, result.addresses, rotation.cycle);
  return isKnown && endsAt === rotation.endsAt ? rotation : { ...rotation, endsAt, seen };
}

function nextCycle(rotation: Rotation, result: SeenResult): Rotation | undefined {
  const changed = !sameMembers(seenNow(rotation), result.addresses);
  const quiet = changed ? 0 : rotation.quiet + 1;
  if (quiet >= QUIET_CYCLES) {
    return undefined;
  }
  const cycle = rotation.cycle + 1;
  const returns = changed ? addBit(rotation.returns, cameBack(rotation, result.addresses)) : rotation.returns;
  return {
    cycle,
    endsAt: cycleEnd(result),
    seen: remember(rotation.seen, result.addresses, cycle),
    returns,
    quiet,
    rotating: countBits(returns) >= RETURNS_TO_ROTATE,
  };
}

function cycleEnd(result: SeenResult): Millis {
  return result.now + result.ttl * 1000;
}

function cameBack(rotation: Rotation, addresses: readonly string[]): boolean {
  return addresses.some((address) => (rotation.seen.get(address) ?? rotation.cycle) < rotation.cycle);
}

function remember(
  seen: ReadonlyMap<string, number>,
  addresses: readonly string[],
  cycle: number,
): ReadonlyMap<string, number> {
  const kept = [...seen].filter(([address, last]) => cycle - last <= MEMORY_CYCLES && !addresses.includes(address));
  // The map keeps the order of insertion, so the first entry is the address that has not been seen for the longest time.
  const room = Math.max(0, MEMORY_ADDRESSES - addresses.length);
  return new Map([
    ...kept.slice(Math.max(0, kept.length - room)),
    ...addresses.map((address) => [address, cycle] as const),
  ]);
}

function addBit(bits: number, bit: boolean): number {
  return ((bits << 1) | (bit ? 1 : 0)) & CHANGES_REMEMBERED;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) {
    count += 1;
  }
  return count;
}
