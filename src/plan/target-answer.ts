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

/** The detail of a failure from a status. The next lookup that fails for the same reason has more detail. */
export const BEFORE_RESTART = "as it was before the restart";

/**
 * The answer for one key after the rules of plan/hold. The planner uses only this. `addresses` are the
 * last known good ones, kept steady over rotation; empty if no lookup ever returned addresses.
 */
export interface TargetAnswer {
  readonly key: TargetKey;
  readonly outcome: Outcome;
  /** When this outcome began. */
  readonly since: Millis;
  /** Sorted; the last known good addresses. */
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
   * The first time that the target became empty after its last addresses. Set if the emptiness was confirmed, and must be confirmed again because the other family is back.
   * Addresses that an alias withdrew the first time remain withdrawn.
   */
  readonly firstEmptySince?: Millis | undefined;
  /** Set while lookups fail: the time of the first of the consecutive failures. */
  readonly failingSince: Millis | undefined;
  readonly rotating: boolean;
  /** The addresses come from a status. No lookup of this process has returned any, so published addresses can be newer. */
  readonly isRestored?: true;
  /** What is known is from before this term: its first lookup of the term has not ended, or its lookups of the term fail, or are not believed yet. */
  readonly unread?: "pending" | "failing";
  /** The target has more addresses than are published of one target; `addresses` is a steady subset of them. */
  readonly isSubset?: boolean;
  /** The longest time from a change at the target to its acceptance while lookups work, for the staleness bound. */
  readonly refreshWaitMs: Millis;
}
