import { RESOURCE_GROUPS, RESOURCE_KINDS } from "../resource-ref.ts";
import { rule, spot, spots, type Rule, type Spot } from "../schema/rule.ts";
import { labelNameRule, objectNameRule } from "../schema/text-rules.ts";
import type { AliasSpecText } from "./schema.ts";

type Spec = AliasSpecText;
type RefText = NonNullable<Spec["targets"][number]["resourceRef"]>;

const REF = "spec.targets[].resourceRef";

/** The rules of `spec.targets[].resourceRef`. The name and the namespace become parts of requests. */
export const RESOURCE_REF_RULES: readonly Rule<Spec>[] = [
  rule<Spec, RefText>({
    at: REF,
    cel: `!has(self.group) || self.group == {${RESOURCE_KINDS.map((kind) => `'${kind}': '${RESOURCE_GROUPS[kind]}'`).join(", ")}}[self.kind]`,
    message:
      'invalid group for this kind: remove group, or use "" for Service, networking.k8s.io for Ingress, gateway.networking.k8s.io for Gateway',
    values: refs,
    holds: ({ group, kind }) => group === undefined || group === RESOURCE_GROUPS[kind],
  }),
  objectNameRule<Spec>({
    at: `${REF}.name`,
    values: (spec) => refs(spec).flatMap(({ path, value }) => spot(`${path}.name`, value.name)),
  }),
  labelNameRule<Spec>({
    at: `${REF}.namespace`,
    values: (spec) => refs(spec).flatMap(({ path, value }) => spot(`${path}.namespace`, value.namespace)),
  }),
];

function refs(spec: Spec): readonly Spot<RefText>[] {
  return spots("spec.targets", spec.targets).flatMap(({ path, value }) =>
    spot(`${path}.resourceRef`, value.resourceRef),
  );
}
