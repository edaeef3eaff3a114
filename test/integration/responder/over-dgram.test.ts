import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "../../support/run.ts";
import { skipWithoutFfi } from "../../support/udp-io.ts";

/** The other files of this folder use `node:ffi` where it is there. These are played over dgram too. */
const FILES = ["cookies", "limits", "workers", "wire", "client-subnet", "look-up"] as const;

for (const file of FILES) {
  test(`${file}.test.ts passes over dgram`, { skip: skipWithoutFfi, timeout: 240_000 }, async () => {
    const path = join(import.meta.dirname, `${file}.test.ts`);
    const { code, stdout } = await run(process.execPath, ["--test", "--test-reporter=tap", path], {
      // With the variable, the run would report to this one, and pass with no test.
      env: { NODE_TEST_CONTEXT: undefined, TEST_UDP_IO: "dgram" },
      timeoutMs: 230_000,
    });
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^# pass [1-9]/mu);
  });
}
