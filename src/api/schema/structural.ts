import type { Rule } from "./rule.ts";
import type { SchemaNode } from "./builders.ts";

/** The part of a rule that the API server needs. */
export type CelRule = Pick<Rule<never>, "at" | "cel" | "message" | "messageCel">;

/**
 * Returns a schema as it is in a CRD, with keywords of Kubernetes only. A field with a default is not listed as required, because
 * tools that ignore defaults would otherwise demand the field. Each node has the CEL rules of its path.
 */
export function structuralSchema(node: SchemaNode, path: string, rules: readonly CelRule[]): object {
  const { type, description: _, required, properties, items, additionalProperties, ...rest } = node;
  const here = rules.filter((rule) => rule.at === path);
  const needed = required?.filter((name) => properties?.[name]?.default === undefined) ?? [];
  return {
    type,
    description: descriptionOf(node),
    ...rest,
    ...(needed.length === 0 ? {} : { required: needed }),
    ...(properties === undefined ? {} : { properties: propertiesOf(properties, path, rules) }),
    ...(items === undefined ? {} : { items: structuralSchema(items, `${path}[]`, rules) }),
    ...(additionalProperties === undefined
      ? {}
      : { additionalProperties: structuralSchema(additionalProperties, `${path}.*`, rules) }),
    ...(here.length === 0 ? {} : { "x-kubernetes-validations": here.map(validation) }),
  };
}

function validation({ cel, message, messageCel }: CelRule): object {
  return { rule: cel, message, ...(messageCel === undefined ? {} : { messageExpression: messageCel }) };
}

/**
 * The description with the default, because `kubectl explain` shows no defaults itself. The default of an object consists of its
 * members' defaults.
 */
function descriptionOf({ type, description = "", default: value }: SchemaNode): string | undefined {
  const hasDefault = value !== undefined && type !== "object" && !description.includes("Defaults to ");
  return hasDefault
    ? `${description} Defaults to ${[value].flat().map(String).join(" and ")}.`
    : description || undefined;
}

function propertiesOf(
  properties: NonNullable<SchemaNode["properties"]>,
  path: string,
  rules: readonly CelRule[],
): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, node]) => [name, structuralSchema(node, `${path}.${name}`, rules)]),
  );
}
