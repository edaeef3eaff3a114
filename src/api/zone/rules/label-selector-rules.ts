import { rule, spot, spots, type Rule, type Spot } from "../../schema/rule.ts";
import { MAX_LABEL_KEY, type LabelSelectorText } from "../label-selector-schema.ts";

const LABEL_NAME = "[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?";
const LABEL_KEY = String.raw`^([a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*/)?${LABEL_NAME}$`;
const LABEL_VALUE = `^(${LABEL_NAME})?$`;
const KEY = new RegExp(LABEL_KEY);
const VALUE = new RegExp(LABEL_VALUE);

type Requirement = NonNullable<LabelSelectorText["matchExpressions"]>[number];

/** The rules of apimachinery for a LabelSelector. In addition, the selector isn't empty, because an empty one matches everything. */
export function labelSelectorRules<Spec>(
  at: string,
  selector: (spec: Spec) => LabelSelectorText | undefined,
): readonly Rule<Spec>[] {
  const expressions = (spec: Spec): readonly Spot<Requirement>[] =>
    spots(`${at}.matchExpressions`, selector(spec)?.matchExpressions);
  return [
    rule<Spec, LabelSelectorText>({
      at,
      cel: "(has(self.matchLabels) && size(self.matchLabels) > 0) || (has(self.matchExpressions) && size(self.matchExpressions) > 0)",
      message: "an empty selector matches everything: add matchLabels or matchExpressions",
      values: (spec) => spot(at, selector(spec)),
      holds: ({ matchLabels = {}, matchExpressions = [] }) =>
        Object.keys(matchLabels).length > 0 || matchExpressions.length > 0,
    }),
    labelsRule<Spec>({
      at: `${at}.matchLabels`,
      values: (spec) => spot(`${at}.matchLabels`, selector(spec)?.matchLabels),
    }),
    rule<Spec, string>({
      at: `${at}.matchExpressions[].key`,
      cel: `self.matches(r'${LABEL_KEY}')`,
      message: `invalid label key: ${KEY_CURE}`,
      values: (spec) => expressions(spec).map(({ path, value }) => ({ path: `${path}.key`, value: value.key })),
      holds: (key) => KEY.test(key),
    }),
    rule<Spec, string>({
      at: `${at}.matchExpressions[].values[]`,
      cel: `self.matches(r'${LABEL_VALUE}')`,
      message:
        "invalid label value: use letters, digits, hyphens, underscores, and dots, with a letter or digit at each end",
      values: (spec) => expressions(spec).flatMap(({ path, value }) => spots(`${path}.values`, value.values)),
      holds: (value) => VALUE.test(value),
    }),
    rule<Spec, Requirement>({
      at: `${at}.matchExpressions[]`,
      cel: "(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
      message: "In and NotIn need values, Exists and DoesNotExist have none: add or remove values",
      values: expressions,
      holds: ({ operator, values = [] }) => (operator === "In" || operator === "NotIn") === values.length > 0,
    }),
  ];
}

/** The rules of Kubernetes for labels. */
export function labelsRule<Spec>(labels: {
  readonly at: string;
  readonly values: (spec: Spec) => readonly Spot<Readonly<Record<string, string>>>[];
}): Rule<Spec> {
  return rule({
    ...labels,
    cel: `self.all(key, size(key) <= ${MAX_LABEL_KEY} && key.matches(r'${LABEL_KEY}') && self[key].matches(r'${LABEL_VALUE}'))`,
    message: `invalid labels: ${KEY_CURE}`,
    holds: (map) =>
      Object.entries(map).every(([key, value]) => key.length <= MAX_LABEL_KEY && KEY.test(key) && VALUE.test(value)),
  });
}

const KEY_CURE =
  "use letters, digits, hyphens, underscores, and dots, a letter or digit at each end, and in keys optionally a domain and a slash";
