import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readConfig } from "../../../src/cli/config/config.ts";
import { COMMANDS } from "../../../src/cli/config/commands.ts";
import { commandUsage } from "../../../src/cli/config/usage.ts";
import { commandsOf } from "../../support/doc-commands.ts";
import { blocksOfPage, documentPages } from "../../support/doc-pages.ts";

/** In a block, `npx node dist/main.js` is the program too; in a text a command alone, as in "see `dnsalias explain`", is no line to type. */
const PROGRAM = /^(?:dnsalias|npx node dist\/main\.js|kubectl dnsalias) /;

const inBlocks = documentPages().flatMap((page) =>
  blocksOfPage(page).flatMap(({ line, text }) =>
    commandsOf(text).map((words) => ({ where: `${page}:${line}`, command: words.join(" ") })),
  ),
);
const inTexts = documentPages().flatMap((page) =>
  [...readFileSync(page, "utf8").matchAll(/`((?:kubectl )?dnsalias [^\s`]+ [^`\n]+)`/g)].map(([, command = ""]) => ({
    where: page,
    command,
  })),
);
const inHelp = COMMANDS.flatMap((command) =>
  [...commandUsage(command).matchAll(/^ {2}(dnsalias .+)$/gm)].map(([, text = ""]) => ({
    where: `--help of ${command}`,
    command: commandsOf(text)[0]?.join(" ") ?? "",
  })),
);

for (const { where, command } of [...inBlocks, ...inTexts, ...inHelp].filter(({ command }) => PROGRAM.test(command))) {
  test(`${where}: ${command} is taken`, () => {
    assert.equal(problemOf(command), undefined);
  });
}

test("a line that is not taken would be seen", () => {
  assert.match(problemOf("dnsalias run --listen-op :9753") ?? "", /--listen-ops/);
  assert.ok(inBlocks.filter(({ command }) => PROGRAM.test(command)).length > 10);
});

/** Words in capitals, and variables, stand for something that the reader knows. */
function problemOf(command: string): string | undefined {
  const words = command
    .replace(PROGRAM, "")
    .replaceAll(/[[\]…]|OPTIONS/g, "")
    .split(/\s+/)
    .filter(Boolean);
  const asked = readConfig(
    words.map((word) => EXAMPLES[word.replace(/^\$/, "")] ?? word),
    {},
    { out: false, err: false },
  );
  return asked.kind === "wrong" ? asked.message : undefined;
}

const EXAMPLES: Readonly<Record<string, string>> = {
  COMMAND: "run",
  NAME: "example.com",
  HOSTNAME: "www.example.com",
  "NAMESPACE/NAME": "web/shop",
  TARGET: "example.net",
  ADDRESS: "192.0.2.53",
  "HOST:PORT": "127.0.0.1:9753",
  NETWORK: "10.0.0.0/8",
};
