import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** For each file of src the ranges that ran, as offsets [start, end, start, end, …], sorted. */
export type Executed = Readonly<Record<string, readonly number[]>>;

/** Reads what V8 wrote of all processes that ran in `root`, and joins it. */
export function readExecuted(folder: string, root: string): Executed {
  const joined: Record<string, readonly number[]> = {};
  for (const name of readdirSync(folder)) {
    for (const script of scriptsOf(readFileSync(join(folder, name), "utf8"))) {
      const file = sourceFile(script.url, root);
      if (file !== undefined) {
        joined[file] = joinRanges(joined[file] ?? [], executedRanges(script.functions.flatMap(({ ranges }) => ranges)));
      }
    }
  }
  return joined;
}

/** Whether the text at the offset ran. */
export function isExecuted(executed: Executed, file: string, offset: number): boolean {
  const ranges = executed[file] ?? [];
  for (let at = 0; at + 1 < ranges.length; at += 2) {
    if ((ranges[at] ?? 0) <= offset && offset < (ranges[at + 1] ?? 0)) {
      return true;
    }
  }
  return false;
}

export interface CountedRange {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** V8's ranges are nested: the innermost one decides. */
export function executedRanges(ranges: readonly CountedRange[]): readonly number[] {
  const outerFirst = [...ranges].sort((a, b) => a.startOffset - b.startOffset || b.endOffset - a.endOffset);
  const edges = [...new Set(outerFirst.flatMap(({ startOffset, endOffset }) => [startOffset, endOffset]))].sort(
    (a, b) => a - b,
  );
  const executed: number[] = [];
  const open: CountedRange[] = [];
  let next = 0;
  for (const [index, start] of edges.entries()) {
    while ((open.at(-1)?.endOffset ?? Infinity) <= start) {
      open.pop();
    }
    for (let range = outerFirst[next]; range !== undefined && range.startOffset === start; range = outerFirst[next]) {
      open.push(range);
      next += 1;
    }
    const end = edges[index + 1];
    if (end !== undefined && (open.at(-1)?.count ?? 0) > 0) {
      addRange(executed, start, end);
    }
  }
  return executed;
}

export function joinRanges(a: readonly number[], b: readonly number[]): readonly number[] {
  const pairs = [...pairsOf(a), ...pairsOf(b)].sort((one, other) => one[0] - other[0]);
  const joined: number[] = [];
  for (const [start, end] of pairs) {
    addRange(joined, start, end);
  }
  return joined;
}

function pairsOf(ranges: readonly number[]): readonly (readonly [number, number])[] {
  return Array.from({ length: ranges.length / 2 }, (_, index) => [ranges[2 * index] ?? 0, ranges[2 * index + 1] ?? 0]);
}

/** Adds to the end of sorted ranges, and joins what touches. */
function addRange(ranges: number[], start: number, end: number): void {
  const last = ranges.at(-1);
  if (last !== undefined && start <= last) {
    ranges[ranges.length - 1] = Math.max(last, end);
  } else {
    ranges.push(start, end);
  }
}

function sourceFile(url: string, root: string): string | undefined {
  if (!url.startsWith("file:")) {
    return undefined;
  }
  const file = relative(root, fileURLToPath(url.split("?")[0] ?? url))
    .split(sep)
    .join("/");
  return file.startsWith("src/") ? file : undefined;
}

interface Script {
  readonly url: string;
  readonly functions: readonly { readonly ranges: readonly CountedRange[] }[];
}

/** A process that is killed while it writes leaves half a file: it counts as none. */
function scriptsOf(json: string): readonly Script[] {
  try {
    const { result }: { result: readonly Script[] } = JSON.parse(json);
    return result;
  } catch {
    return [];
  }
}
