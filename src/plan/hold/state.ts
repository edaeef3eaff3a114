import type { Millis, Random } from "../../base/clock.ts";
import { addressSet } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import type { LookupResult, TargetKey } from "../../dns/lookup-result.ts";
import type { Seconds } from "../../dns/record.ts";
import type { TargetAnswer, Outcome } from "../target-answer.ts";
import { restoredCycles, type TtlCycles } from "./cycles.ts";
import type { Rotation } from "./rotation.ts";

/** The state of one key. Unchanged values are shared between states, so a new state allocates only its numbers. */
export interface HoldState {
  readonly key: TargetKey;
  readonly outcome: Outcome;
  readonly since: Millis;
  /** The last known good addresses, sorted. They are published. */
  readonly addresses: readonly string[];
  /** True if the last accepted answer had more addresses than dnsalias publishes for one target. */
  readonly isSubset: boolean;
  readonly chain: readonly Name[];
  /** A different chain to the same addresses in the last answer. It becomes `chain` if the next answer has it again. */
  readonly otherChain: readonly Name[] | undefined;
  readonly lastSuccessAt: Millis | undefined;
  /** The last accepted answer, for answers at query time. Undefined: none since the start. */
  readonly read: LastRead | undefined;
  /** The TTL `orig` of the target, without small changes; see {@link TargetAnswer}. */
  readonly ttl: Seconds;
  readonly ttlStrays: number;
  readonly cycles: TtlCycles | undefined;
  /** The number of consecutive failures. */
  readonly failures: number;
  readonly failingSince: Millis | undefined;
  /** The current series of empty answers. */
  readonly empty: EmptyRow | undefined;
  /** When the series of empty answers began. Set only after the series has confirmed the emptiness. */
  readonly emptySince: Millis | undefined;
  /** See TargetAnswer. */
  readonly firstEmptySince: Millis | undefined;
  readonly doubt: Doubt | undefined;
  readonly rotation: Rotation | undefined;
  readonly nextAt: Millis;
  /** The server that the next lookup avoids, if there is another. */
  readonly avoid: string | undefined;
}

interface LastRead {
  /** Sorted. If the addresses equal the published ones, this is the same array. */
  readonly addresses: readonly string[];
  /** The time when the lowest remaining TTL of the chain expires at the recursive resolver. */
  readonly until: Millis;
}

/** NoData and NxDomain answers without a positive one between them. */
export interface EmptyRow {
  readonly firstAt: Millis;
  readonly results: number;
  /** The first server that answered. */
  readonly server: string;
  readonly otherServerHeard: boolean;
  /** The largest negative TTL of the series. */
  readonly negativeTtl: Seconds;
}

/**
 * The state after an answer without more than half of the addresses. `confirming`: the next lookup has to confirm it. `disagreed`:
 * two servers returned different answers.
 */
type Doubt = { readonly kind: "confirming" } | { readonly kind: "disagreed"; readonly until: Millis };

export type PositiveResult = Extract<LookupResult, { readonly kind: "positive" }>;
export type EmptyResult = Extract<LookupResult, { readonly kind: "nodata" | "nxdomain" }>;
export type FailureResult = Extract<LookupResult, { readonly kind: "failure" }>;

/** The other inputs of the state machine, in addition to the answer. */
export interface HoldContext {
  /** The time when the lookup ended. */
  readonly now: Millis;
  readonly random: Random;
  /** How many servers the view has. */
  readonly serverCount: number;
  /** The state of the other family of the same target and view; undefined: no alias uses it. */
  readonly sibling: TargetAnswer | undefined;
}

/** The data that a status or a state file keeps over a restart. */
export interface LastKnownGood {
  readonly addresses: readonly string[];
  readonly ttl: Seconds;
  readonly chain: readonly Name[];
  readonly since: Millis;
  readonly outcome: Outcome;
  readonly lastSuccessAt: Millis | undefined;
  /**
   * Set if the emptiness was confirmed before the restart. Without this, a withdrawn name would return for the minute that a new
   * confirmation takes.
   */
  readonly emptySince?: Millis | undefined;
  /**
   * The time since which the name servers have had the published addresses. Infinity: the time isn't known. -Infinity: nothing is
   * published. Defaults to Infinity.
   */
  readonly publishedAt?: Millis;
}

/** Returns the state of a key before its first lookup, which is due at once. */
export function freshState(key: TargetKey, now: Millis): HoldState {
  return {
    key,
    outcome: { kind: "unknown" },
    since: now,
    addresses: [],
    isSubset: false,
    chain: [],
    otherChain: undefined,
    lastSuccessAt: undefined,
    read: undefined,
    ttl: 0,
    ttlStrays: 0,
    cycles: undefined,
    failures: 0,
    failingSince: undefined,
    empty: undefined,
    emptySince: undefined,
    firstEmptySince: undefined,
    doubt: undefined,
    rotation: undefined,
    nextAt: now,
    avoid: undefined,
  };
}

/** Returns the state of a key with the last known good addresses in a status. Its first lookup is due at once. */
export function restoredState(key: TargetKey, lastKnownGood: LastKnownGood, now: Millis): HoldState {
  return {
    ...withLastKnownGood(freshState(key, now), lastKnownGood),
    outcome: lastKnownGood.outcome,
    since: lastKnownGood.since,
    failingSince: lastKnownGood.outcome.kind === "failure" ? lastKnownGood.since : undefined,
    emptySince: lastKnownGood.emptySince,
  };
}

/** Adds last known good addresses to a key without any. Lookups since the start take precedence. */
export function withLastKnownGood(state: HoldState, lastKnownGood: LastKnownGood): HoldState {
  if (state.addresses.length > 0 || state.emptySince !== undefined || lastKnownGood.addresses.length === 0) {
    return state;
  }
  return {
    ...state,
    addresses: addressSet(lastKnownGood.addresses),
    chain: lastKnownGood.chain,
    ttl: lastKnownGood.ttl,
    cycles: restoredCycles(lastKnownGood.ttl),
    lastSuccessAt: lastKnownGood.lastSuccessAt,
  };
}
