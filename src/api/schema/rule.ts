/**
 * One rule beyond the structure, said once: `cel` for the apiserver, `broken` for us. Both give the same verdict with the same message, which the
 * integration tests show against a real apiserver.
 */
export interface Rule<Spec> {
  /** The node of the schema that carries the CEL text: "spec.targets[].hostname". */
  readonly at: string;
  readonly cel: string;
  readonly message: string;
  /** A CEL expression that computes the text of `messageFor`. The apiserver uses `message` if it fails. */
  readonly messageCel?: string;
  /** Every value in the spec that breaks the rule; empty when it holds. The spec has passed the structural schema. */
  readonly broken: (spec: Spec) => readonly BrokenSpot[];
}

/** A value that breaks a rule; its message says more than that of the rule, where CEL cannot compute it. */
interface BrokenSpot extends Spot<unknown> {
  readonly message: string;
}

/** A value and where it stands: "spec.targets[0].hostname". */
export interface Spot<Value> {
  readonly path: string;
  readonly value: Value;
}

export interface RuleDefinition<Spec, Value> {
  readonly at: string;
  readonly cel: string;
  readonly message: string;
  readonly values: (spec: Spec) => readonly Spot<Value>[];
  readonly holds: (value: Value) => boolean;
  /** A message with the cure for this value, instead of `message`. */
  readonly messageFor?: (value: Value) => string;
  /** As `messageFor`, for the apiserver. */
  readonly messageCel?: string;
}

export function rule<Spec, Value>(definition: RuleDefinition<Spec, Value>): Rule<Spec> {
  const { at, cel, message, messageCel, values, holds, messageFor = () => message } = definition;
  const broken = (spec: Spec): readonly BrokenSpot[] =>
    values(spec).flatMap((found) => (holds(found.value) ? [] : [{ ...found, message: messageFor(found.value) }]));
  return { at, cel, message, ...(messageCel === undefined ? {} : { messageCel }), broken };
}

/** Of an object with these optional members exactly one is given. */
export function exactlyOne<Spec>(definition: {
  readonly at: string;
  readonly members: readonly string[];
  readonly message: string;
  readonly values: (spec: Spec) => readonly Spot<object>[];
}): Rule<Spec> {
  const { at, members, message, values } = definition;
  return rule({
    at,
    cel: `[${members.map((member) => `has(self.${member})`).join(", ")}].exists_one(given, given)`,
    message,
    values,
    holds: (value) => members.filter((member) => Object.hasOwn(value, member)).length === 1,
  });
}

/** A spot for the value if it is there. */
export function spot<Value>(path: string, value: Value | undefined): readonly Spot<Value>[] {
  return value === undefined ? [] : [{ path, value }];
}

/** A spot for each member of a list that may not be there. */
export function spots<Value>(path: string, values: readonly Value[] | undefined): readonly Spot<Value>[] {
  return (values ?? []).map((value, index) => ({ path: `${path}[${index}]`, value }));
}
