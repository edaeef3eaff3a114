import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../../../../src/cli/config/commands.ts";
import { commandUsage, programUsage } from "../../../../src/cli/config/usage.ts";

test("the help of the program lists its commands, aligned", () => {
  const lines = programUsage().split("\n");
  assert.deepEqual(
    lines.map((line) => (line.startsWith("  ") ? line.slice(0, 21) : line)),
    [
      "Usage: dnsalias COMMAND [OPTIONS]",
      "",
      "Keeps the A and AAAA records of a hostname equal to the addresses of its target. The hostname can be a zone apex.",
      "",
      "Commands:",
      "  run                ",
      "  plan               ",
      "  resolve            ",
      "  explain            ",
      "  drain              ",
      "  force              ",
      "  pin                ",
      "  unpin              ",
      "  failback           ",
      "  history            ",
      "  crds               ",
      "  remove-finalizers  ",
      "  version            ",
      "",
      "Run dnsalias COMMAND --help for the options of a command.",
      "",
    ],
  );
  assert.ok(lines.filter((line) => line.startsWith("  ")).every((line) => /^.{21}[a-z]{2,} /.test(line)));
});

test("the help of a command has its usage, what it does, its options, its variables, and examples", () => {
  assert.equal(
    commandUsage("crds"),
    `Usage: dnsalias crds [--out DIR]

Prints the two definitions as one YAML stream, or writes one file for each with --out.

Options:
  --out DIR  Folder for the output: zone files and Corefiles in folder mode, CRDs for crds.
  --help     Print this help.

Each option has an environment variable: --out is DNSALIAS_OUT. The option takes precedence.

Examples:
  dnsalias crds | kubectl apply -f -
  dnsalias crds --out ./deploy/crds
`,
  );
});

test("nothing is said of variables where there is nothing to set", () => {
  assert.equal(
    commandUsage("version"),
    `Usage: dnsalias version [--json]

Prints the versions of dnsalias and Node.js.

Options:
  --json  Print JSON.
  --help  Print this help.

Examples:
  dnsalias version
`,
  );
});

test("a long help of an option goes on below its beginning", () => {
  const lines = commandUsage("resolve").split("\n");
  const at = lines.findIndex((line) => line.startsWith("  --resolver-ca FILE"));
  assert.deepEqual([lines[at]?.indexOf("PEM"), lines[at + 1]?.search(/\S/)], [22, 22]);
});

test("the help names the exit codes that a script can tell apart", () => {
  assert.match(commandUsage("plan"), /\b0\b.*\b2\b/);
  assert.match(commandUsage("resolve"), /\b0\b.*\b1\b/);
});

test("the help of run says how it ends, and where its objects come from", () => {
  assert.match(commandUsage("run"), /SIGTERM or SIGINT[^]*API server, or from files with --manifests/);
});

for (const command of COMMANDS) {
  test(`the help of ${command} has its parts in order, with an empty line between them`, () => {
    const parts = commandUsage(command).split("\n\n");
    const heads = parts.map((part) => part.split(/[ \n]/)[0]);
    assert.deepEqual([heads[0], heads[2], heads.at(-1)], ["Usage:", "Options:", "Examples:"]);
    assert.ok(parts.every((part) => !part.startsWith("\n")));
    assert.match(commandUsage(command), /[^\n]\n$/);
  });
}
