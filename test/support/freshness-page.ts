import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { documentedFigure } from "./documented-figure.ts";

export const FRESHNESS_PAGE = "docs/concepts/freshness.md";

/** The expected lags by the first column of the page's table, as the text of the second. */
export const LAGS: ReadonlyMap<string, string> = new Map(
  [...readFileSync(FRESHNESS_PAGE, "utf8").matchAll(/^\| (`\w+`[^|]*) \| ([^|]*\d s[^|]*) \| [^|]+ \|$/gm)].map(
    ([, delivery = "", lag = ""]) => [delivery, lag],
  ),
);

/** The sum of the seconds in the row of this delivery. */
export function lagOf(delivery: string): number {
  const text = LAGS.get(delivery) ?? assert.fail(`${FRESHNESS_PAGE} has no row ${delivery}`);
  const seconds = [...text.matchAll(/([\d.]+) s/g)].map(([, figure]) => Number(figure));
  assert.ok(seconds.length > 0, `${delivery}: no seconds in "${text}"`);
  return seconds.reduce((sum, one) => sum + one, 0);
}

/** The page's refresh wait of a target with this TTL. */
export function refreshWaitOf(ttl: number): number {
  return documentedFigure(FRESHNESS_PAGE, new RegExp(`(?<!\\d)${ttl} s (?:leads )?to (\\d+) s`));
}

/** The page's formula of the refresh wait, with the figures that are in it. */
export function refreshWaitByFormula(ttl: number): number {
  const [, least, percent, slack, most, lookups] = FORMULA.exec(readFileSync(FRESHNESS_PAGE, "utf8")) ?? [];
  const delay = Math.max(Number(least), Math.min((Number(percent) / 100) * ttl + Number(slack), Number(most)));
  return ttl + delay + Number(lookups);
}

const FORMULA =
  /TTL \+ max\(([\d.]+) s, ([\d.]+) % of the TTL \+ ([\d.]+) s, at most ([\d.]+) s\) \+ ([\d.]+) s for two lookups/;
