import assert from "node:assert/strict";
import { test } from "node:test";
import { AppError } from "../../../../src/base/error.ts";
import { openNetwork } from "../../../../src/cli/compose/resolver-network.ts";
import type { ResolverServer } from "../../../../src/transport/exchange.ts";

const SERVER: ResolverServer = { protocol: "udp", address: "192.0.2.53", port: 53 };

test("the recursive servers are those of the settings, or else the machine's", async () => {
  await using given = await openNetwork({ resolvers: [SERVER] });
  assert.deepEqual(given.resolvers, [SERVER]);
  await using own = await openNetwork({});
  assert.ok(own.resolvers.length > 0);
  assert.ok(own.resolvers.every(({ protocol, port }) => protocol === "udp" && port === 53));
});

const FILES: readonly (readonly [path: string, message: RegExp])[] = [
  ["test/fixtures/no-such-file", /^--resolver-ca test\/fixtures\/no-such-file: .*ENOENT/],
  ["package.json", /^--resolver-ca package\.json: the file has no certificate: set a file in PEM format$/],
];

for (const [resolverCa, message] of FILES) {
  test(`${resolverCa} is no file of certificates`, async () => {
    await assert.rejects(openNetwork({ resolvers: [SERVER], resolverCa }), (error) => {
      assert.ok(error instanceof AppError);
      assert.deepEqual([error.code, error.retry], ["CONFIG_INVALID", "on-change"]);
      assert.match(error.message, message);
      return true;
    });
  });
}
