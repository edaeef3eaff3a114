import type { Millis } from "../../base/clock.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { answerOf } from "../../plan/hold/answer-of.ts";
import { freshState, type HoldState, type LastKnownGood, restoredState } from "../../plan/hold/state.ts";
import type { Entry } from "./refresher-context.ts";

/** Returns the state of a key. If its answer was dropped, returns the state before the first lookup. */
export function knownState({ state, isSuperseded }: Pick<Entry, "state" | "isSuperseded">, now: Millis): HoldState {
  return isSuperseded ? freshState(state.key, now) : state;
}

/**
 * The known state of a key for the names of one namespace. Before the first lookup result, last known good addresses come from
 * statuses. A user who can write the status of an alias could then choose the addresses of every name with that target. Therefore
 * a status counts only for its own namespace.
 */
export function knownFor(entry: Entry, namespace: string, now: Millis): HoldState {
  const { state, restoredFrom, restored, isSuperseded, lastLookupAt } = entry;
  if (isSuperseded || state.read !== undefined || restoredFrom === undefined || namespace === restoredFrom) {
    return knownState(entry, now);
  }
  const own = restored?.get(namespace);
  if (lastLookupAt === -Infinity) {
    return own === undefined ? freshState(state.key, now) : restoredState(state.key, own, now);
  }
  return withAddressesOf(state, own ?? freshState(state.key, now));
}

/** A state whose lookups all failed since the start, with the last known good addresses of a status. */
export function withAddressesOf(
  state: HoldState,
  { addresses, ttl, lastSuccessAt, chain }: Pick<LastKnownGood, "addresses" | "ttl" | "lastSuccessAt" | "chain">,
): HoldState {
  return {
    ...state,
    addresses,
    ttl,
    lastSuccessAt: lastSuccessAt && Math.min(lastSuccessAt, endOfSuccess(state)),
    chain,
  };
}

/**
 * The time of the last success for a restored state. A status doesn't show this time. The time isn't later than the first result of
 * this process, because none of the results was a success.
 */
function endOfSuccess({ failingSince = Infinity, empty, emptySince = Infinity }: HoldState): Millis {
  return Math.min(failingSince, empty?.firstAt ?? Infinity, emptySince);
}

/** The answer of a key for the planner. */
export function entryAnswer({ unread }: Pick<Entry, "unread">, state: HoldState): TargetAnswer {
  return { ...answerOf(state), ...(unread !== undefined && { unread }) };
}
