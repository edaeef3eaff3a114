import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "yaml";

const page = readFileSync("docs/contributing/style.md", "utf8");
const rule: { readonly swap: Readonly<Record<string, string>> } = parse(
  readFileSync("test/prose/styles/Dnsalias/Words.yml", "utf8"),
);

test("the word list of docs/contributing/style.md equals the linter's", () => {
  const [, list = ""] = /^\| instead of \| write \|\n\| --- \| --- \|\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const rows = [...list.matchAll(/^\| (.*) \| (.*) \|$/gm)];
  const swap = rows.flatMap(([, old = "", word = ""]) =>
    [...old.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => [text, word] as const),
  );
  assert.ok(swap.length > 0);
  const words = Object.entries(rule.swap).map(([old, word]) => [old.replace("(?<!-)", ""), word]);
  assert.deepEqual(swap, words);
});

test("docs/contributing/style.md has the five rules, and the linter's bound of a sentence", () => {
  const rules = [...page.matchAll(/^\d\. /gm)].map(([text]) => text);
  assert.deepEqual(rules, ["1. ", "2. ", "3. ", "4. ", "5. "]);
  const { max } = parse(readFileSync("test/prose/styles/Dnsalias/Length.yml", "utf8"));
  assert.match(page, new RegExp(`A sentence has at most ${max} words\\.`));
});
