import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";
import type { FailureReason, TargetKey } from "../dns/lookup-result.ts";
import type { Seconds } from "../dns/record.ts";

/** The result of the last lookup of a key, in the words of the status. */
export type Outcome =
  | { readonly kind: "unknown" }
  | { readonly kind: "positive" }
  | { readonly kind: "nodata" | "nxdomain" }
  | { readonly kind: "failure"; readonly reason: FailureReason; readonly detail: string };

/** The detail of a failure that comes from a status. The next failure with the same reason replaces it by its own detail. */
export const BEFORE_RESTART = "as it was before the restart";

/**
 * The answer for one key after the rules of plan/hold. The planner uses only this. `addresses` has the last known good addresses,
 * which don't change while the target rotates. It is empty if no lookup ever returned addresses.
 */
export interface TargetAnswer {
  readonly key: TargetKey;
  readonly outcome: Outcome;
  /** When this outcome began. */
  readonly since: Millis;
  /** The last known good addresses, sorted. */
  readonly addresses: readonly string[];
  /**
   * `orig`: the largest chain TTL of the last two cycles, because caches count TTLs down. It changes only with the addresses, or
   * after a difference of more than 25 % in two consecutive cycles. A plan can use it without further smoothing.
   */
  readonly ttl: Seconds;
  readonly chain: readonly Name[];
  /** When a positive answer last confirmed `addresses`. Undefined: never. */
  readonly lastSuccessAt: Millis | undefined;
  /** When the target became empty. Set once enough answers, from enough servers and over enough time, have confirmed this. */
  readonly emptySince: Millis | undefined;
  /**
   * The first time that the target became empty after its last addresses. Set if the emptiness was confirmed, but needs a new
   * confirmation because the other family has addresses again. Addresses that an alias withdrew at that first time remain
   * withdrawn.
   */
  readonly firstEmptySince?: Millis | undefined;
  /** Set while lookups fail: the time of the first of the consecutive failures. */
  readonly failingSince: Millis | undefined;
  readonly rotating: boolean;
  /**
   * True if the addresses come from a status. No lookup of this process has returned addresses, so the published addresses can be
   * newer.
   */
  readonly isRestored?: true;
  /**
   * The answer is from before this leader's term. `pending`: the first lookup has not ended. `failing`: its lookups fail, or
   * their answers are not accepted yet.
   */
  readonly unread?: "pending" | "failing";
  /**
   * True if the target has more addresses than dnsalias publishes for one target. `addresses` is a subset, which changes only as
   * much as necessary.
   */
  readonly isSubset?: boolean;
  /** The longest time from a change at the target to its acceptance while lookups work, for the staleness bound. */
  readonly refreshWaitMs: Millis;
}
