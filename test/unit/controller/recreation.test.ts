import assert from "node:assert/strict";
import { test } from "node:test";
import { startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;

/** An alias without a finalizer, as where the backend lists its records: it is gone at once. */
test("an alias that is deleted and created again at once keeps its name all the time", async () => {
  const shop = (uid: string) => alias("web/shop", { targets: [["192.0.2.1", "2001:db8::1"]], meta: { uid } });
  await using world = startWorld({ zones: [zone("dns/com", "example.com")], aliases: [shop("one")] });
  await world.clock.advance(MINUTE);
  const before = world.published("dns/com");
  assert.equal(before.length, 2);
  world.send({ kind: "gone", of: "DnsAlias", key: "web/shop" });
  for (let ms = 0; ms < 2_000; ms += 100) {
    await world.clock.advance(100);
    assert.deepEqual(world.published("dns/com"), before);
  }
  world.send({ kind: "alias", alias: shop("two") });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), before);
  world.send({ kind: "gone", of: "DnsAlias", key: "web/shop" });
  await world.clock.advance(4_000);
  assert.deepEqual(world.published("dns/com"), []);
});
