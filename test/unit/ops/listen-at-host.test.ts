import assert from "node:assert/strict";
import { test } from "node:test";
import { listenAtHost } from "../../../src/ops/listen-at-host.ts";

/** Returns the hosts that were tried. Those in `failing` fail with the code. */
async function tried(host: string, failing: readonly string[] = [], code = "EAFNOSUPPORT"): Promise<readonly string[]> {
  const hosts: string[] = [];
  await listenAtHost(host, async (at) => {
    hosts.push(at);
    if (failing.includes(at)) {
      throw Object.assign(new Error(`listen ${code}`), { code });
    }
  });
  return hosts;
}

test("an address is used as it is, and no address means all addresses of both families", async () => {
  assert.deepEqual(await tried("127.0.0.1"), ["127.0.0.1"]);
  assert.deepEqual(await tried("::1"), ["::1"]);
  assert.deepEqual(await tried(""), ["::"]);
});

test("a machine without IPv6 serves all its IPv4 addresses", async () => {
  assert.deepEqual(await tried("", ["::"], "EAFNOSUPPORT"), ["::", "0.0.0.0"]);
  assert.deepEqual(await tried("", ["::"], "EADDRNOTAVAIL"), ["::", "0.0.0.0"]);
});

test("a port that is taken, and an address that is missing, are errors for the caller", async () => {
  await assert.rejects(tried("", ["::"], "EADDRINUSE"), { code: "EADDRINUSE" });
  await assert.rejects(tried("::1", ["::1"], "EAFNOSUPPORT"), { code: "EAFNOSUPPORT" });
  await assert.rejects(tried("", ["::", "0.0.0.0"], "EAFNOSUPPORT"), { code: "EAFNOSUPPORT" });
});
