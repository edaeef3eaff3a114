import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../../../../src/cli/config/commands.ts";
import { commandUsage, programUsage } from "../../../../src/cli/config/usage.ts";

test("the help of the program lists its commands in groups, aligned", () => {
  const lines = programUsage().split("\n");
  const heads = lines.filter((line) => line.endsWith(":") && !line.startsWith(" "));
  assert.deepEqual(heads, ["Operation:", "Inspection:", "Steering:", "Installation:"]);
  const rows = lines.filter((line) => line.startsWith("  ") && !line.startsWith("   "));
  assert.deepEqual(new Set(rows.map((line) => line.trim().split(" ")[0])), new Set<string>(COMMANDS));
  assert.ok(rows.every((line) => /^ {2}[a-z-]+ +(?<=^.{21})[a-z]{2,} /.test(line)));
  assert.match(
    programUsage(),
    /^Usage: dnsalias COMMAND \[OPTIONS\]\n\nKeeps .*\n\nRun dnsalias COMMAND --help [^]*[^\n]\n$/s,
  );
});

test("the help of a command has its usage, what it does, its options, its variables, and examples", () => {
  assert.equal(
    commandUsage("crds"),
    `Usage: dnsalias crds [--out DIR]

Prints the two definitions as one YAML stream, or writes one file for each with
--out.

Objects:
      --out DIR  Folder for the output: zone files and Corefiles in folder mode,
                 CRDs for crds. Without it, plan and explain compare with empty
                 zones.

Output:
  -h, --help     Print this help.

Each option has an environment variable: --out is DNSALIAS_OUT.
The option takes precedence.

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

Output:
      --json  Print JSON.
  -h, --help  Print this help.

Examples:
  dnsalias version
`,
  );
});

test("a long help of an option goes on below its beginning", () => {
  const lines = commandUsage("resolve").split("\n");
  const at = lines.findIndex((line) => line.startsWith("      --resolver-ca FILE"));
  assert.deepEqual([lines[at]?.indexOf("PEM"), lines[at + 1]?.search(/\S/)], [26, 26]);
});

test("the help is as wide as the terminal, up to 120 columns", () => {
  const longest = (columns: number) =>
    Math.max(
      ...programUsage(columns)
        .split("\n")
        .map((line) => line.length),
    );
  assert.deepEqual(
    [80, 120, 300].map((columns) => longest(columns) <= Math.min(columns, 120)),
    [true, true, true],
  );
  assert.ok(longest(80) < longest(120));
});

test("the help names the exit codes that a script can tell apart", () => {
  assert.match(commandUsage("plan"), /\b0\b.*\b2\b/);
  assert.match(commandUsage("resolve"), /\b0\b.*\b1\b/);
});

test("the help of run says how it ends, and where its objects come from", () => {
  assert.match(commandUsage("run"), /SIGTERM or SIGINT[^]*API server, or from files with\s--manifests/);
});

for (const command of COMMANDS) {
  test(`the help of ${command} has its parts in order, with an empty line between them`, () => {
    const parts = commandUsage(command).split("\n\n");
    const heads = parts.map((part) => part.split(/[ \n]/)[0]);
    assert.deepEqual([heads[0], heads.includes("Output:"), heads.at(-1)], ["Usage:", true, "Examples:"]);
    assert.ok(parts.every((part) => !part.startsWith("\n")));
    assert.match(commandUsage(command), /[^\n]\n$/);
  });
}
