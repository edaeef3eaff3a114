import type { AliasSpecText } from "./schema.ts";
import { durationRule } from "../schema/duration-rules.ts";
import { HEALTH_CHECK_RULES } from "./health-check-rules.ts";
import { ownerNameRules, targetNameRules } from "../schema/name-rules.ts";
import { SELECTION_RULES } from "./selection-rules.ts";
import { RESOURCE_REF_RULES } from "./resource-ref-rules.ts";
import { TARGET_NAME_RULES } from "./target-name-rules.ts";
import { exactlyOne, rule, spot, spots, type Rule, type Spot } from "../schema/rule.ts";
import { absoluteText, isSameName, sameNameCel } from "../schema/same-name.ts";
import { publishedAddressRules } from "../schema/text-rules.ts";

type Spec = AliasSpecText;

/** Every rule of a DnsAlias beyond the structure of its schema. */
export const ALIAS_RULES: readonly Rule<Spec>[] = [
  ...ownerNameRules<Spec>({ at: "spec.hostnames[]", values: (spec) => spots("spec.hostnames", spec.hostnames) }),
  rule<Spec, readonly string[]>({
    at: "spec.hostnames",
    cel: `self.all(one, self.exists_one(other, ${sameNameCel("one", "other")}))`,
    message: "the same name twice, except for letter case and a final dot: remove one",
    values: (spec) => spot("spec.hostnames", spec.hostnames),
    holds: (hostnames) => new Set(hostnames.map(absoluteText)).size === hostnames.length,
  }),
  exactlyOne<Spec>({
    at: "spec.targets[]",
    members: ["hostname", "addresses", "resourceRef"],
    message: "a target has exactly one of hostname, addresses, and resourceRef: use two targets to have both",
    values: (spec) => spots("spec.targets", spec.targets),
  }),
  ...targetNameRules<Spec>({ at: "spec.targets[].hostname", values: targetHostnames }),
  ...TARGET_NAME_RULES,
  ...RESOURCE_REF_RULES,
  ...publishedAddressRules<Spec>({ at: "spec.targets[].addresses[]", values: staticAddresses }),
  rule<Spec, { readonly hostname: string; readonly own: readonly string[] }>({
    at: "spec",
    cel: `self.targets.all(target, !has(target.hostname) || !self.hostnames.exists(own, ${sameNameCel("own", "target.hostname")}))`,
    message:
      "a target is one of this alias's own hostnames, which would be a loop: name the host that has the addresses",
    values: (spec) =>
      targetHostnames(spec).map(({ path, value }) => ({ path, value: { hostname: value, own: spec.hostnames } })),
    holds: ({ hostname, own }) => !own.some((name) => isSameName(name, hostname)),
  }),
  rule<Spec, { readonly min?: number; readonly max?: number }>({
    at: "spec.ttl",
    cel: "!has(self.min) || !has(self.max) || self.min <= self.max",
    message: "min is above max: lower min or raise max",
    values: (spec) => spot("spec.ttl", spec.ttl),
    holds: ({ min, max }) => min === undefined || max === undefined || min <= max,
  }),
  ...publishedAddressRules<Spec>({
    at: "spec.fallbackAddresses[]",
    values: (spec) => spots("spec.fallbackAddresses", spec.fallbackAddresses),
  }),
  rule<Spec, Spec>({
    at: "spec",
    cel: "![self.onEmpty, self.onStale, self.onUnhealthy].exists(policy, policy == 'Fallback') || (has(self.fallbackAddresses) && size(self.fallbackAddresses) > 0)",
    message:
      "onEmpty, onStale, or onUnhealthy is Fallback, but there are no fallbackAddresses: list at least one, or choose another policy",
    values: (spec) => spot("spec", spec),
    holds: ({ onEmpty, onStale, onUnhealthy, fallbackAddresses }) =>
      ![onEmpty, onStale, onUnhealthy].includes("Fallback") || (fallbackAddresses ?? []).length > 0,
  }),
  durationRule<Spec>(
    { least: "1s", most: "8760h", example: "24h" },
    { at: "spec.maxStaleness", values: (spec) => spot("spec.maxStaleness", spec.maxStaleness) },
  ),
  durationRule<Spec>(
    { least: "0s", most: "24h", example: "5m" },
    { at: "spec.failback.after", values: (spec) => spot("spec.failback.after", spec.failback?.after) },
  ),
  ...SELECTION_RULES,
  ...HEALTH_CHECK_RULES,
  rule<Spec, Spec>({
    at: "spec",
    cel: "!self.httpsAlias || (size(self.targets) == 1 && has(self.targets[0].hostname))",
    message: "httpsAlias leads to one hostname: leave one target with hostname, or set httpsAlias: false",
    values: (spec) => spot("spec", spec),
    holds: ({ httpsAlias, targets }) => !httpsAlias || (targets.length === 1 && targets[0]?.hostname !== undefined),
  }),
  rule<Spec, Spec>({
    at: "spec",
    cel: "!self.httpsAlias || size(self.ipFamilies) == 2",
    message:
      "httpsAlias leads to all addresses of the target, and ipFamilies omits a family: list both families, or set httpsAlias: false",
    values: (spec) => spot("spec", spec),
    holds: ({ httpsAlias, ipFamilies }) => !httpsAlias || ipFamilies.length === 2,
  }),
];

function targetHostnames(spec: Spec): readonly Spot<string>[] {
  return spots("spec.targets", spec.targets).flatMap(({ path, value }) => spot(`${path}.hostname`, value.hostname));
}

function staticAddresses(spec: Spec): readonly Spot<string>[] {
  return spots("spec.targets", spec.targets).flatMap(({ path, value }) => spots(`${path}.addresses`, value.addresses));
}
