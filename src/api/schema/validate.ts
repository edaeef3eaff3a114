import type { Static, TSchema } from "typebox";
import { problem, type Parsed, type Problem } from "./problem.ts";
import type { SchemaNode } from "./builders.ts";
import { movedField, suggest } from "./did-you-mean.ts";

/**
 * The handling of a field that is not in the schema. The API server removes such a field. In a file, it is most likely a typing
 * mistake.
 */
export type UnknownFields = "ignore" | "refuse";

/**
 * Checks a value by a schema and fills in its defaults, as the API server does (null counts as absent). It reports every mistake
 * with its path. The result has only the fields of the schema. It interprets only the keywords of {@link SchemaNode}, because the
 * schemas of dnsalias have no other keywords.
 */
export function readBySchema<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  path: string,
  unknownFields: UnknownFields,
): Parsed<Static<Schema>> {
  const { value: filled, problems } = readWithStandIns(schema, value, path, unknownFields);
  return problems.length === 0 ? { kind: "ok", value: filled } : { kind: "invalid", problems };
}

/**
 * Works like {@link readBySchema}, but replaces each invalid value by a valid one. The rules can then judge all other values of the
 * object.
 */
export function readWithStandIns<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  path: string,
  unknownFields: UnknownFields,
): { readonly value: Static<Schema>; readonly problems: readonly Problem[] } {
  const context: Context = { problems: [], unknownFields };
  const filled = readNode(schema, value, path, context);
  assumeRead(schema, filled);
  return { value: filled, problems: context.problems };
}

/** True for a plain object, as in JSON and YAML. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Problems for the keys that are not in the schema. */
export function unknownKeys(value: object, known: readonly string[], path: string): readonly Problem[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const meant = movedField(path, key) ?? suggest(key, known);
      const others = known.length === 0 ? "leave it out" : `there is ${known.join(", ")}`;
      const cure = meant === undefined ? others : `did you mean ${meant}?`;
      return problem(path === "" ? key : `${path}.${key}`, undefined, `there is no such field: ${cure}`);
    });
}

interface Context {
  readonly problems: Problem[];
  readonly unknownFields: UnknownFields;
}

/** Asserts the type of a result of {@link readNode}, which is a valid value or a valid substitute. */
function assumeRead<Schema extends TSchema>(_schema: Schema, _value: unknown): asserts _value is Static<Schema> {}

/** The substitute for an invalid value: the default, or the smallest value of the type. */
function standIn(node: SchemaNode): unknown {
  if (node.default !== undefined) {
    return node.default;
  }
  if (node.type === "object") {
    return readObject(node, {}, "", { problems: [], unknownFields: "ignore" });
  }
  if (node.type === "array") {
    return [];
  }
  if (node.type === "string") {
    return node.enum?.[0] ?? "";
  }
  return node.type === "integer" ? (node.minimum ?? 0) : false;
}

function readNode(node: SchemaNode, value: unknown, path: string, context: Context): unknown {
  if (node.type === "object") {
    return readObject(node, value, path, context);
  }
  if (node.type === "array") {
    return readList(node, value, path, context);
  }
  const mistake = scalarMistake(node, value);
  return mistake === undefined ? value : complain(context, { node, path, value, message: mistake });
}

function readObject(node: SchemaNode, value: unknown, path: string, context: Context): unknown {
  if (!isObject(value)) {
    const message = `must be a mapping with fields, not ${kindOf(value)}`;
    return complain(context, { node, path, value, message });
  }
  if (node.properties === undefined) {
    return readMap(node, value, path, context);
  }
  const names = Object.keys(node.properties);
  if (context.unknownFields === "refuse") {
    context.problems.push(...unknownKeys(value, names, path));
  }
  const result: Record<string, unknown> = {};
  for (const name of names) {
    const below = node.properties[name] ?? {};
    const given = Object.hasOwn(value, name) ? (value[name] ?? below.default) : below.default;
    if (given !== undefined) {
      result[name] = readNode(below, given, `${path}.${name}`, context);
    } else if (node.required?.includes(name) === true) {
      const message = ["is required", ...firstSentence(below.description)].join(": ");
      result[name] = complain(context, { node: below, path: `${path}.${name}`, value: undefined, message });
    }
  }
  return result;
}

