import type { Clock, Millis } from "../base/clock.ts";

/** Keeps a kind of work that holds the event loop to a share of the time, whatever the work is for. */
export interface WorkBudget {
  /** Work was done for so long. */
  spend(ms: Millis): void;
  /** The wait of work that arrives now. */
  waitMs(): Millis;
}

export interface WorkBudgetOptions {
  readonly clock: Pick<Clock, "now">;
  /** Milliseconds of pause for each millisecond of work. */
  readonly restShare: number;
  /** What comes within this time is done together. */
  readonly minWaitMs: Millis;
  /** News never waits longer. */
  readonly maxWaitMs: Millis;
}

export function createWorkBudget({ clock, restShare, minWaitMs, maxWaitMs }: WorkBudgetOptions): WorkBudget {
  let restsUntil: Millis = 0;
  return {
    spend(ms) {
      restsUntil = Math.max(restsUntil, clock.now()) + ms * restShare;
    },
    waitMs: () => Math.max(minWaitMs, Math.min(maxWaitMs, restsUntil - clock.now())),
  };
}
