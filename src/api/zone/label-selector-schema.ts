import type { Static } from "typebox";
import { labelMap, list, object, oneOf, optional, text } from "../schema/builders.ts";

/** The maximum length of a label key: a prefix of 253 characters, a slash, and a name of 63 characters. */
export const MAX_LABEL_KEY = 317;
const MAX_LABEL_VALUE = 63;

/** metav1.LabelSelector. */
export function labelSelector(description: string) {
  return object(`${description} All requirements must be met. At least one of matchLabels and matchExpressions.`, {
    matchLabels: optional(labelMap("Labels that the object must have, with these values.", { maxProperties: 16 })),
    matchExpressions: optional(
      list(
        "Requirements on labels.",
        object("One requirement on a label.", {
          key: text("Key of the label.", { minLength: 1, maxLength: MAX_LABEL_KEY }),
          operator: oneOf(
            "Relation of the label to values. In and NotIn need values; Exists and DoesNotExist have none. NotIn is met if the label doesn't exist.",
            ["In", "NotIn", "Exists", "DoesNotExist"],
          ),
          values: optional(
            list("Values for In and NotIn.", text("Value of the label.", { maxLength: MAX_LABEL_VALUE }), {
              kind: "atomic",
              maxItems: 32,
            }),
          ),
        }),
        { kind: "atomic", maxItems: 16 },
      ),
    ),
  });
}

export type LabelSelectorText = Static<ReturnType<typeof labelSelector>>;
