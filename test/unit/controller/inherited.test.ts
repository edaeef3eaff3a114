import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsAlias } from "../../../src/api/dns-alias.ts";
import { type ControllerWorld, startWorld } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = zone("dns/com", "example.com");
/** `maxStaleness`, short because the clock of a test is slow. */
const STALE = 30 * MINUTE;
const SPEC = { maxStalenessMs: STALE };

type Targets = Record<string, readonly string[] | "servfail">;

/** Another process over the same backend and clock. `statuses`: it has those that the first one wrote. */
async function restarted(
  first: ControllerWorld,
  options: { readonly aliases: readonly DnsAlias[]; readonly targets: Targets; readonly statuses?: boolean },
): Promise<ControllerWorld> {
  const { clock, stores } = first;
  await first[Symbol.asyncDispose]();
  const withStatus = (one: DnsAlias): DnsAlias => {
    const status = first.alias(`${one.meta.namespace}/${one.meta.name}`)?.status;
    return options.statuses === true && status !== undefined ? { ...one, status } : one;
  };
  return startWorld({
    clock,
    stores,
    zones: [first.zone("dns/com") ?? ZONE],
    aliases: options.aliases.map(withStatus),
    targets: options.targets,
  });
}

for (const [name, broken] of [
  ["NXDOMAIN", undefined],
  ["SERVFAIL", "servfail"],
] as const) {
  test(`next to a target that is ${name} from the start, an address that the other target gave up goes`, async () => {
    const shop = alias("web/shop", { targets: ["cdn.test", "typo.test"], spec: SPEC });
    await using world = startWorld({
      zones: [ZONE],
      aliases: [shop],
      targets: { "cdn.test": ["198.51.100.1"], ...(broken === undefined ? {} : { "typo.test": broken }) },
    });
    await world.clock.advance(5 * MINUTE);
    for (const day of [2, 3, 4]) {
      world.targets.set("cdn.test", [`198.51.100.${day}`]);
      await world.clock.advance(5 * MINUTE);
      assert.deepEqual(world.published("dns/com"), [`example.com 60 198.51.100.${day}`]);
    }
  });

  test(`the same after a restart without statuses, while the other target is ${name}`, async () => {
    const shop = alias("web/shop", { targets: ["cdn.test", "two.test"], spec: SPEC });
    const first = startWorld({
      clock: fakeClock(1_800_000_000_000),
      zones: [ZONE],
      aliases: [shop],
      targets: { "cdn.test": ["198.51.100.1"], "two.test": ["192.0.2.2"] },
    });
    await first.clock.advance(5 * MINUTE);
    const targets: Targets = {
      "cdn.test": ["198.51.100.1"],
      ...(broken === undefined ? {} : { "two.test": broken }),
    };
    await using world = await restarted(first, { aliases: [shop], targets });
    await world.clock.advance(5 * MINUTE);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 192.0.2.2", "example.com 60 198.51.100.1"]);
    world.targets.set("cdn.test", ["198.51.100.2"]);
    await world.clock.advance(5 * MINUTE);
    // What cdn.test gave up is gone. The other address can be the other target's.
    assert.deepEqual(world.published("dns/com"), ["example.com 60 192.0.2.2", "example.com 60 198.51.100.2"]);
    await world.clock.advance(STALE);
    assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
  });
}

test("another alias of the namespace with a target that doesn't exist keeps no address of the first one", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [alias("web/shop"), alias("web/typo", { targets: ["typo.test"] })],
    targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
  });
  await world.clock.advance(5 * MINUTE);
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(15 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
});

