import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias, TargetStatus } from "../../../src/api/dns-alias.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE, startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com", {
  allowedNamespaces: { from: "All" },
  responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false },
});

function withTargets(one: DnsAlias, targets: readonly Partial<TargetStatus>[]): DnsAlias {
  const lastTransitionTime = new Date(1_700_000_000_000).toISOString();
  const status = {
    observedGeneration: 1,
    conditions: [],
    hostnames: [],
    targets: targets.map((target) => ({
      name: "cdn.test",
      hostname: "cdn.test",
      chain: [],
      addresses: [],
      ttl: 60,
      outcome: "Positive",
      lastTransitionTime,
      ...target,
    })),
  };
  return { ...one, status };
}

const FORGED = ["203.0.113.66", "2001:db8:666::1"];

for (const outcome of ["Positive", "Failure: servfail"]) {
  for (const isFirst of [true, false]) {
    test(`a status of another namespace (${outcome}, ${isFirst ? "read first" : "read last"}) gives a name no addresses`, async () => {
      const mallory = withTargets(alias("mallory/a", { hostnames: ["b.example.com"] }), [
        { addresses: FORGED, outcome },
      ]);
      const web = alias("web/shop", { hostnames: ["shop.example.com"] });
      await using world = startWorld({
        zones: [ZONE],
        aliases: isFirst ? [mallory, web] : [web, mallory],
        targets: { "cdn.test": "servfail" },
        serving: servingPlay(),
      });
      await world.clock.advance(5 * MINUTE);
      // It can lie about its own name only.
      assert.deepEqual(
        world.published("dns/com"),
        FORGED.map((address) => `b.example.com 60 ${address}`),
      );
      assert.equal(world.condition("web/shop", "Resolved"), "False LookupFailed");
      const question = { zone: parseName("example.com"), name: parseName("shop.example.com"), family: "A" } as const;
      const live = world.controller.answers.live(question);
      await world.clock.advance(10_000);
      assert.equal((await live)?.kind, "failed");
      world.targets.set("cdn.test", ["198.51.100.1"]);
      await world.clock.advance(6 * MINUTE);
      assert.deepEqual(world.published("dns/com"), [
        "b.example.com 60 198.51.100.1",
        "shop.example.com 60 198.51.100.1",
      ]);
    });
  }
}

test("two namespaces with one target that fails each keep what their own statuses remember", async () => {
  const web = withTargets(alias("web/shop", { hostnames: ["shop.example.com"] }), [{ addresses: ["198.51.100.1"] }]);
  const api = withTargets(alias("api/shop", { hostnames: ["api.example.com"] }), [{ addresses: ["198.51.100.2"] }]);
  await using world = startWorld({ zones: [ZONE], aliases: [web, api], targets: { "cdn.test": "servfail" } });
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["api.example.com 60 198.51.100.2", "shop.example.com 60 198.51.100.1"]);
});

test("a new alias of another namespace doesn't take over what a status remembers of its target", async () => {
  const web = withTargets(alias("web/shop", { hostnames: ["shop.example.com"] }), [{ addresses: ["198.51.100.1"] }]);
  await using world = startWorld({ zones: [ZONE], aliases: [web], targets: { "cdn.test": "servfail" } });
  await world.clock.advance(5 * MINUTE);
  world.apply(alias("api/shop", { hostnames: ["api.example.com"] }));
  await world.clock.advance(6 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["shop.example.com 60 198.51.100.1"]);
});
