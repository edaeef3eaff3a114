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
  const publishedTime = (): string | undefined => world.alias("web/shop")?.status?.hostnames[0]?.publishedTime;
  served.set("example.com", ["198.51.100.1"]);
  await world.clock.advance(MINUTE);
  assert.notEqual(publishedTime(), undefined);
  world.apply(alias("web/shop", { hostnames: ["www.shop.example.com"] }));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["www.shop.example.com 60 198.51.100.1"]);
  served.set("example.com", []);
  world.apply(alias("web/shop"));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.equal(publishedTime(), undefined);
  served.set("example.com", ["198.51.100.1"]);
  const servedAt = world.clock.now();
  await world.clock.advance(MINUTE);
  assert.ok(Date.parse(publishedTime() ?? "") >= servedAt);
});

test("a replica whose term ends queries no server and has no gauge of them, and begins anew in its next term", async () => {
  let queries = 0;
  const gauges: string[] = [];
  await using world = startWorld({
    zones: [zone("dns/com", "example.com")],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["198.51.100.1"] },
    leads: false,
    queryServer: () => {
      queries += 1;
      return { kind: "answer", data: ["198.51.100.1"] };
    },
    onPropagation: (_zone, current, total) => void gauges.push(`${current}/${total ?? "?"}`),
  });
  const term = world.lead();
  await world.clock.advance(MINUTE);
  assert.deepEqual([queries > 0, gauges.at(-1)], [true, "1/1"]);
  term.abort();
  queries = 0;
  await world.clock.advance(5 * MINUTE);
  const confirmed = world.controller.zoneState("dns/com")?.confirmed;
  assert.deepEqual(
    [queries, gauges.at(-1), confirmed?.publishedTimes.size, confirmed?.servers],
    [0, "0/?", 0, undefined],
  );
  world.lead();
  await world.clock.advance(MINUTE);
  assert.deepEqual([queries > 0, gauges.at(-1)], [true, "1/1"]);
});
