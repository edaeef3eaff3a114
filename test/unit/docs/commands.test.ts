import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
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

test("the test that is named is there, and takes the commands from the page or has their words", () => {
  const wrong = blocks.flatMap(({ page, line, text, mark }) => {
    const missing = mark?.kind === "run" ? missingIn(mark.by, page, text) : [];
    return missing.map((word) => `${page}:${line}: ${word}`);
  });
  assert.deepEqual(wrong, []);
});

function missingIn(file: string, page: string, text: string): readonly string[] {
  if (!existsSync(file)) {
    return [`${file} is not there`];
  }
  const code = withImports(file);
  return code.includes(page)
    ? []
    : commandsOf(text)
        .flatMap(wordsThatCount)
        .filter((word) => !code.includes(word));
}

/** The test, and what it imports from its own folders. */
function withImports(file: string): string {
  const code = readFileSync(file, "utf8");
  const imported = [...code.matchAll(/from "(\.[^"]+)"/g)].map(([, path = ""]) => join(dirname(file), path));
  return [code, ...imported.map((path) => readFileSync(path, "utf8"))].join("\n");
}

/**
 * What says which command it is: its file or verb, and the names of its options. Of an npm script that is what package.json has for it; `npm ci` is the
 * begin of everything, and no test's own.
 */
function wordsThatCount(command: readonly string[]): readonly string[] {
  const [program = "", ...words] = command.slice(command.findIndex((word) => !/^(?:sudo|env|\w+=.*)$/.test(word)));
  if (program === "npm") {
    return words[0] === "run" ? scriptWords(words[1] ?? "") : words[0] === "cit" ? ["npm ci", "npm test"] : [];
  }
  const options = words.flatMap((word) => /^--([a-z-]+)/.exec(word)?.slice(1) ?? []);
  return [program, ...words.slice(0, 1).filter((word) => /^[a-z]/.test(word)), ...options];
}

function scriptWords(name: string): readonly string[] {
  const script: unknown = JSON.parse(readFileSync("package.json", "utf8")).scripts[name];
  const file = typeof script === "string" ? /\S+\.ts/.exec(script)?.[0] : undefined;
  return [file?.split("/").at(-1) ?? `the npm script ${name}`];
}
