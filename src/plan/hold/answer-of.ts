import type { TargetAnswer } from "../target-answer.ts";
import { refreshWaitMs } from "./refresh-wait.ts";
import type { HoldState } from "./state.ts";

/** The part of a key's state that other code may read. */
export function answerOf(state: HoldState): TargetAnswer {
  const isRestored = state.read === undefined && state.addresses.length > 0;
  return {
    key: state.key,
    outcome: state.outcome,
    since: state.since,
    addresses: state.addresses,
    ttl: state.ttl,
    chain: state.chain,
    lastSuccessAt: state.lastSuccessAt,
    emptySince: state.emptySince,
    ...(state.firstEmptySince === undefined ? {} : { firstEmptySince: state.firstEmptySince }),
    failingSince: state.failingSince,
    rotating: state.rotation?.rotating ?? false,
    isSubset: state.isSubset,
    refreshWaitMs: refreshWaitMs(state),
    ...(isRestored && { isRestored }),
  };
}

/** A bound that changes by less than this fraction is not reported. */
const WAIT_TOLERANCE = 0.25;

/**
 * True if the change of an answer matters for a plan or a status. A change of `lastSuccessAt` alone doesn't. States share
 * unchanged parts, so most comparisons only compare references.
 */
export function isNews(before: TargetAnswer, after: TargetAnswer): boolean {
  return (
    before.addresses !== after.addresses ||
    before.outcome !== after.outcome ||
    before.chain !== after.chain ||
    before.since !== after.since ||
    before.emptySince !== after.emptySince ||
    before.firstEmptySince !== after.firstEmptySince ||
    before.failingSince !== after.failingSince ||
    before.rotating !== after.rotating ||
    before.unread !== after.unread ||
    before.isRestored !== after.isRestored ||
    (before.isSubset ?? false) !== (after.isSubset ?? false) ||
    before.ttl !== after.ttl ||
    Math.abs(after.refreshWaitMs - before.refreshWaitMs) > before.refreshWaitMs * WAIT_TOLERANCE
  );
}
