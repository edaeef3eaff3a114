import type { Clock, Millis } from "../base/clock.ts";

/** Limits one kind of work, which blocks the event loop, to a share of the time. */
export interface WorkBudget {
  /** Reports work that took this long. */
  spend(ms: Millis): void;
  /** How long work that arrives now has to wait. */
  waitMs(): Millis;
}

export interface WorkBudgetOptions {
  readonly clock: Pick<Clock, "now">;
  /** Milliseconds of pause for each millisecond of work. */
  readonly restShare: number;
  /** The lower limit of every wait. Work that arrives within it is done together. */
  readonly minWaitMs: Millis;
  /** The upper limit of every wait. */
  readonly maxWaitMs: Millis;
}

export function createWorkBudget({ clock, restShare, minWaitMs, maxWaitMs }: WorkBudgetOptions): WorkBudget {
  let restsUntil: Millis = -Infinity;
  return {
    spend(ms) {
      restsUntil = Math.max(restsUntil, clock.now()) + ms * restShare;
    },
    waitMs: () => Math.max(minWaitMs, Math.min(maxWaitMs, restsUntil - clock.now())),
  };
}
