import { list, object, oneOf, text, whole } from "../schema/builders.ts";

/** metav1.Condition; `type` is free text so that an object written by a newer release still fits an older CRD. */
export function conditionsSchema(description: string) {
  return list(description, condition, { kind: { mapBy: ["type"] }, maxItems: 16 });
}

const condition = object("One statement about this object, with the reason for it.", {
  type: text("What the statement is about: Accepted, Resolved, Programmed, Ready, Reconciling or Stalled.", {
    minLength: 1,
    maxLength: 64,
  }),
  status: oneOf("Whether the statement holds.", ["True", "False", "Unknown"]),
  reason: text("The reason in one word; docs/reasons.md explains each and says what to do.", {
    minLength: 1,
    maxLength: 64,
  }),
  message: text("The reason in a sentence for people.", { maxLength: 32_768 }),
  observedGeneration: whole("The metadata.generation that the statement is about.", { minimum: -1 }),
  lastTransitionTime: text("When status last changed (RFC 3339).", { minLength: 1, maxLength: 40 }),
});
