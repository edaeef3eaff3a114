import { rule, spot, spots, type Rule } from "../schema/rule.ts";
import type { AliasSpecText } from "./schema.ts";

type Spec = AliasSpecText;

const TARGETS = "spec.targets";
const LABEL = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$";
const NUMBER = "^[0-9]+$";

/** The rules of `spec.targets[].name`. */
export const TARGET_NAME_RULES: readonly Rule<Spec>[] = [
  rule<Spec, string>({
    at: `${TARGETS}[].name`,
    cel: `self.matches(r'${LABEL}')`,
    message:
      "invalid target name: use 1 to 63 lowercase letters, digits, and hyphens, with a letter or digit at each end",
    values: names,
    holds: (name) => new RegExp(LABEL).test(name),
  }),
  rule<Spec, string>({
    at: `${TARGETS}[].name`,
    cel: `!self.matches(r'${NUMBER}')`,
    message: "invalid target name, because it looks like an address: use a word such as main",
    values: names,
    holds: (name) => !new RegExp(NUMBER).test(name),
  }),
  rule<Spec, Spec["targets"]>({
    at: TARGETS,
    cel: "self.all(one, !has(one.name) || self.exists_one(other, has(other.name) && other.name == one.name))",
    message: "duplicate target name: rename one",
    values: (spec) => spot(TARGETS, spec.targets),
    holds: (targets) => {
      const given = targets.flatMap(({ name }) => name ?? []);
      return new Set(given).size === given.length;
    },
  }),
];

function names(spec: Spec) {
  return spots(TARGETS, spec.targets).flatMap(({ path, value }) => spot(`${path}.name`, value.name));
}
