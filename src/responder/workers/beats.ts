import { NO_COUNTS, type ResponderCounts } from "../counters.ts";
import type { ToWorker } from "./messages.ts";

/** The counts of one worker, and a check whether it still answers. */
export interface Beats {
  /** The last counts that the worker sent. */
  readonly counts: () => ResponderCounts;
  /**
   * Requests the counts; any number of callers share one request. Resolves when the counts arrive, or when the worker has ended.
   */
  readonly counted: () => Promise<void>;
  /** Call it regularly. Requests the counts too, and calls `end` if none have arrived since the last five beats. */
  readonly beat: () => void;
  /** Receives the worker's counts. */
  readonly take: (counts: ResponderCounts) => void;
  /** Call it when the worker has ended. */
  readonly stop: () => void;
}

export function createBeats(post: (message: ToWorker) => void, end: (cause: unknown) => void): Beats {
  let counts = NO_COUNTS;
  let unanswered = 0;
  let isRequested = false;
  let next = Promise.withResolvers<void>();
  const counted = (): Promise<void> => {
    if (!isRequested) {
      isRequested = true;
      next = Promise.withResolvers();
      post({ kind: "count" });
    }
    return next.promise;
  };
  return {
    counts: () => counts,
    counted,
    beat: () => {
      if (unanswered >= MAX_UNANSWERED) {
        end(new Error(`no answer to ${unanswered} beats`));
        return;
      }
      unanswered += 1;
      void counted();
    },
    take: (latest) => {
      counts = latest;
      unanswered = 0;
      isRequested = false;
      next.resolve();
    },
    stop: () => next.resolve(),
  };
}

const MAX_UNANSWERED = 5;
