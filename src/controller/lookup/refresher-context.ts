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
  /** How many servers a view has; 0 for a view that is gone. */
  readonly serverCountOf: (view: ViewId) => number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /**
   * Called when an answer has changed, never for a refresh; see `isNews`. `goodBefore` is the time when the previous answer was last
   * confirmed: the target has not changed before.
   */
  readonly onAnswer: (answer: TargetAnswer, lastSuccessBefore: Millis | undefined) => void;
  /** Maximum number of concurrent lookups of one namespace, and of one view, in each pool. Lookups for waiting queries are counted separately. */
  readonly concurrency: number;
  /** Whose turn the key takes. Absent: all keys take the same. */
  readonly namespaceOf?: (key: TargetKey) => string;
  /** Whether the key is looked up in time has changed. */
  readonly onOverdue?: (key: TargetKey) => void;
  /** Every reading, for metrics. */
  readonly observe?: (result: LookupResult, tookMs: Millis, key: TargetKey) => void;
  /** A lookup starts because a query waits for it. */
  readonly onQuestion?: () => void;
  /** False: until `follow` is called, a key is looked up only on request. Defaults to true. */
  readonly follows?: boolean;
}

export interface Entry {
  state: HoldState;
  users: number;
  /** The last answer that `onAnswer` got. */
  notified: TargetAnswer;
  lastLookupAt: Millis;
  /** A query arrived since the last lookup started. Without `follow`, it is the reason for the next one. */
  queried: boolean;
  /** The lookup in progress. */
  running: Promise<void> | undefined;
  /** Another one was requested since it started. */
  requeue: boolean;
  /** No lookup of this term has read the target: none has ended ("pending"), or all have failed ("failing"). */
  unread: "pending" | "failing" | undefined;
  /** The namespace whose status the last known good addresses of `state` come from, until the first result; undefined: from none. */
  restoredFrom: string | undefined;
  /** What the statuses of other namespaces remember, until the first result: a status counts for the names of its own namespace only. */
  restored: Map<string, LastKnownGood> | undefined;
  /** What it knows is from before the first term and no longer fresh. The statuses know better, and until then a plan knows nothing of it. */
  isSuperseded: boolean;
  /** How often its lookup took long while others waited, and began again in another pool. */
  slowness: number;
  /** Its next lookup is out of turn, because its servers answer again. */
  isRetry: boolean;
  /** Such lookups in vain, since it fails; the last was due then. */
  retries: number;
  retriedAt: Millis;
  /** `onOverdue` was called for it. */
  isOverdue: boolean;
  /** The reading that was fetched in advance was the copy that runs out then: that does not help a second time. */
  prefetchedFor: Millis;
}

/** What the parts of a refresher share. */
export interface RefresherContext {
  readonly deps: RefresherDeps;
  /** By `keyText`. */
  readonly entries: Map<string, Entry>;
  readonly due: Due<string>;
  readonly outages: OutageWatch;
  /** Takes the key out of `due` and out of the line of those that wait. */
  readonly forget: (text: string) => void;
  /** Lookups that started for a query. */
  readonly forQuestions: Set<Promise<void>>;
  /** To be called after anything was added to `due`. */
  readonly wake: () => void;
  /** Has the key looked up at that time, whether questions are followed or not. */
  readonly schedule: (text: string, entry: Entry, at: Millis) => void;
  readonly phase: {
    follows: boolean;
    /** Of the run; undefined: not running. */
    signal: AbortSignal | undefined;
  };
}