test("an alias that is edited to a target that doesn't exist shows its static addresses at once, or what it had for maxStaleness", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  await world.clock.advance(MINUTE);
  world.apply(alias("web/shop", { targets: ["typo.test", ["203.0.113.9"]] }));
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 203.0.113.9"]);
  world.apply(alias("web/shop", { targets: ["typo.test"], spec: SPEC }));
  await world.clock.advance(20 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 203.0.113.9"]);
  await world.clock.advance(20 * MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
});

test("after a restart with an alias that can't be read, its records remain also once it can be, until it has addresses", async () => {
  const shop = alias("web/shop", { spec: SPEC });
  const first = startWorld({ zones: [ZONE], aliases: [shop], targets: { "cdn.test": ["198.51.100.1"] } });
  await first.clock.advance(5 * MINUTE);
  const { clock, stores } = first;
  await first[Symbol.asyncDispose]();
  await using world = startWorld({
    clock,
    stores,
    zones: [ZONE],
    aliases: [shop],
    unreadable: ["web/shop"],
    targets: { "cdn.test": "servfail" },
  });
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  world.send({ kind: "alias", alias: shop });
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
});

test("after a restart without statuses, lookups that fail don't blank a name, and a later result is all that it shows", async () => {
  const shop = alias("web/shop", { spec: SPEC });
  const first = startWorld({ zones: [ZONE], aliases: [shop], targets: { "cdn.test": ["198.51.100.1"] } });
  await first.clock.advance(5 * MINUTE);
  await using world = await restarted(first, { aliases: [shop], targets: { "cdn.test": "servfail" } });
  await world.clock.advance(2 * HOUR);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  world.targets.set("cdn.test", ["198.51.100.7"]);
  await world.clock.advance(6 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.7"]);
});

test("a name that passes to another namespace shows nothing of the one before while its target isn't known", async () => {
  for (const target of ["nxdomain", "servfail"] as const) {
    const older = alias("web/shop", { meta: { createdAt: 1 } });
    const newer = alias("api/shop", { targets: ["typo.test"], meta: { createdAt: 2 } });
    await using world = startWorld({
      zones: [ZONE],
      aliases: [older, newer],
      targets: { "cdn.test": ["198.51.100.1"], ...(target === "servfail" ? { "typo.test": target } : {}) },
    });
    await world.clock.advance(MINUTE);
    world.remove("web/shop");
    await world.clock.advance(MINUTE);
    assert.deepEqual([world.alias("web/shop"), world.published("dns/com")], [undefined, []]);
  }
});

test("a name passes to another namespace while no controller runs: its addresses don't pass with it", async () => {
  const older = alias("web/shop", { meta: { createdAt: 1 } });
  const newer = alias("api/shop", { targets: ["typo.test"], meta: { createdAt: 2 } });
  const first = startWorld({ zones: [ZONE], aliases: [older, newer], targets: { "cdn.test": ["198.51.100.1"] } });
  await first.clock.advance(5 * MINUTE);
  await using world = await restarted(first, {
    aliases: [newer],
    targets: { "typo.test": "servfail" },
    statuses: true,
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
});

test("a name that an alias had keeps its records after a restart, although another name of the alias is lost, and the status lacks its addresses", async () => {
  const shop = alias("web/shop", { hostnames: ["example.com", "lost.example.com"], meta: { createdAt: 2 } });
  const older = alias("api/older", { hostnames: ["lost.example.com"], meta: { createdAt: 1 } });
  const first = startWorld({ zones: [ZONE], aliases: [older, shop], targets: { "cdn.test": ["198.51.100.1"] } });
  await first.clock.advance(5 * MINUTE);
  const status = first.alias("web/shop")?.status;
  assert.ok(status);
  // As from a process that couldn't read the backend.
  const hostnames = status.hostnames.map((entry) => ({ ...entry, addresses: [] }));
  await using world = await restarted(first, {
    aliases: [older, { ...shop, status: { ...status, hostnames, targets: [] } }],
    targets: { "cdn.test": "servfail" },
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1", "lost.example.com 60 198.51.100.1"]);
});

test("a name that its alias left, and that another namespace has an hour later, has nothing of the first one", async () => {
  await using world = startWorld({
    zones: [zone("dns/com", "example.com", { policy: "UpsertOnly" })],
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["198.51.100.1"], "api.test": "servfail" },
  });
  await world.clock.advance(MINUTE);
  world.remove("web/shop");
  await world.clock.advance(15 * MINUTE);
  world.apply(alias("api/shop", { targets: ["api.test", ["203.0.113.9"]] }));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 203.0.113.9"]);
});
