import { isAlias, isMap, isScalar, isSeq, type Alias, type Document, type Scalar, type YAMLMap } from "yaml";
import { scalarValue } from "./yaml-scalar.ts";

/** A mistake in a well-formed YAML document. */
interface ValueProblem {
  /** The position of the mistake in the text. */
  readonly offset: number;
  readonly message: string;
}

export interface PlainData {
  /** Plain data, as in JSON. */
  readonly value: unknown;
  readonly problems: readonly ValueProblem[];
}

/** True for the key `<<`, whose value is merged into its mapping. */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.source === "<<" && (key.tag === MERGE_TAG || (key.tag === undefined && isPlain(key)));
}

/** The key in the form of a JSON object. Undefined: it has no such form. */
export function keyText(key: unknown): string | undefined {
  const read = isScalar(key) ? scalarOf(key) : undefined;
  const value = read?.kind === "value" ? read.value : null;
  if (typeof value === "string" || typeof value === "boolean") {
    return String(value);
  }
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/**
 * Reads a document whose scalars are text (schema `failsafe`), as kubectl does. {@link scalarValue} converts values. Merge keys
 * apply in the order of the text, so a later one wins. Keys are text. In one point it is stricter than kubectl: a duplicate key
 * in a mapping is a problem.
 */
export function plainDataOf(document: Document): PlainData {
  const context: Context = {
    anchors: new Map(),
    open: new Set(),
    problems: [],
    counts: { nodes: 0, aliased: 0, aliasDepth: 0, isOver: false },
  };
  return { value: read(context, document.contents), problems: context.problems };
}

const MERGE_TAG = "tag:yaml.org,2002:merge";

interface Context {
  /** The anchors before the present position in the text, by name. */
  readonly anchors: Map<string, unknown>;
  /** Nodes whose aliases are being read. */
  readonly open: Set<unknown>;
  readonly problems: ValueProblem[];
  readonly counts: { nodes: number; aliased: number; aliasDepth: number; isOver: boolean };
}

function read(context: Context, node: unknown): unknown {
  if (isOverLimit(context, node)) {
    return null;
  }
  recordAnchor(context, node);
  if (isAlias(node)) {
    return throughAlias(context, node, (target) => read(context, target)) ?? null;
  }
  if (isMap(node)) {
    const members = new Map<string, unknown>();
    readInto(context, node, members);
    return Object.fromEntries(members);
  }
  if (isSeq(node)) {
    return node.items.map((item) => read(context, item));
  }
  return isScalar(node) ? readScalar(context, node) : null;
}

function readScalar(context: Context, node: Scalar): unknown {
  const result = scalarOf(node);
  return result.kind === "value" ? result.value : complain(context, node, result.message);
}

function scalarOf(node: Scalar) {
  const { tag } = node;
  return scalarValue({ text: node.source ?? "", isPlain: isPlain(node), ...(tag === undefined ? {} : { tag }) });
}

function isPlain({ type }: Scalar): boolean {
  return type === "PLAIN";
}

function readInto(context: Context, mapping: YAMLMap, members: Map<string, unknown>): void {
  const own = new Set<string>();
  for (const { key, value } of mapping.items) {
    if (isMergeKey(key)) {
      merge(context, value, members);
      continue;
    }
    recordAnchor(context, key);
    const name = keyText(isAlias(key) ? throughAlias(context, key, (target) => target) : key);
    const member = read(context, value);
    if (name === undefined) {
      complain(context, key ?? mapping, "a key must be text: put it in quotes");
    } else if (own.has(name)) {
      complain(context, key, `this key is in the mapping twice: remove one`);
    } else {
      own.add(name);
      members.set(name, member);
    }
  }
}

/** Merges the members of one mapping or of several. If several mappings have the same key, the first of these mappings wins. */
function merge(context: Context, value: unknown, members: Map<string, unknown>): void {
  recordAnchor(context, value);
  for (const part of isSeq(value) ? value.items.toReversed() : [value]) {
    if (isOverLimit(context, part)) {
      return;
    }
    recordAnchor(context, part);
    const target = isAlias(part) ? throughAlias(context, part, (node) => node) : part;
    if (!isMap(target)) {
      complain(context, part ?? value, "<< merges a mapping or a list of mappings, and this is neither");
    } else if (isAlias(part)) {
      throughAlias(context, part, () => readInto(context, target, members));
    } else {
      readInto(context, target, members);
    }
  }
}

function recordAnchor({ anchors, counts }: Context, node: unknown): void {
  if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined && counts.aliasDepth === 0) {
    anchors.set(node.anchor, node);
  }
}

/** Calls `then` with the node that an alias refers to. Undefined after a problem. */
function throughAlias<Result>(context: Context, alias: Alias, then: (target: unknown) => Result): Result | undefined {
  const { anchors, open, counts } = context;
  const target = anchors.get(alias.source);
  if (target === undefined || open.has(target)) {
    const what = target === undefined ? "is not defined before it" : "contains this alias";
    // The name of the anchor could be a part of a Secret.
    complain(context, alias, `the anchor of this alias ${what}: correct the anchor or the alias`);
    return undefined;
  }
  open.add(target);
  counts.aliasDepth += 1;
  try {
    return then(target);
  } finally {
    counts.aliasDepth -= 1;
    open.delete(target);
  }
}

/**
 * True if nested aliases become too large: a few lines could become gigabytes. The limit is that of kubectl (allowedAliasRatio in
 * its YAML reader).
 */
function isOverLimit(context: Context, node: unknown): boolean {
  const { counts } = context;
  counts.nodes += 1;
  counts.aliased += counts.aliasDepth > 0 ? 1 : 0;
  if (!counts.isOver && counts.aliased > 100 && counts.nodes > 1000) {
    counts.isOver = counts.aliased / counts.nodes > allowedAliasRatio(counts.nodes);
    if (counts.isOver) {
      complain(context, node, "YAML aliases repeat too much: write out some of their values");
    }
  }
  return counts.isOver;
}

const FEW_NODES = 400_000;
const MANY_NODES = 4_000_000;

function allowedAliasRatio(nodes: number): number {
  const share = Math.min(1, Math.max(0, (nodes - FEW_NODES) / (MANY_NODES - FEW_NODES)));
  return 0.99 - 0.89 * share;
}

function complain({ problems }: Context, node: unknown, message: string): null {
  const offset = isAlias(node) || isScalar(node) || isMap(node) || isSeq(node) ? node.range?.[0] : undefined;
  problems.push({ offset: offset ?? 0, message });
  return null;
}
