import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;

test("a name that comes back after a withdrawal has no published time until its servers serve it", async () => {
  const served = new Map<string, readonly string[]>();
  await using world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["198.51.100.1"] },
    queryServer: (name) => ({ kind: "answer", data: served.get(name) ?? [] }),
  });
  const publishedAt = (): string | undefined => world.alias("web/shop")?.status?.hostnames[0]?.publishedAt;
  served.set("example.com", ["198.51.100.1"]);
  await world.clock.advance(MINUTE);
  assert.notEqual(publishedAt(), undefined);
  world.apply(alias("web/shop", { hostnames: ["www.shop.example.com"] }));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["www.shop.example.com 60 198.51.100.1"]);
  served.set("example.com", []);
  world.apply(alias("web/shop"));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.equal(publishedAt(), undefined);
  served.set("example.com", ["198.51.100.1"]);
  const servedAt = world.clock.now();
  await world.clock.advance(MINUTE);
  assert.ok(Date.parse(publishedAt() ?? "") >= servedAt);
});
