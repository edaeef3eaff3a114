import assert from "node:assert/strict";
import { test } from "node:test";
import { canSharePorts } from "../../../../src/responder/workers/reuse-port.ts";

test("threads share a port where the kernel distributes its packets, and elsewhere one thread has it", () => {
  const platforms = ["linux", "freebsd", "sunos", "aix", "darwin", "win32", "openbsd"] as const;
  assert.deepEqual(platforms.filter(canSharePorts), ["linux", "freebsd", "sunos", "aix"]);
});