/** A description can have several paragraphs. Its first sentence is enough to fill in a field. */
function firstSentence(description = ""): readonly string[] {
  return description.match(/^.+?\.(?=\s|$)/s) ?? [];
}

function readMap(node: SchemaNode, value: Readonly<Record<string, unknown>>, path: string, context: Context): unknown {
  const entries = Object.entries(value).filter(([, member]) => member !== null);
  checkCount(node.minProperties, node.maxProperties, { path, count: entries.length, context });
  return Object.fromEntries(
    entries.map(([key, member]) => [
      key,
      readNode(node.additionalProperties ?? {}, member, `${path}[${key}]`, context),
    ]),
  );
}

function readList(node: SchemaNode, value: unknown, path: string, context: Context): unknown {
  if (!Array.isArray(value)) {
    const message = `must be a list, not ${kindOf(value)}: write "- " before each member`;
    return complain(context, { node, path, value, message });
  }
  checkCount(node.minItems, node.maxItems, { path, count: value.length, context });
  if (node.maxItems !== undefined && value.length > node.maxItems) {
    return [];
  }
  const result = value.map((member: unknown, index) =>
    readNode(node.items ?? {}, member, `${path}[${index}]`, context),
  );
  if (node["x-kubernetes-list-type"] === "set") {
    for (const [index, member] of value.entries()) {
      if (value.indexOf(member) < index) {
        context.problems.push(problem(`${path}[${index}]`, member, "is in the list twice: remove one"));
      }
    }
  }
  return result;
}

function scalarMistake(node: SchemaNode, value: unknown): string | undefined {
  if (node.type === "string") {
    return textMistake(node, value);
  }
  if (node.type === "integer") {
    return numberMistake(node, value);
  }
  return typeof value === "boolean" ? undefined : `must be true or false, not ${kindOf(value)}`;
}

function textMistake(node: SchemaNode, value: unknown): string | undefined {
  if (typeof value !== "string") {
    return `must be text, not ${kindOf(value)}: put it in quotes`;
  }
  if (node.enum !== undefined && !node.enum.includes(value)) {
    const known = node.enum.filter((member) => typeof member === "string");
    const meant = suggest(value, known);
    return `must be one of ${known.join(", ")}${meant === undefined ? "" : `: did you mean ${meant}?`}`;
  }
  if (node.maxLength !== undefined && isLonger(value, node.maxLength)) {
    return `is too long: at most ${node.maxLength} characters`;
  }
  if (node.minLength !== undefined && !isLonger(value, node.minLength - 1)) {
    return value === "" ? "must not be empty" : `is too short: at least ${node.minLength} characters`;
  }
  return undefined;
}

/**
 * Counts code points, as the API server does. A text has at least as many UTF-16 units as code points, so most texts need no count.
 */
function isLonger(text: string, limit: number): boolean {
  return text.length > limit && Array.from(text).length > limit;
}

function numberMistake(node: SchemaNode, value: unknown): string | undefined {
  if (typeof value !== "number" || !Number.isInteger(value)) {
    return `must be a whole number, not ${typeof value === "number" ? "a fraction" : kindOf(value)}`;
  }
  if (node.minimum !== undefined && value < node.minimum) {
    return `is too small: at least ${node.minimum}`;
  }
  return node.maximum !== undefined && value > node.maximum ? `is too large: at most ${node.maximum}` : undefined;
}

function checkCount(
  least: number | undefined,
  most: number | undefined,
  { path, count, context }: { readonly path: string; readonly count: number; readonly context: Context },
): void {
  if (least !== undefined && count < least) {
    context.problems.push(problem(path, undefined, `has too few members: at least ${least}`));
  }
  if (most !== undefined && count > most) {
    context.problems.push(problem(path, undefined, `has too many members: ${count}, at most ${most}`));
  }
}

interface Mistake {
  readonly node: SchemaNode;
  readonly path: string;
  readonly value: unknown;
  readonly message: string;
}

/** Adds the problem, and returns a substitute. */
function complain(context: Context, { node, path, value, message }: Mistake): unknown {
  context.problems.push(problem(path, value, message));
  return standIn(node);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) {
    return "nothing";
  }
  if (Array.isArray(value)) {
    return "a list";
  }
  const names: Readonly<Record<string, string>> = {
    string: "text",
    number: "a number",
    boolean: "true or false",
    object: "a mapping",
  };
  return names[typeof value] ?? typeof value;
}
