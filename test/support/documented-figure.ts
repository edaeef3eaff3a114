import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

/** The figure that a page states: the only group of `text`, which is digits ("1,000") or a word ("two"). */
export function documentedFigure(page: string, text: RegExp): number {
  const [, stated] = text.exec(readFileSync(page, "utf8")) ?? [];
  assert.ok(stated !== undefined, `${page} has no ${text.source}`);
  const figure = WORDS.get(stated.toLowerCase()) ?? Number(stated.replaceAll(",", ""));
  assert.ok(figure > 0, `${page} has no figure in ${text.source}: ${stated}`);
  return figure;
}

const WORDS: ReadonlyMap<string, number> = new Map([
  ["half", 0.5],
  ["a quarter", 0.25],
  ["two", 2],
  ["four", 4],
  ["five", 5],
  ["ten", 10],
  ["twelve", 12],
]);
