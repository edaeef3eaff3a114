import { isAlias, isMap, isNode, isPair, isScalar, isSeq, type Document, type LineCounter, type Node } from "yaml";

/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The steps from the root of a document to a field: `["spec", "hostnames", 0]`. */
export type FieldPath = readonly (string | number)[];

/**
 * Where the field of a path stands; where it is missing, the nearest field around it that is there. Scalars are pointed at themselves,
 * mappings and sequences at their key.
 */
export function positionOf(document: Document, lines: LineCounter, path: FieldPath): Position {
  let place = startOf(document.contents, lines) ?? FIRST;
  let node: unknown = document.contents;
  for (const step of path) {
    const child = childOf(resolved(document, node), step);
    if (child === undefined) {
      return place;
    }
    node = child.value;
    const pointed = child.key === undefined || isScalar(child.value) ? child.value : child.key;
    place = startOf(pointed, lines) ?? startOf(child.key, lines) ?? place;
  }
  return place;
}

/** Where an offset of the text stands. */
export function positionAt(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(Math.max(0, offset));
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** `spec.hostnames[0]` or `metadata.labels[app.kubernetes.io/name]` as steps. */
export function pathSteps(text: string): FieldPath {
  const parts = [...text.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? "");
  return parts.map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : part));
}

const FIRST: Position = { line: 1, column: 1 };

interface Child {
  readonly key: unknown;
  readonly value: unknown;
}

function childOf(node: unknown, step: string | number): Child | undefined {
  if (isSeq(node)) {
    const item: unknown = typeof step === "number" ? node.items[step] : undefined;
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  if (!isMap(node)) {
    return undefined;
  }
  const pair = node.items.find((item) => isPair(item) && keyText(item.key) === String(step));
  return pair === undefined ? undefined : { key: pair.key, value: pair.value ?? pair.key };
}

function keyText(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function resolved(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function startOf(node: unknown, lines: LineCounter): Position | undefined {
  const range = isNode(node) ? rangeOf(node) : undefined;
  return range === undefined ? undefined : positionAt(lines, range);
}

function rangeOf(node: Node): number | undefined {
  return node.range?.[0];
}
