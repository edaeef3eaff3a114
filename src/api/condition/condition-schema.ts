import { list, object, oneOf, optional, text, time, whole } from "../schema/builders.ts";

/** A list of metav1.Condition. `type` is free text, so that an older CRD accepts a status that a newer release wrote. */
export function conditionsSchema(description: string) {
  return list(description, condition, { kind: { mapBy: ["type"] }, maxItems: 16 });
}

const TYPE_PATTERN = String.raw`^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$`;
const REASON_PATTERN = "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$";

/** The limits and patterns are those of metav1.Condition. */
const condition = object("One condition of this object, with the reason for its status.", {
  type: text("Type of the condition: Accepted, Resolved, Programmed, Ready, Healthy, Reconciling, or Stalled.", {
    maxLength: 316,
    pattern: TYPE_PATTERN,
  }),
  status: oneOf("Status of the condition.", ["True", "False", "Unknown"]),
  observedGeneration: optional(
    whole("The metadata.generation for which the condition was set. A smaller number means that it is out of date.", {
      minimum: 0,
    }),
  ),
  lastTransitionTime: time("Time at which the status last changed."),
  reason: text("Reason for the status, in one word. docs/reasons.md explains each reason, and its cure.", {
    minLength: 1,
    maxLength: 1024,
    pattern: REASON_PATTERN,
  }),
  message: text("Message that explains the reason in a sentence. It can be empty.", { maxLength: 32_768 }),
});
