import { rule, spot, type Rule } from "../schema/rule.ts";
import { MAX_TARGETS, type AliasSpecText } from "./schema.ts";

type Spec = AliasSpecText;
type Target = Spec["targets"][number];

/** The rules of the fields that choose among targets. */
export const SELECTION_RULES: readonly Rule<Spec>[] = [
  rule<Spec, Spec>({
    at: "spec",
    cel: "self.selection != 'Failover' || (size(self.targets) > 1 && (self.targets.exists(target, !has(target.priority)) || self.targets.exists(target, target.priority != self.targets[0].priority)))",
    message: "nothing to fail over to: add a target, or selection: Merge",
    values: whole,
    holds: ({ selection, targets }) =>
      selection !== "Failover" ||
      (targets.length > 1 &&
        (targets.some(lacksPriority) || new Set(targets.map(({ priority }) => priority)).size > 1)),
  }),
  namingTargets({
    cel: "self.selection == 'Failover' || !self.targets.exists(target, has(target.priority))",
    holds: ({ selection, targets }) => selection === "Failover" || targets.every(lacksPriority),
    named: (target) => `has(${target}.priority)`,
    isNamed: (target) => !lacksPriority(target),
    message: (names) =>
      `priority applies only if selection is Failover: remove it from ${names}, or set selection: Failover`,
  }),
  namingTargets({
    cel: "self.selection != 'Failover' || !self.targets.exists(target, has(target.priority)) || self.targets.all(target, has(target.priority))",
    holds: ({ selection, targets }) =>
      selection !== "Failover" || targets.every(lacksPriority) || !targets.some(lacksPriority),
    named: (target) => `!has(${target}.priority)`,
    isNamed: lacksPriority,
    message: (names) => `priority is missing on ${names}: add it there, or remove it from all targets`,
  }),
  namingTargets({
    cel: "self.selection != 'Merge' || !self.targets.exists(target, has(target.weight))",
    holds: ({ selection, targets }) => selection !== "Merge" || targets.every(lacksWeight),
    named: (target) => `has(${target}.weight)`,
    isNamed: (target) => !lacksWeight(target),
    message: (names) =>
      `weight does not apply if selection is Merge: remove it from ${names}, or set selection: Weighted`,
  }),
  rule<Spec, Spec>({
    at: "spec",
    cel: "!self.targets.all(target, has(target.weight) && target.weight == 0)",
    message: "all weights are 0: give one target a weight above 0",
    values: whole,
    holds: ({ targets }) => !targets.every(({ weight }) => weight === 0),
  }),
  rule<Spec, Spec>({
    at: "spec",
    cel: "self.selection == 'Failover' || !has(self.failback)",
    message: "failback applies only if selection is Failover: remove failback, or set selection: Failover",
    values: whole,
    holds: ({ selection, failback }) => selection === "Failover" || failback === undefined,
  }),
];

interface NamingRule {
  readonly cel: string;
  readonly holds: (spec: Spec) => boolean;
  /** Returns a CEL expression that is true if the message names the target. */
  readonly named: (target: string) => string;
  /** The condition of `named` in TypeScript. */
  readonly isNamed: (target: Target) => boolean;
  readonly message: (names: string) => string;
}

/** A rule whose message names the targets that break it. */
function namingTargets({ cel, holds, named, isNamed, message }: NamingRule): Rule<Spec> {
  const [before = "", after = ""] = message("\n").split("\n");
  return rule<Spec, Spec>({
    at: "spec",
    cel,
    message: message("the targets"),
    messageCel: `'${before}' + ${namesCel(named)} + '${after}'`,
    values: whole,
    holds,
    messageFor: ({ targets }) => message(targets.filter(isNamed).map(nameOf).join(", ")),
  });
}

/** The target's name. Without a name, its hostname, or else `addresses`. */
function nameOf({ name, hostname }: Target): string {
  return name ?? hostname ?? "addresses";
}

/**
 * Returns a CEL expression for the {@link nameOf} of the targets, joined by commas. It has one term for each possible target.
 * `join` is not used, because the API server estimates its cost from the longest texts, and the estimate exceeds the budget.
 */
function namesCel(named: NamingRule["named"]): string {
  const terms = Array.from({ length: MAX_TARGETS }, (_, index) => {
    const target = `self.targets[${index}]`;
    const name = `has(${target}.name) ? ${target}.name : has(${target}.hostname) ? ${target}.hostname : 'addresses'`;
    return `(size(self.targets) > ${index} && ${named(target)} ? ', ' + (${name}) : '')`;
  });
  return `(${terms.join(" + ")}).substring(2)`;
}

function lacksPriority({ priority }: Target): boolean {
  return priority === undefined;
}

function lacksWeight({ weight }: Target): boolean {
  return weight === undefined;
}

function whole(spec: Spec) {
  return spot("spec", spec);
}
