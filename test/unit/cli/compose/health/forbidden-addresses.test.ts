import assert from "node:assert/strict";
import { test } from "node:test";
import { createForbidden } from "../../../../../src/cli/compose/health/forbidden-addresses.ts";

interface Lab {
  readonly shown: () => Promise<readonly string[]>;
  readonly world: { now: number; own: readonly string[]; host: string | undefined; found: readonly string[] | Error };
  readonly lookups: readonly string[];
}

function lab(host: string | undefined): Lab {
  const world: Lab["world"] = { now: 1_000_000, own: ["127.0.0.1", "fe80::1"], host, found: ["192.0.2.1"] };
  const lookups: string[] = [];
  const forbidden = createForbidden({
    apiServerHost: async () => world.host,
    clock: { now: () => world.now },
    ownAddresses: () => world.own,
    async addressesOf(name) {
      lookups.push(name);
      if (world.found instanceof Error) {
        throw world.found;
      }
      return world.found;
    },
  });
  const shown = async (): Promise<readonly string[]> => {
    forbidden(); // begins the lookup, if one is due
    await new Promise((resolve) => setImmediate(resolve));
    return [...forbidden()];
  };
  return { shown, world, lookups };
}

test("no check goes to an address of this host or of the API server", async () => {
  assert.deepEqual(await lab("192.0.2.7").shown(), ["127.0.0.1", "fe80::1", "192.0.2.7"]);
  assert.deepEqual(await lab("2001:DB8::7").shown(), ["127.0.0.1", "fe80::1", "2001:db8::7"]);
  const named = lab("kubernetes.default.svc");
  assert.deepEqual(await named.shown(), ["127.0.0.1", "fe80::1", "192.0.2.1"]);
  assert.deepEqual(named.lookups, ["kubernetes.default.svc"]);
  const none = lab(undefined);
  assert.deepEqual(await none.shown(), ["127.0.0.1", "fe80::1"]);
  assert.deepEqual(none.lookups, []);
});

test("the addresses are read again after more than a minute", async () => {
  const { shown, world, lookups } = lab("api.test");
  await shown();
  world.own = ["192.0.2.50"];
  world.found = ["192.0.2.2", "2001:db8::2"];
  world.now += 60_000;
  assert.deepEqual(await shown(), ["127.0.0.1", "fe80::1", "192.0.2.1"]);
  world.now += 1;
  assert.deepEqual(await shown(), ["192.0.2.50", "192.0.2.2", "2001:db8::2"]);
  assert.equal(lookups.length, 2);
});

test("a lookup that fails leaves the known addresses of the API server, and is repeated after a minute", async () => {
  const { shown, world, lookups } = lab("api.test");
  await shown();
  world.found = new Error("SERVFAIL");
  world.now += 60_001;
  assert.deepEqual(await shown(), ["127.0.0.1", "fe80::1", "192.0.2.1"]);
  assert.deepEqual(await shown(), ["127.0.0.1", "fe80::1", "192.0.2.1"]);
  assert.equal(lookups.length, 2);
});
