import { isAlias, isMap, isNode, isScalar, isSeq, type Document, type Node } from "yaml";
import { isMergeKey, keyText } from "./yaml-value.ts";

/** A position in a file; line and column count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The starts of the lines in a file. The parser's own counter loses lines after an error, so it is not used. */
export interface LineStarts {
  readonly starts: readonly number[];
  /** The position in the file from which offsets count. */
  readonly from: number;
}

/** A line ends with LF, CRLF or CR (YAML 1.2.2, 5.4). */
export function lineStarts(text: string): LineStarts {
  const ends = [...text.matchAll(/\r\n|\r|\n/g)];
  return { starts: [0, ...ends.map((match) => match.index + match[0].length)], from: 0 };
}

/** The steps from the root of a document to a field: `["spec", "hostnames", 0]`. */
export type FieldPath = readonly (string | number)[];

/**
 * Returns the position of the field at a path. If it is missing, returns the position of the nearest existing field around it. The
 * position of a scalar is that of its value. The position of a mapping or sequence is that of its key.
 */
export function positionOf(document: Document, lines: LineStarts, path: FieldPath): Position {
  let position = startOf(document.contents, lines) ?? FIRST;
  let node: unknown = document.contents;
  for (const step of path) {
    const child = childOf(document, node, step);
    if (child === undefined) {
      return position;
    }
    node = child.value;
    const pointed = child.key === undefined || isScalar(child.value) ? child.value : child.key;
    position = startOf(pointed, lines) ?? startOf(child.key, lines) ?? position;
  }
  return position;
}

/** The position of an offset. Columns count UTF-16 units, as in most editors. */
export function positionAt({ starts, from }: LineStarts, offset: number): Position {
  const inFile = from + offset;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= inFile) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return { line: low + 1, column: Math.max(0, inFile - (starts[low] ?? 0)) + 1 };
}

/** The steps of `spec.hostnames[0]` or `metadata.labels[app.kubernetes.io/name]`. */
export function pathSteps(text: string): FieldPath {
  const parts = [...text.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? "");
  return parts.map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : part));
}

const FIRST: Position = { line: 1, column: 1 };

interface Child {
  readonly key: unknown;
  readonly value: unknown;
}

function childOf(document: Document, parent: unknown, step: string | number): Child | undefined {
  const node = resolved(document, parent);
  if (isSeq(node)) {
    const item: unknown = typeof step === "number" ? node.items[step] : undefined;
    return item === undefined ? undefined : { key: undefined, value: item };
  }
  if (!isMap(node)) {
    return undefined;
  }
  // The last mapping with the key decides: the mapping itself, or a merged one.
  for (const { key, value } of node.items.toReversed()) {
    if (isMergeKey(key)) {
      const merged = mergedChildOf(document, value, step);
      if (merged !== undefined) {
        return merged;
      }
    } else if (keyText(resolved(document, key)) === String(step)) {
      return { key, value: value ?? key };
    }
  }
  return undefined;
}

function mergedChildOf(document: Document, value: unknown, step: string | number): Child | undefined {
  for (const part of isSeq(value) ? value.items : [value]) {
    const child = childOf(document, part, step);
    if (child !== undefined) {
      return child;
    }
  }
  return undefined;
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
