import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { programVersion, versionCommand } from "../../../../src/cli/commands/version.ts";
import type { Sink } from "../../../../src/cli/terminal/streams.ts";

const WANTED = /"version": "([^"]+)"/.exec(readFileSync("package.json", "utf8"))?.[1];

async function printed(isJson: boolean): Promise<string> {
  let text = "";
  const plain = { isTerminal: false, colours: false, columns: 80 };
  const out: Sink = { ...plain, write: (more) => void (text += more) };
  const err: Sink = { ...plain, write: () => assert.fail("there is no problem") };
  assert.equal(await versionCommand({ command: "version", json: isJson }, { out, err }), 0);
  return text;
}

test("the version is that of package.json, with that of Node.js, for people and as JSON", async () => {
  assert.equal(programVersion(), WANTED);
  assert.equal(await printed(false), `dnsalias ${WANTED} (Node.js ${process.versions.node})\n`);
  assert.deepEqual(JSON.parse(await printed(true)), { version: WANTED, node: process.versions.node });
});
