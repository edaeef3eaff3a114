/**
 * One rule beyond the structure, for the API server and for dnsalias. The API server evaluates `cel`, and dnsalias calls `broken`.
 * Both return the same verdict with the same message; the integration tests verify this with a real API server.
 */
export interface Rule<Spec> {
  /** The path of the schema node that has the CEL text, for example "spec.targets[].hostname". */
  readonly at: string;
  readonly cel: string;
  readonly message: string;
  /** A CEL expression that computes the text of `messageFor`. If the expression fails, the API server uses `message`. */
  readonly messageCel?: string;
  /** Returns every value in the spec that breaks the rule, or an empty list. The spec has passed the structural schema. */
  readonly broken: (spec: Spec) => readonly BrokenSpot[];
}

/** A value that breaks a rule. If CEL can't compute some details, `message` has them in addition to the message of the rule. */
interface BrokenSpot extends Spot<unknown> {
  readonly message: string;
}

/** A value and its path, for example "spec.targets[0].hostname". */
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
  /** A CEL expression for the text of `messageFor`, for the API server. */
  readonly messageCel?: string;
}

export function rule<Spec, Value>(definition: RuleDefinition<Spec, Value>): Rule<Spec> {
  const { at, cel, message, messageCel, values, holds, messageFor = () => message } = definition;
  const broken = (spec: Spec): readonly BrokenSpot[] =>
    values(spec).flatMap((found) => (holds(found.value) ? [] : [{ ...found, message: messageFor(found.value) }]));
  return { at, cel, message, ...(messageCel === undefined ? {} : { messageCel }), broken };
}

/** The rule that an object has exactly one of these optional members. */
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

/** A list with the value and its path. Empty if the value is absent. */
export function spot<Value>(path: string, value: Value | undefined): readonly Spot<Value>[] {
  return value === undefined ? [] : [{ path, value }];
}

/** A list with each member and its path. Empty if the list is absent. */
export function spots<Value>(path: string, values: readonly Value[] | undefined): readonly Spot<Value>[] {
  return (values ?? []).map((value, index) => ({ path: `${path}[${index}]`, value }));
}
