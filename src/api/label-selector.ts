import { byCodeUnit } from "../base/order.ts";

/** metav1.LabelSelector. A match meets all requirements; an empty selector matches everything. */
export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly LabelRequirement[];
}

interface LabelRequirement {
  readonly key: string;
  readonly operator: "In" | "NotIn" | "Exists" | "DoesNotExist";
  readonly values?: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

/** Whether the labels meet every requirement, by the rules of apimachinery: labels without the key meet `NotIn`. */
export function matchesLabels(selector: LabelSelector, labels: Labels): boolean {
  return requirementsOf(selector).every(({ key, operator, values = [] }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
    }
  });
}

/** The selector as a sorted query of the API server: `app in (a,b),tier=dns,!old`. Empty for an empty selector. */
export function selectorQuery(selector: LabelSelector): string {
  return requirementsOf(selector)
    .map(({ key, operator, values = [] }) => {
      const sorted = values.toSorted(byCodeUnit);
      switch (operator) {
        case "In":
          return sorted.length === 1 ? `${key}=${sorted[0] ?? ""}` : `${key} in (${sorted.join(",")})`;
        case "NotIn":
          return `${key} notin (${sorted.join(",")})`;
        case "Exists":
          return key;
        case "DoesNotExist":
          return `!${key}`;
      }
    })
    .toSorted(byCodeUnit)
    .join(",");
}

function requirementsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): readonly LabelRequirement[] {
  const equal = Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In", values: [value] }) as const);
  return [...equal, ...matchExpressions];
}
