import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { commandBlocks, commandsOf } from "../../support/doc-commands.ts";
import { blocksOfPage, documentPages } from "../../support/doc-pages.ts";

const blocks = documentPages().flatMap(blocksOfPage);

test("blocks of commands are found with their marks, and nothing else is taken for one", () => {
  const text = [
    "<!-- commands here: not run: for the page -->",
    "```sh\nanything\n```",
    "<!-- run by test/a.test.ts -->",
    "",
    "    kubectl get dnsalias",
    "    dig example.com",
    "",
    "    a picture --> of something",
    "```\nno command: kubectl stands later\n```",
    "```yaml\nkubectl: x\n```",
    "```sh\n# not run: for itself\nhelm test x\n```",
  ].join("\n");
  assert.deepEqual(
    commandBlocks("page.md", text).map(({ line, mark }) => [line, mark]),
    [
      [2, { kind: "not-run", reason: "for the page" }],
      [7, { kind: "run", by: "test/a.test.ts" }],
      [17, { kind: "not-run", reason: "for itself" }],
    ],
  );
});

test("a block comes apart into its commands", () => {
  const text =
    "npm ci && npm run x # a remark\nkubectl apply -f - <<'END'\nkind: X\nEND\nhelm install a \\\n  --set b=c | cat\n";
  assert.deepEqual(
    commandsOf(text).map((words) => words.join(" ")),
    ["npm ci", "npm run x", "kubectl apply -f -", "helm install a --set b=c", "cat"],
  );
});

test("every block of commands is marked: by which test it is run, or why it is not", () => {
  assert.ok(blocks.length > 40);
  assert.deepEqual(
    blocks.filter(({ mark }) => mark === undefined).map(({ page, line }) => `${page}:${line}`),
    [],
  );
});

// that the test runs the block's exact text is checked after all suites, from what the tests noted: test/results/blocks.ts
test("the test that is named is there", () => {
  const wrong = blocks.filter(({ mark }) => mark?.kind === "run" && !existsSync(mark.by));
  assert.deepEqual(
    wrong.map(({ page, line }) => `${page}:${line}`),
    [],
  );
});
