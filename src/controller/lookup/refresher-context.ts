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
   * Called when an answer says something new, never for a mere refresh; see `isNews`. `goodBefore` is when the answer before it was last
   * confirmed: the target has changed no earlier.
   */
  readonly onAnswer: (answer: TargetAnswer, lastSuccessBefore: Millis | undefined) => void;
  /** Look-ups at once; those that questions wait for are counted apart. */
  readonly concurrency: number;
  /** Every reading, for metrics. */
  readonly observe?: (result: LookupResult, tookMs: Millis, key: TargetKey) => void;
  /** A look-up begins because somebody asked and waits. */
  readonly onQuestion?: () => void;
  /** False: until `follow` is called a key is looked up only when it is asked for. Default: true. */
  readonly follows?: boolean;
}

export interface Entry {
  state: HoldState;
  users: number;
  /** What `onAnswer` was told last. */
  notified: TargetAnswer;
  lastLookupAt: Millis;
  /** Somebody asked since the last look-up began: without `follow` it is the reason for the next. */
  queried: boolean;
  /** The look-up that is under way. */
  running: Promise<void> | undefined;
  /** Another one was asked for since it began. */
  requeue: boolean;
  /** No lookup of this term has said what the target has: none has ended ("pending"), or those that have failed ("failing"). */
  unread: "pending" | "failing" | undefined;
  /** The namespace whose status the last known good addresses of `state` come from, until the first result; undefined: from none. */
  restoredFrom: string | undefined;
  /** What the statuses of other namespaces remember, until the first result: a status counts for the names of its own namespace only. */
  restored: Map<string, LastKnownGood> | undefined;
  /** What it knows is from before the first term and no longer fresh. The statuses know better, and until then a plan knows nothing of it. */
  isSuperseded: boolean;
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
  /** Look-ups that were begun for a question. */
  readonly forQuestions: Set<Promise<void>>;
  /** To be called after anything was added to `due`. */
  readonly wake: () => void;
  readonly phase: {
    follows: boolean;
    /** Of the run; undefined: not running. */
    signal: AbortSignal | undefined;
  };
}
