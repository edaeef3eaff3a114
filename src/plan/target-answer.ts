import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";
import type { FailureReason, TargetKey } from "../dns/lookup-result.ts";
import type { Seconds } from "../dns/record.ts";

/** What the last reading of a key said, in the words of the status. */
export type Outcome =
  | { readonly kind: "unknown" }
  | { readonly kind: "positive" }
  | { readonly kind: "nodata" | "nxdomain" }
  | { readonly kind: "failure"; readonly reason: FailureReason; readonly detail: string };

/** The detail of a failure that a status remembers; the next lookup that fails for the same reason says more. */
export const BEFORE_RESTART = "as it was before the restart";

/**
 * What stands for one key after all the rules of holding: the planner believes this and nothing else. `addresses` is
 * last-good, steady over rotation; empty while nothing was ever found.
 */
export interface TargetAnswer {
  readonly key: TargetKey;
  readonly outcome: Outcome;
  /** When this outcome began. */
  readonly since: Millis;
  /** Sorted; last-good. */
  readonly addresses: readonly string[];
  /**
   * `orig`, the largest chain TTL of the last two cycles, so that a counting-down cache does not shrink it; and steady: it moves only with the address set, or
   * when it was more than 25 % off in two cycles running. A plan may take it as it is.
   */
  readonly ttl: Seconds;
  readonly chain: readonly Name[];
  /** When `addresses` was last confirmed by a positive reading; undefined: never. */
  readonly lastSuccessAt: Millis | undefined;
  /** When the target became empty; set once that was confirmed by enough readings, servers and time. */
  readonly emptySince: Millis | undefined;
  /**
   * When the target became empty first, since addresses of it were read last: set where the emptiness was confirmed, and then had to be confirmed anew because the other family is back.
   * What an alias withdrew the first time stays withdrawn.
   */
  readonly firstEmptySince?: Millis | undefined;
  /** Set while look-ups fail: when the row of failures began. */
  readonly failingSince: Millis | undefined;
  readonly rotating: boolean;
  /** The addresses are a status's: no lookup of this process has found any, so what is published can be newer. */
  readonly isRestored?: true;
  /** What is known is from before this term: its first lookup of the term has not ended, or its lookups of the term fail, or are not believed yet. */
  readonly unread?: "pending" | "failing";
  /** The target has more addresses than are published of one target; `addresses` is a steady subset of them. */
  readonly isSubset?: boolean;
  /** The longest time from a change at the target to our belief in it while look-ups work, for the staleness bound. */
  readonly refreshWaitMs: Millis;
}
