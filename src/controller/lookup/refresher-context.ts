import type { Clock, Millis, Random } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { LookupResult, TargetKey, ViewId } from "../../dns/lookup-result.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import type { HoldState, LastKnownGood } from "../../plan/hold/state.ts";
import type { Lookup } from "../../resolver/lookup.ts";
import type { Due } from "../../schedule/due.ts";
import type { OutageWatch } from "./outage-detector.ts";

export interface RefresherDeps {
  readonly lookup: Lookup;
  /** The number of servers in a view. 0 for a view that no longer exists. */
  readonly serverCountOf: (view: ViewId) => number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /**
   * Called when an answer has changed, and never for a refresh that changes nothing; see `isNews`. `lastSuccessBefore`: when the
   * previous answer was last confirmed. The target has not changed before that time.
   */
  readonly onAnswer: (answer: TargetAnswer, lastSuccessBefore: Millis | undefined) => void;
  /** Maximum number of concurrent lookups of one namespace, and of one view, in each pool. Lookups for waiting queries are counted separately. */
  readonly concurrency: number;
  /** The namespace in whose turn the key is looked up. Absent: all keys share one turn. */
  readonly namespaceOf?: (key: TargetKey) => string;
  /** Called when a lookup of the key becomes overdue, and when it no longer is overdue. */
  readonly onOverdue?: (key: TargetKey) => void;
  /** Called with every lookup result, for metrics. */
  readonly observe?: (result: LookupResult, tookMs: Millis, key: TargetKey) => void;
  /** Called when a lookup starts because a query waits for it. */
  readonly onQuestion?: () => void;
  /** False: before `follow` is called, a key is looked up only on request. Defaults to true. */
  readonly follows?: boolean;
}

export interface Entry {
  state: HoldState;
  users: number;
  /** The last answer that `onAnswer` got. */
  notified: TargetAnswer;
  lastLookupAt: Millis;
  /** True if a query has arrived since the last lookup started. Without `follow`, only queries cause lookups. */
  queried: boolean;
  /** The lookup in progress. */
  running: Promise<void> | undefined;
  /** True if another lookup was requested since the running one started. */
  requeue: boolean;
  /** No lookup of this term has read the target: none has ended ("pending"), or all have failed ("failing"). */
  unread: "pending" | "failing" | undefined;
  /**
   * The namespace of the status with the last known good addresses in `state`. Undefined after the first result, and without such
   * a status.
   */
  restoredFrom: string | undefined;
  /** The `publishedAt` of that status. Until the first result, a status with a later `publishedAt` replaces it. */
  restoredAt: Millis;
  /**
   * The last known good addresses in the statuses of other namespaces, until the first result. A status counts only for the names
   * of its own namespace.
   */
  restored: Map<string, LastKnownGood> | undefined;
  /**
   * True if the known answer is from before the first term and no longer fresh. Statuses have newer answers. Until one of them is
   * restored, a plan has no answer for this key.
   */
  isSuperseded: boolean;
  /** The superseded state, for answers at query time. Undefined: `state` is for all answers. */
  own: OwnState | undefined;
  /** How often its lookup took long while others waited, and was started again in another pool. */
  slowness: number;
  /** True if the next lookup runs early, because the servers of the view answer again. */
  isRetry: boolean;
  /** The number of early lookups without success since the key began to fail. `retriedAt` is the due time of the last one. */
  retries: number;
  retriedAt: Millis;
  /** True if `onOverdue` reported that its lookup is overdue. */
  isOverdue: boolean;
  /**
   * The expiry time of the copy that an early lookup returned again. A second early lookup would not return anything newer either.
   */
  prefetchedFor: Millis;
}

interface OwnState {
  /** Lookups update this state until one of them has an answer. */
  readonly state: HoldState;
  /** The namespaces whose statuses may have newer addresses. */
  readonly replacedIn: Set<string>;
}

/** The state that the parts of a refresher share. */
export interface RefresherContext {
  readonly deps: RefresherDeps;
  /** By `keyText`. */
  readonly entries: Map<string, Entry>;
  readonly due: Due<string>;
  readonly outages: OutageWatch;
  /** Removes the key from `due` and from the waiting keys. */
  readonly forget: (text: string) => void;
  /** Lookups that started because of a query. */
  readonly forQuestions: Set<Promise<void>>;
  /** Call it after a key was added to `due`. */
  readonly wake: () => void;
  /** Schedules a lookup of the key at that time, also before `follow`. */
  readonly schedule: (text: string, entry: Entry, at: Millis) => void;
  readonly phase: {
    follows: boolean;
    /** The signal of `run`. Undefined: it doesn't run. */
    signal: AbortSignal | undefined;
  };
}
