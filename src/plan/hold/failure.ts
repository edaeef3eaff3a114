import { backoffMs } from "../../base/backoff.ts";
import { withoutEmbedding } from "../../dns/address/publishable.ts";
import type { FailureReason } from "../../dns/lookup-result.ts";
import { BEFORE_RESTART, type Outcome } from "../target-answer.ts";
import { RETRY } from "./next-lookup.ts";
import type { FailureResult, HoldContext, HoldState } from "./state.ts";

/** A failure has no information about the target. The addresses remain, and only the outcome and the time of the next lookup change. */
export function onFailure(before: HoldState, result: FailureResult, { now, random }: HoldContext): HoldState {
  const state = withoutUnpublishable(before, result);
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
    // If an additional lookup fails, the regular lookup is not deferred.
    nextAt: state.nextAt > now ? Math.min(state.nextAt, retryAt) : retryAt,
  };
}

/**
 * Removes IPv6 addresses that contain an IPv4 address, which are never published. They can be published from before an upgrade, or
 * from before the network's NAT64 prefix was known. They are removed when a lookup returns such addresses again.
 */
function withoutUnpublishable(state: HoldState, { reason, nat64 = [] }: FailureResult): HoldState {
  const addresses = reason === "special-use" ? withoutEmbedding(state.addresses, nat64) : state.addresses;
  if (addresses === state.addresses) {
    return state;
  }
  const { read } = state;
  return { ...state, addresses, read: read && { ...read, addresses: withoutEmbedding(read.addresses, nat64) } };
}

/** The failures of a resolver, or of the path to it, in an outage. The reason can differ with every lookup. */
const OUTAGE_REASONS: ReadonlySet<FailureReason> = new Set<FailureReason>([
  "timeout",
  "unreachable",
  "servfail",
  "refused",
  "rcode",
  "malformed",
  "truncated",
]);

/** True for failures that a broken resolver causes. */
export function isOutage(reason: FailureReason): boolean {
  return OUTAGE_REASONS.has(reason);
}

/** During one outage the first reason remains, so a timeout after a SERVFAIL doesn't change every status. */
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
