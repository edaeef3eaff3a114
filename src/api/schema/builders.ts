import { Type, type TProperties, type TSchema } from "typebox";
import { DURATION_PATTERN, MAX_DURATION_TEXT } from "./duration.ts";

/**
 * Builders for the part of JSON Schema that Kubernetes accepts as a structural schema. Every node has a description, which
 * `kubectl explain` shows. Every text and list has a limit, because the API server estimates the cost of CEL rules from the
 * limits.
 */
export function text(description: string, limits: TextLimits) {
  return Type.String({ description, ...limits });
}

interface TextLimits {
  /** The maximum number of code points, which the API server counts too. */
  readonly maxLength: number;
  readonly minLength?: number;
  readonly default?: string;
  readonly pattern?: string;
}

/** A time of RFC 3339. */
export function time(description: string) {
  return Type.String({ description, format: "date-time" });
}

/** A duration of GEP-2257, for example "1h30m". */
export function duration(description: string, options: { readonly default?: string } = {}) {
  return Type.String({
    description,
    minLength: 2,
    maxLength: MAX_DURATION_TEXT,
    pattern: DURATION_PATTERN,
    ...options,
  });
}

export function whole(description: string, limits: WholeLimits) {
  return Type.Integer({ description, ...limits });
}

interface WholeLimits {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: number;
}

export function yesNo(description: string, options: { readonly default?: boolean } = {}) {
  return Type.Boolean({ description, ...options });
}

export function oneOf<Values extends string[]>(
  description: string,
  values: readonly [...Values],
  options: { readonly default?: Values[number] } = {},
) {
  return Type.Enum(values, { type: "string", description, ...options });
}

export function object<Properties extends TProperties>(
  description: string,
  properties: Properties,
  options: { readonly default?: Readonly<Record<string, unknown>> } = {},
) {
  return Type.Object(properties, { description, ...options });
}

/** `set`: no duplicates, and server-side apply merges members. `atomic`: server-side apply replaces the whole list. */
export function list<Item extends TSchema>(description: string, items: Item, limits: ListLimits) {
  const { kind, ...rest } = limits;
  const keywords =
    typeof kind === "string"
      ? { "x-kubernetes-list-type": kind }
      : { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": kind.mapBy };
  return Type.Array(items, { description, ...rest, ...keywords });
}

interface ListLimits {
  readonly kind: "set" | "atomic" | { readonly mapBy: readonly string[] };
  readonly minItems?: number;
  readonly maxItems: number;
  readonly default?: readonly string[];
}

/** Labels by key. */
export function labelMap(
  description: string,
  limits: { readonly minProperties?: number; readonly maxProperties: number },
) {
  return Type.Unsafe<Record<string, string>>({
    type: "object",
    description,
    ...limits,
    additionalProperties: { type: "string", maxLength: 63 },
  });
}

export const optional = Type.Optional;

/** The keywords in the schemas of dnsalias, for code that reads a schema. A node has only the keywords of its type. */
export interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minLength?: number;
  readonly maxLength?: number;
  /** The reader does not check patterns. The rules check them, and their messages include the cure. */
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: SchemaNode;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
}
