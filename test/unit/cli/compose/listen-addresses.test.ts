import assert from "node:assert/strict";
import { test } from "node:test";
import { addressText, freeAddresses } from "../../../../src/cli/compose/listen-addresses.ts";
import type { HostPort } from "../../../../src/cli/config/settings.ts";

/** Tries the addresses at a machine on which these hosts have a problem. Returns the free ones as texts. */
async function free(wanted: readonly HostPort[], problems: Readonly<Record<string, string>> = {}) {
  const addresses = await freeAddresses(wanted, async ({ host }) => {
    const code = problems[host];
    return code === undefined ? undefined : Object.assign(new Error(`bind ${code}`), { code });
  });
  return addresses.map(addressText);
}

const ANY: readonly HostPort[] = [{ host: "", port: 53 }];

test("free addresses are used as they are, and no host means all addresses of both families", async () => {
  const wanted = [
    { host: "192.0.2.1", port: 53 },
    { host: "2001:db8::1", port: 5353 },
  ];
  assert.deepEqual(await free(wanted), ["192.0.2.1:53", "[2001:db8::1]:5353"]);
  assert.deepEqual(await free(ANY), ["0.0.0.0:53", "[::]:53"]);
  assert.deepEqual(await free([]), []);
});

test("a machine without IPv6 listens on all its IPv4 addresses", async () => {
  assert.deepEqual(await free(ANY, { "::": "EAFNOSUPPORT" }), ["0.0.0.0:53"]);
  assert.deepEqual(await free(ANY, { "::": "EADDRNOTAVAIL" }), ["0.0.0.0:53"]);
});

test("an address that a user names has to be there", async () => {
  await assert.rejects(free([{ host: "2001:db8::1", port: 53 }], { "2001:db8::1": "EADDRNOTAVAIL" }), {
    code: "CONFIG_INVALID",
    message: "[2001:db8::1]:53 cannot be opened: bind EADDRNOTAVAIL",
  });
});

test("an address that is not free is an error that says what to do", async () => {
  await assert.rejects(free(ANY, { "0.0.0.0": "EADDRINUSE" }), {
    code: "CONFIG_INVALID",
    message: "0.0.0.0:53 is in use by another process",
  });
  await assert.rejects(free(ANY, { "::": "EACCES" }), {
    message: "[::]:53 is not permitted for this user: use a port from 1024 up, or add the capability NET_BIND_SERVICE",
  });
});
