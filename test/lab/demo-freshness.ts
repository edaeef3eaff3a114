import type { Millis } from "../../src/base/clock.ts";
import type { Verdict } from "./demo-target.ts";

/** One look at what a server answers for one family. */
export interface Look {
  /** When the question was sent: what the answer shows was so then. */
  readonly askedAt: Millis;
  /** When the answer was there. */
  readonly at: Millis;
  /** Sorted or not; empty when there was no address or no answer. */
  readonly addresses: readonly string[];
  /** What the answer is, judged now. */
  readonly verdict: Verdict;
  /** What the answer of the look before is, judged now. */
  readonly before: Verdict | undefined;
  /** The longest staleness that is promised at this moment; undefined while the promise does not hold (no recursive server). */
  readonly allowedMs: Millis | undefined;
}

/** What many looks amount to. */
export interface Freshness {
  readonly looks: number;
  /** Without any address. */
  readonly blank: number;
  /** With addresses that the target never had. */
  readonly wrong: number;
  /** Of looks under the promise; counted up to the look that saw the change, so never too short. */
  readonly longestMs: Millis;
  /** Looks under the promise that were older than it allows when they were asked: a busy machine is no fault of the product. */
  readonly over: number;
  /** The least and the greatest that was promised. */
  readonly allowedMs: readonly [Millis, Millis] | undefined;
  /** At the last look; 0 when it was right. */
  readonly nowMs: Millis;
}

export const NO_LOOKS: Freshness = {
  looks: 0,
  blank: 0,
  wrong: 0,
  longestMs: 0,
  over: 0,
  allowedMs: undefined,
  nowMs: 0,
};

/** The sum after one more look. */
export function noteLook(sum: Freshness, { askedAt, at, addresses, verdict, before, allowedMs }: Look): Freshness {
  const nowMs = staleMs(verdict, at);
  // The answer before may have stood until just before this look.
  const reachedMs = Math.max(nowMs, staleMs(before, at));
  const counted = allowedMs === undefined ? 0 : reachedMs;
  return {
    looks: sum.looks + 1,
    blank: sum.blank + (addresses.length === 0 ? 1 : 0),
    wrong: sum.wrong + (addresses.length > 0 && verdict.kind === "never" ? 1 : 0),
    longestMs: Math.max(sum.longestMs, counted),
    over: sum.over + (allowedMs !== undefined && staleMs(verdict, askedAt) > allowedMs ? 1 : 0),
    allowedMs: allowedMs === undefined ? sum.allowedMs : widened(sum.allowedMs, allowedMs),
    nowMs,
  };
}

function staleMs(verdict: Verdict | undefined, at: Millis): Millis {
  return verdict?.kind === "outdated" ? Math.max(0, at - verdict.since) : 0;
}

function widened(range: Freshness["allowedMs"], value: Millis): readonly [Millis, Millis] {
  return range === undefined ? [value, value] : [Math.min(range[0], value), Math.max(range[1], value)];
}
