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
  /** The last reading that was believed had more addresses than are published of one target. */
  readonly isSubset: boolean;
  readonly chain: readonly Name[];
  /** Another chain that led to the same addresses once; it is shown when it is read again. */
  readonly otherChain: readonly Name[] | undefined;
  readonly lastSuccessAt: Millis | undefined;
  /** What the last reading that was believed said, for answers at query time; undefined: none since the start. */
  readonly read: LastRead | undefined;
  /** `orig`, held steady over small moves. */
  readonly ttl: Seconds;
  readonly ttlStrays: number;
  readonly cycles: TtlCycles | undefined;
  /** Failures in a row. */
  readonly failures: number;
  readonly failingSince: Millis | undefined;
  /** The current series of empty answers. */
  readonly empty: EmptyRow | undefined;
  /** When the row began, once it is confirmed. */
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
  /** Sorted; the same array as the published addresses if they are equal. */
  readonly addresses: readonly string[];
  /** The time when the lowest TTL of its chain expires, as the recursive resolver counted it down. */
  readonly until: Millis;
}

/** NoData and NxDomain readings with no positive one between. */
export interface EmptyRow {
  readonly firstAt: Millis;
  readonly results: number;
  /** The first server heard. */
  readonly server: string;
  readonly otherServerHeard: boolean;
  /** The largest of the row. */
  readonly negativeTtl: Seconds;
}

/** Over half of the addresses were gone at once: the reading is being confirmed, or two servers said different things. */
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

/** What a status or a state file keeps over a restart. */
export interface LastKnownGood {
  readonly addresses: readonly string[];
  readonly ttl: Seconds;
  readonly chain: readonly Name[];
  readonly since: Millis;
  readonly outcome: Outcome;
  readonly lastSuccessAt: Millis | undefined;
  /** Given when the emptiness was confirmed before the restart, so that a withdrawn name does not come back for a minute. */
  readonly emptySince?: Millis | undefined;
}

/** Returns the state of a key without a lookup; due at once. */
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

/** Returns the state of a key from a status: with its last known good addresses, and due at once. */
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
