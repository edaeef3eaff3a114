export const CONDITION_TYPES = [
  "Accepted",
  "Resolved",
  "Programmed",
  "Ready",
  "Healthy",
  "Reconciling",
  "Stalled",
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

/** metav1.Condition. `lastTransitionTime` changes only when `status` changes. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339 in UTC, whole seconds. */
  readonly lastTransitionTime: string;
}
