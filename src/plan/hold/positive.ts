import { sameMembers } from "../../base/order.ts";
import { addressSet } from "../../dns/address/address.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import { isUnread, recordPeak, recordResult, origTtl, peakTtl, type TtlCycles } from "./cycles.ts";
import { firstWaitMs, MAX_WAIT_MS, nextWaitMs, SLACK_MS } from "./next-lookup.ts";
import { allSeenLately, canRotate, type Rotation, seenNow, track } from "./rotation.ts";
import type { HoldContext, HoldState, PositiveResult } from "./state.ts";
import { steadyTtl } from "./steady-ttl.ts";

/**
 * Accepts a positive answer, unless it lacks more than half of the current addresses. Such an answer is confirmed first, for at
 * most one TTL.
 */
export function onPositive(before: HoldState, result: PositiveResult, context: HoldContext): HoldState {
  const state = recovered(before, context);
  if (!isSuspicious(before, result)) {
    return afterCalmResult(state, result, context);
  }
  switch (before.doubt?.kind) {
    case undefined:
      return refreshesEarly(state, result, context);
    case "confirming":
      // The second answer has the same addresses, or also lacks most of the old addresses. The two answers agree, so the newer
      // answer is accepted.
      return believed(state, result, context);
    case "disagreed":
      return context.now < before.doubt.until
        ? {
            ...state,
            cycles: withPeak(state.cycles, result),
            nextAt: Math.min(before.doubt.until + SLACK_MS, context.now + MAX_WAIT_MS),
          }
        : believed(state, result, context);
  }
}

/**
 * Any positive answer ends consecutive failures and emptiness. After emptiness, there are no addresses to compare the new addresses
 * with.
 */
function recovered(before: HoldState, { now }: HoldContext): HoldState {
  const isPositive = before.outcome.kind === "positive";
  return {
    ...before,
    outcome: isPositive ? before.outcome : { kind: "positive" },
    since: isPositive ? before.since : now,
    failures: 0,
    failingSince: undefined,
    empty: undefined,
    emptySince: undefined,
    firstEmptySince: undefined,
    avoid: undefined,
  };
}

/**
 * True if the answer lacks more than half of the current addresses. False after emptiness. Also false for a rotating target, whose
 * answers always differ: the rotation window decides instead.
 */
function isSuspicious(
  { addresses, rotation, emptySince, firstEmptySince }: HoldState,
  result: PositiveResult,
): boolean {
  if (rotation?.rotating === true || emptySince !== undefined || firstEmptySince !== undefined) {
    return false;
  }
  const gone = addresses.filter((address) => !result.addresses.includes(address)).length;
  return gone > addresses.length / 2;
}

function refreshesEarly(state: HoldState, result: PositiveResult, { now }: HoldContext): HoldState {
  return {
    ...state,
    cycles: withPeak(state.cycles, result),
    doubt: { kind: "confirming" },
    nextAt: now,
    avoid: result.server,
  };
}

/**
 * Accepts an answer with most of the old addresses. If its lookup had to confirm an answer without them, the servers count as
 * disagreeing until the copy of the accepted answer expires.
 */
function afterCalmResult(state: HoldState, result: PositiveResult, context: HoldContext): HoldState {
  const after = believed(state, result, context);
  const { doubt } = state;
  if (doubt?.kind === "confirming") {
    const until = context.now + Math.min(result.ttl * 1000, MAX_WAIT_MS);
    return { ...after, doubt: { kind: "disagreed", until } };
  }
  return doubt !== undefined && context.now < doubt.until ? { ...after, doubt } : after;
}

function believed(state: HoldState, result: PositiveResult, { now, random }: HoldContext): HoldState {
  const read = addressSet(result.addresses);
  const before = state.rotation === undefined ? state.addresses : seenNow(state.rotation);
  const changed = !sameMembers(before, read);
  const cycles = recordResult(state.cycles, { ttl: result.ttl, maxTtl: result.maxTtl, changed, now });
  const seen = { addresses: read, ttl: result.ttl, now };
  const rotation = canRotate(peakTtl(cycles)) ? track(state.rotation, state.addresses, seen) : undefined;
  const addresses = publishedSet(state, rotation, read);
  const wait = isUnread(state.cycles) ? firstWaitMs(result.ttl, random) : nextWaitMs(result.ttl, random);
  return {
    ...state,
    addresses,
    isSubset: result.isSubset === true,
    // The current chain may be the path of a loop or of an empty answer. The chain is replaced at once if the outcome has just
    // changed.
    ...shownChain(state, result.chain, addresses !== state.addresses || state.since === now),
    ...publishedTtl(state, cycles, addresses !== state.addresses),
    cycles,
    rotation,
    lastSuccessAt: now,
    read: { addresses: sameMembers(addresses, read) ? addresses : read, until: now + result.ttl * 1000 },
    doubt: undefined,
    nextAt: now + wait,
  };
}

/**
 * Returns the newest addresses, or the current ones while the target rotates and all of them were seen within the rotation window.
 * If the sets are equal, returns the present array itself.
 */
function publishedSet(state: HoldState, rotation: Rotation | undefined, read: readonly string[]): readonly string[] {
  const stays = rotation?.rotating === true && allSeenLately(rotation, state.addresses);
  return stays || sameMembers(state.addresses, read) ? state.addresses : read;
}

function publishedTtl(
  state: HoldState,
  cycles: TtlCycles,
  replaced: boolean,
): { readonly ttl: Seconds; readonly ttlStrays: number } {
  if (replaced) {
    return { ttl: origTtl(cycles), ttlStrays: 0 };
  }
  if (cycles.count === state.cycles?.count) {
    return { ttl: state.ttl, ttlStrays: state.ttlStrays };
  }
  const { ttl, strays } = steadyTtl(state.ttl, origTtl(cycles), state.ttlStrays);
  return { ttl, ttlStrays: strays };
}

/**
 * Returns the chain of the current addresses. A different chain to the same addresses is used after two consecutive answers. Some
 * CDNs have a new name in every answer, which is not a change. A chain that is a loop appears in the next answer again.
 */
function shownChain(
  state: HoldState,
  read: readonly Name[],
  replaced: boolean,
): { readonly chain: readonly Name[]; readonly otherChain: readonly Name[] | undefined } {
  if (sameChain(state.chain, read)) {
    return { chain: state.chain, otherChain: undefined };
  }
  const shown =
    replaced || state.chain.length === 0 || (state.otherChain !== undefined && sameChain(state.otherChain, read));
  return shown ? { chain: read, otherChain: undefined } : { chain: state.chain, otherChain: read };
}

function sameChain(a: readonly Name[], b: readonly Name[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

function withPeak(cycles: TtlCycles | undefined, result: PositiveResult): TtlCycles | undefined {
  return cycles === undefined ? undefined : recordPeak(cycles, result);
}
