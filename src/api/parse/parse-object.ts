import type { Static, TSchema } from "typebox";
import { ALIAS_RULES } from "../alias/rules.ts";
import { aliasSpecSchema } from "../alias/schema.ts";
import { aliasSpecOf } from "../alias/convert-alias.ts";
import type { DnsAlias } from "../dns-alias.ts";
import type { DnsZone } from "../dns-zone.ts";
import type { ObjectMeta } from "../meta.ts";
import { parseEnvelope } from "./parse-envelope.ts";
import { aliasStatusOf, zoneStatusOf } from "./parse-status.ts";
import { problem, type Parsed, type Problem } from "../schema/problem.ts";
import { isObject, readWithStandIns, type UnknownFields } from "../schema/validate.ts";
import type { Rule } from "../schema/rule.ts";
import { ZONE_RULES } from "../zone/rules/zone-rules.ts";
import { zoneSpecSchema } from "../zone/schema.ts";
import { zoneSpecOf } from "../zone/convert/convert-zone.ts";

export interface ParseOptions {
  /** `refuse` for files, where an unknown field is a typing mistake. `ignore` (the default) for objects of the API server. */
  readonly unknownFields?: UnknownFields;
}

/** Returns a DnsAlias from JSON or YAML data, with defaults, or all of its problems. Never throws. */
export function parseAlias(object: unknown, options: ParseOptions = {}): Parsed<DnsAlias> {
  const way = { kind: "DnsAlias", schema: aliasSpecSchema, rules: ALIAS_RULES, convert: aliasSpecOf };
  const parsed = parseObject(way, object, options);
  if (parsed.kind === "invalid") {
    return parsed;
  }
  const { meta, spec } = parsed.value;
  const status = aliasStatusOf(parsed.value.status);
  return { kind: "ok", value: { kind: "DnsAlias", meta, spec, ...(status === undefined ? {} : { status }) } };
}

/** Returns a DnsZone from JSON or YAML data, with defaults, or all of its problems. Never throws. */
export function parseZone(object: unknown, options: ParseOptions = {}): Parsed<DnsZone> {
  const way = { kind: "DnsZone", schema: zoneSpecSchema, rules: ZONE_RULES, convert: zoneSpecOf };
  const parsed = parseObject(way, object, options);
  if (parsed.kind === "invalid") {
    return parsed;
  }
  const { meta, spec } = parsed.value;
  const status = zoneStatusOf(parsed.value.status);
  return { kind: "ok", value: { kind: "DnsZone", meta, spec, ...(status === undefined ? {} : { status }) } };
}

/**
 * The steps to read the spec of one kind. The schema checks the structure and sets defaults, the rules check the values, and
 * `convert` creates the domain model.
 */
interface Way<Schema extends TSchema, Spec> {
  readonly kind: string;
  readonly schema: Schema;
  readonly rules: readonly Rule<Static<Schema>>[];
  readonly convert: (text: Static<Schema>) => Parsed<Spec>;
}

interface Pieces<Spec> {
  readonly meta: ObjectMeta;
  readonly spec: Spec;
  readonly status: unknown;
}

function parseObject<Schema extends TSchema, Spec>(
  way: Way<Schema, Spec>,
  object: unknown,
  options: ParseOptions,
): Parsed<Pieces<Spec>> {
  const unknownFields = options.unknownFields ?? "ignore";
  const envelope = parseEnvelope(way.kind, object, unknownFields);
  if (!isObject(object)) {
    return { kind: "invalid", problems: problemsOf(envelope) };
  }
  const spec = parseSpec(way, object["spec"], unknownFields);
  return envelope.kind === "ok" && spec.kind === "ok"
    ? { kind: "ok", value: { meta: envelope.value.meta, spec: spec.value, status: envelope.value.status } }
    : { kind: "invalid", problems: [...problemsOf(envelope), ...problemsOf(spec)] };
}

function parseSpec<Schema extends TSchema, Spec>(
  { schema, rules, convert }: Way<Schema, Spec>,
  value: unknown,
  unknownFields: UnknownFields,
): Parsed<Spec> {
  if (value === undefined || value === null) {
    return {
      kind: "invalid",
      problems: [problem("spec", undefined, "is required: add it with the fields of this kind")],
    };
  }
  const read = readWithStandIns(schema, value, "spec", unknownFields);
  const broken = rules.flatMap((rule) =>
    rule
      .broken(read.value)
      .filter((spot) => !hasProblem(nodeOf(rule.at, spot.path), read.problems))
      .map((spot) => problem(spot.path, spot.value, spot.message)),
  );
  const problems = [...read.problems, ...broken];
  return problems.length > 0 ? { kind: "invalid", problems } : convert(read.value);
}

/**
 * Returns the start of `path` with as many steps as `at`, which is the node that the rule judges. For `spec.hostnames[]` and
 * `spec.hostnames[3]`, it is `spec.hostnames[3]`.
 */
function nodeOf(at: string, path: string): string {
  const steps = at.match(STEP)?.length ?? 0;
  return (path.match(STEP) ?? []).slice(0, steps).join("");
}

const STEP = /\.?[^.[\]]+|\[[^\]]*\]/g;

/**
 * True if the schema found a problem in the node, in a part of the node, or in a node around it. No rule can then judge the node.
 */
function hasProblem(node: string, problems: readonly Problem[]): boolean {
  return problems.some(({ path }) => isAtOrBelow(path, node) || isAtOrBelow(node, path));
}

function isAtOrBelow(path: string, ancestor: string): boolean {
  return path === ancestor || path.startsWith(`${ancestor}.`) || path.startsWith(`${ancestor}[`);
}

function problemsOf(parsed: Parsed<unknown>): readonly Problem[] {
  return parsed.kind === "invalid" ? parsed.problems : [];
}
