import type { TargetAnswer } from "../../plan/target-answer.ts";

/** Counts the answers in each state, for metrics. The result has every state, with 0 for a state without streams. */
export function countStates(answers: Iterable<TargetAnswer>): ReadonlyMap<AnswerState, number> {
  const counts = new Map<AnswerState, number>(STATES.map((state) => [state, 0]));
  for (const answer of answers) {
    const state = stateOf(answer);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return counts;
}

/**
 * `good`: the last lookup returned addresses. `held`: the last lookup returned no addresses, and the last known good addresses
 * remain. `failing`: the last lookup failed, and there are no addresses. `empty`: the target has no addresses of this family.
 * `unknown`: not looked up yet.
 */
const STATES = ["unknown", "good", "held", "failing", "empty"] as const;
type AnswerState = (typeof STATES)[number];

function stateOf({ outcome, addresses, emptySince }: TargetAnswer): AnswerState {
  switch (outcome.kind) {
    case "unknown":
      return "unknown";
    case "positive":
      return "good";
    case "nodata":
    case "nxdomain":
      return addresses.length > 0 && emptySince === undefined ? "held" : "empty";
    case "failure":
      return addresses.length > 0 ? "held" : "failing";
  }
}
