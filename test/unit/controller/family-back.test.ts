import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, DnsAlias } from "../../../src/api/dns-alias.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const SECOND = 1_000;
const ZONE = zone("dns/com", "example.com", { allowedNamespaces: { from: "All" } });
const OLD = ["192.0.2.1", "2001:db8::1"];
const FALLBACK = "203.0.113.99";

/** All that the zone publishes in ten minutes. */
async function seen(world: ControllerWorld): Promise<ReadonlySet<string>> {
  const addresses = new Set<string>();
  for (let passed = 0; passed < 10 * MINUTE; passed += SECOND) {
    await world.clock.advance(SECOND);
    world.published("dns/com").forEach((line) => addresses.add(line.split(" ")[2] ?? ""));
  }
  return addresses;
}

function shop(onEmpty: AliasSpec["onEmpty"], spec: Partial<AliasSpec> = {}): DnsAlias {
  return alias("web/shop", {
    hostnames: ["shop.example.com"],
    spec: { onEmpty, fallbackAddresses: [FALLBACK], ...spec },
  });
}

const POLICIES: readonly (readonly [onEmpty: AliasSpec["onEmpty"], seen: readonly string[]])[] = [
  ["Withdraw", []],
  ["Fallback", [FALLBACK]],
];

for (const [onEmpty, withdrawn] of POLICIES) {
  test(`with ${onEmpty}, an address that was withdrawn doesn't come back with the other family`, async () => {
    await using world = startWorld({ zones: [ZONE], aliases: [shop(onEmpty)], targets: { "cdn.test": OLD } });
    await world.clock.advance(5 * MINUTE);
    world.targets.delete("cdn.test");
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual([...(await seen(world))], withdrawn);
    world.targets.set("cdn.test", ["2001:db8::2"]);
    assert.deepEqual([...(await seen(world))].sort(), ["2001:db8::2", ...withdrawn].sort());
    // It is back as soon as it is read.
    world.targets.set("cdn.test", ["192.0.2.1", "2001:db8::2"]);
    await world.clock.advance(10 * MINUTE);
    assert.deepEqual(world.published("dns/com"), ["shop.example.com 60 192.0.2.1", "shop.example.com 60 2001:db8::2"]);
  });

  test(`with ${onEmpty}, nor does it in an alias of its family alone`, async () => {
    const one = shop(onEmpty, { families: ["A"] });
    const other = alias("web/other", { hostnames: ["other.example.com"], spec: { families: ["AAAA"] } });
    await using world = startWorld({ zones: [ZONE], aliases: [one, other], targets: { "cdn.test": OLD } });
    await world.clock.advance(5 * MINUTE);
    world.targets.delete("cdn.test");
    await world.clock.advance(10 * MINUTE);
    world.targets.set("cdn.test", ["2001:db8::1"]);
    assert.deepEqual([...(await seen(world))].sort(), ["2001:db8::1", ...withdrawn].sort());
  });

  test(`with ${onEmpty}, what only a status says of an empty target doesn't come with the other family`, async () => {
    const lastTransitionTime = new Date(1_700_000_000_000).toISOString();
    const target = {
      name: "cdn.test",
      hostname: "cdn.test",
      chain: [],
      addresses: ["203.0.113.67"],
      ttl: 60,
      outcome: "Positive",
      lastTransitionTime,
    };
    const status = { observedGeneration: 1, conditions: [], hostnames: [], targets: [target] };
    await using world = startWorld({ zones: [ZONE], aliases: [{ ...shop(onEmpty), status }], targets: {} });
    await world.clock.advance(10 * MINUTE);
    world.targets.set("cdn.test", ["2001:db8::2"]);
    assert.deepEqual([...(await seen(world))].sort(), ["2001:db8::2", ...withdrawn].sort());
  });
}

test("with Keep, the other family stands until its emptiness is confirmed anew", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [shop("Keep")], targets: { "cdn.test": OLD } });
  await world.clock.advance(5 * MINUTE);
  world.targets.delete("cdn.test");
  await world.clock.advance(10 * MINUTE);
  world.targets.set("cdn.test", ["2001:db8::2"]);
  assert.ok((await seen(world)).has("192.0.2.1"));
  assert.deepEqual(world.published("dns/com"), ["shop.example.com 60 2001:db8::2"]);
});
