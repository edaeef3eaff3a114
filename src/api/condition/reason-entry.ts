import type { ConditionType } from "./condition.ts";

/** A reason of conditions, Events, and entries of the history, with its meaning for users. docs/reasons.md is generated from these. */
export interface ReasonEntry {
  readonly reason: string;
  /** The conditions that have the reason. Ready, Reconciling and Stalled take the reason of the condition that decides them. History: an entry of `status.history`. */
  readonly on: readonly (ConditionType | "Event" | "History")[];
  readonly meaning: string;
  readonly whatToDo: string;
  /**
   * Who acts next. The first value means that there is no fault. `dnsalias`: it tries again or waits. `user`: only a user can
   * help (Stalled).
   */
  readonly turn: "nobody" | "dnsalias" | "user";
}
