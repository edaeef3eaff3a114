import type { ConditionType } from "./condition.ts";

/**
 * A reason of conditions, Events, and entries of the history, with its meaning for users. docs/reasons.md is generated from these
 * entries.
 */
export interface ReasonEntry {
  readonly reason: string;
  /**
   * The conditions that can have the reason. Ready, Reconciling and Stalled also have it if such a condition decides them. History:
   * an entry of `status.history`.
   */
  readonly on: readonly (ConditionType | "Event" | "History")[];
  readonly meaning: string;
  readonly whatToDo: string;
  /**
   * Who acts next. The first value means that there is no fault. `dnsalias`: dnsalias retries or waits. `user`: only a user can
   * help, so the object is Stalled.
   */
  readonly turn: "nobody" | "dnsalias" | "user";
}
