import { backoffMs } from "../../base/backoff.ts";
import type { FailureReason } from "../../dns/lookup-result.ts";
import { BEFORE_RESTART, type Outcome } from "../target-answer.ts";
import { RETRY } from "./next-lookup.ts";
import type { FailureResult, HoldContext, HoldState } from "./state.ts";

/** A failure says nothing about the target: what stands stays, only the outcome and the next try change. */
export function onFailure(state: HoldState, result: FailureResult, { now, random }: HoldContext): HoldState {
  const retryAt = now + backoffMs(RETRY, state.failures, random);
  const since = state.failingSince ?? now;
  const outcome = failureOutcome(state.outcome, result);
  return {
    ...state,
    outcome,
    since,
    failingSince: since,
    failures: state.failures + 1,
    chain: outcome !== state.outcome && showsPath(result) ? result.chain : state.chain,
    // A look-up out of turn that fails does not put off the one that was due anyway.
    nextAt: state.nextAt > now ? Math.min(state.nextAt, retryAt) : retryAt,
  };
}

/** What a resolver or the path to it does in an outage; which of them it is may differ with every try. */
const OUTAGE_REASONS: ReadonlySet<FailureReason> = new Set<FailureReason>([
  "timeout",
  "unreachable",
  "servfail",
  "refused",
  "rcode",
  "malformed",
  "truncated",
]);

/** True for failures that a dead or sick resolver gives. */
export function isOutage(reason: FailureReason): boolean {
  return OUTAGE_REASONS.has(reason);
}

/** During one outage the first reason stays, so that a time-out after a SERVFAIL is no news to write into every status. */
function failureOutcome(before: Outcome, { reason, detail }: FailureResult): Outcome {
  const isKnown = before.kind === "failure" && !(before.reason === reason && before.detail === BEFORE_RESTART);
  if (isKnown && (before.reason === reason || (isOutage(before.reason) && isOutage(reason)))) {
    return before;
  }
  return { kind: "failure", reason, detail };
}

function showsPath({ reason, chain }: FailureResult): boolean {
  return (reason === "loop" || reason === "too-deep") && chain.length > 0;
}
