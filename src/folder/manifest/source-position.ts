import { isAlias, isMap, isNode, isPair, isScalar, isSeq, type Document, type Node } from "yaml";

/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where each line of a text begins. The parser's own counter loses lines after an error, so it is not used. */
export type LineStarts = readonly number[];

/** A line ends with LF, CRLF or CR (YAML 1.2.2, 5.4). */
export function lineStarts(text: string): LineStarts {
  return [0, ...[...text.matchAll(/\r\n|\r|\n/g)].map((match) => match.index + match[0].length)];
}

/** The steps from the root of a document to a field: `["spec", "hostnames", 0]`. */
export type FieldPath = readonly (string | number)[];

/**
 * Where the field of a path stands; where it is missing, the nearest field around it that is there. Scalars are pointed at themselves,
 * mappings and sequences at their key.
 */
export function positionOf(document: Document, lines: LineStarts, path: FieldPath): Position {
  let position = startOf(document.contents, lines) ?? FIRST;
  let node: unknown = document.contents;
  for (const step of path) {
    const child = childOf(resolved(document, node), step);
    if (child === undefined) {
      return position;
    }
    node = child.value;
    const pointed = child.key === undefined || isScalar(child.value) ? child.value : child.key;
    position = startOf(pointed, lines) ?? startOf(child.key, lines) ?? position;
  }
  return position;
}

/** Where an offset of the text stands; columns count UTF-16 units, as most editors do. */
export function positionAt(lines: LineStarts, offset: number): Position {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle] ?? 0) <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return { line: low + 1, column: Math.max(0, offset - (lines[low] ?? 0)) + 1 };
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

function startOf(node: unknown, lines: LineStarts): Position | undefined {
  const range = isNode(node) ? rangeOf(node) : undefined;
  return range === undefined ? undefined : positionAt(lines, range);
}

function rangeOf(node: Node): number | undefined {
  return node.range?.[0];
}
