import type { ConditionType } from "./condition.ts";

/** A reason of conditions and Events, with its meaning for users. docs/reasons.md is generated from these. */
export interface ReasonEntry {
  readonly reason: string;
  /** Where it stands. Ready, Reconciling and Stalled borrow the reason of the condition that decides them. */
  readonly on: readonly (ConditionType | "Event")[];
  readonly meaning: string;
  readonly whatToDo: string;
  /** Whose turn it is: nothing is wrong, dnsalias tries again or waits by itself, or only a user can help (Stalled). */
  readonly turn: "nobody" | "dnsalias" | "user";
}
