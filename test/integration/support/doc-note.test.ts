import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { noteOf, runBlock } from "../../support/doc-note.ts";

function block(text: string) {
  return { page: "a.md", line: 1, text };
}

/** Runs a block, and gives what it printed and what it noted. */
async function runNoted(t: TestContext, text: string, failing: readonly string[] = []) {
  const notes: string[] = [];
  t.mock.method(t, "diagnostic", (message: string) => notes.push(message));
  try {
    const { stdout } = await runBlock(t, block(text), { env: { NAME: "x y", SHLVL: "0" }, failing });
    return { stdout, notes };
  } catch (error) {
    return { stdout: String(error), notes };
  } finally {
    t.mock.restoreAll();
  }
}

test("a block runs to its end with the variables of the page, and is noted", async (t) => {
  const text = 'echo "$NAME"\nfalse || true\nif false; then :; fi\n';
  assert.deepEqual(await runNoted(t, text), { stdout: "x y\n", notes: [noteOf(block(text))] });
});

for (const [what, text] of [
  ["a command in the middle", "false\ntrue\n"],
  ["the last command", "true\nfalse\n"],
  ["the first part of a pipe", "false | cat\n"],
  ["the first part of an and-list", "false && true\n"],
  ["a program that isn't there", "no-such-program\ntrue\n"],
  ["a variable that isn't set", 'echo "$NO_SUCH_VARIABLE"\ntrue\n'],
] as const) {
  test(`${what} fails: the block fails and isn't noted`, async (t) => {
    const { stdout, notes } = await runNoted(t, text);
    assert.match(stdout, /^Error: a\.md:1\n/);
    assert.deepEqual(notes, []);
  });
}

test("a command that is expected to fail has to", async (t) => {
  assert.equal((await runNoted(t, "false\ntrue\n", ["false: 1"])).notes.length, 1);
  assert.equal((await runNoted(t, "true\n", ["false: 1"])).notes.length, 0);
  assert.equal((await runNoted(t, 'false\necho "$NO_SUCH_VARIABLE"\n', ["false: 1"])).notes.length, 0);
});
