import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasStatus } from "../../../../src/api/dns-alias.ts";
import { parseName, parseOwnerName } from "../../../../src/dns/name/name.ts";
import type { Family } from "../../../../src/dns/record.ts";
import type { LiveAnswer } from "../../../../src/responder/answer-source.ts";
import { BASE_ZONE, startWorld, type ControllerWorld, type WorldOptions } from "../../../support/controller-world.ts";
import { alias, zone } from "../../../support/objects.ts";
import { servingPlay, type ServingPlay } from "../../../support/serving-play.ts";

const ZONE = zone("dns/com", "example.com", {
  responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false },
});

test("a replica that never led looks a target up when it is asked for, once for a thousand askers", async () => {
  await using world = await start({
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["192.0.2.1", "192.0.2.2", "2001:db8::1"] },
  });
  await world.clock.advance(600_000);
  assert.deepEqual(world.looks, []);
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => world.ask()));
  assert.deepEqual(addressesIn(answers[999]), ["192.0.2.1", "192.0.2.2"]);
  assert.deepEqual([world.looks, world.serving.lookUps()], [["cdn.test A"], 1]);
  assert.equal(freshFor(world, answers[0]), 60_000);
});

test("a name that nobody has, and a zone that is not served, have no answer", async () => {
  await using world = await start({ aliases: [alias("web/shop")] });
  assert.equal(await world.ask("other.example.com"), undefined);
  const elsewhere = { zone: parseName("example.net"), name: parseName("example.net"), family: "A" } as const;
  assert.equal(await world.controller.answers.live(elsewhere), undefined);
});

test("targets are merged with static addresses; the soonest to run out decides", async () => {
  await using world = await start({
    aliases: [alias("web/shop", { targets: ["cdn.test", "other.test", ["203.0.113.7"]] })],
    targets: { "cdn.test": ["192.0.2.1"], "other.test": ["192.0.2.1", "192.0.2.9"] },
  });
  const answer = await world.ask();
  assert.deepEqual(addressesIn(answer), ["192.0.2.1", "192.0.2.9", "203.0.113.7"]);
  assert.equal(freshFor(world, answer), 60_000);
});

test("a target that fails takes neither the others' addresses nor its own last-good away; the answer is stale then", async () => {
  await using world = await start({
    aliases: [alias("web/shop", { targets: ["cdn.test", "other.test"] })],
    targets: { "cdn.test": ["192.0.2.1"], "other.test": ["192.0.2.9"] },
  });
  await world.ask();
  world.targets.set("other.test", "servfail");
  await world.clock.advance(60_000);
  const answer = await world.ask();
  assert.deepEqual(addressesIn(answer), ["192.0.2.1", "192.0.2.9"]);
  assert.ok(freshFor(world, answer) <= 0);
  assert.ok((answer?.refreshAt ?? 0) > world.clock.now());
});

test("a look-up that does not end is not waited for longer than a DNS client waits", async () => {
  await using world = await start({
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["192.0.2.1"] },
    lookMs: 10_000,
  });
  const queries = world.ask();
  await world.clock.advance(1_700);
  assert.deepEqual(kindOf(await queries), "failed example.com A: the lookup of cdn.test is in progress");
  await world.clock.advance(10_000);
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1"]);
});

test("a target without IPv6 is empty at once for AAAA, and one that does not exist is not believed at once", async () => {
  await using world = await start({
    aliases: [alias("web/shop"), alias("web/gone", { hostnames: ["gone.example.com"], targets: ["gone.test"] })],
    targets: { "cdn.test": ["192.0.2.1"] },
  });
  assert.equal(kindOf(await world.ask("example.com", "AAAA")), "none");
  assert.match(
    kindOf(await world.ask("gone.example.com")),
    /^failed gone\.example\.com A: gone\.test has no addresses/,
  );
  for (let round = 0; round < 6; round += 1) {
    await world.clock.advance(30_000);
    await world.ask("gone.example.com");
    await world.ask("gone.example.com", "AAAA");
  }
  assert.equal(kindOf(await world.ask("gone.example.com")), "none");
});

test("what was there and fails since before it was ever read is a failure of that family alone", async () => {
  await using world = await start({ aliases: [alias("web/shop")], targets: { "cdn.test": "servfail" } });
  assert.match(kindOf(await world.ask()), /^failed example\.com A: the lookup of cdn\.test failed: /);
});

test("a family whose first lookup failed is SERVFAIL and not NODATA when the other one answers, and is looked up again at once", async () => {
  await using world = await start({ aliases: [alias("web/shop")], targets: { "cdn.test": "servfail" } });
  assert.match(kindOf(await world.ask()), /^failed /);
  world.targets.set("cdn.test", ["192.0.2.1", "2001:db8::1"]);
  assert.deepEqual(addressesIn(await world.ask("example.com", "AAAA")), ["2001:db8::1"]);
  assert.match(kindOf(await world.ask()), /^failed example\.com A: the lookup of cdn\.test failed: /);
  await world.clock.advance(1);
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1"]);
});

test("after maxStaleness the policy for stale targets holds", async () => {
  const policies = { Keep: "192.0.2.1", Withdraw: "none", Fallback: "198.51.100.1" } as const;
  for (const onStale of ["Keep", "Withdraw", "Fallback"] as const) {
    const spec = { onStale, maxStalenessMs: 600_000, fallbackAddresses: ["198.51.100.1"] };
    await using world = await start({ aliases: [alias("web/shop", { spec })], targets: { "cdn.test": ["192.0.2.1"] } });
    await world.ask();
    world.targets.set("cdn.test", "servfail");
    for (let minute = 0; minute < 16; minute += 1) {
      await world.clock.advance(60_000);
      await world.ask();
    }
    const answer = await world.ask();
    assert.equal(answer?.kind === "addresses" ? answer.addresses.join() : kindOf(answer), policies[onStale], onStale);
  }
});

test("a target that became empty is held until it is confirmed, and then the policy for empty targets holds", async () => {
  const policies = { Keep: "192.0.2.1", Withdraw: "none", Fallback: "198.51.100.1" } as const;
  for (const onEmpty of ["Keep", "Withdraw", "Fallback"] as const) {
    const spec = { onEmpty, fallbackAddresses: ["198.51.100.1"] };
    await using world = await start({ aliases: [alias("web/shop", { spec })], targets: { "cdn.test": ["192.0.2.1"] } });
    await world.ask();
    world.targets.delete("cdn.test");
    await world.clock.advance(60_000);
    assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1"], onEmpty);
    for (let round = 0; round < 20; round += 1) {
      await world.clock.advance(30_000);
      await world.ask();
      await world.ask("example.com", "AAAA");
    }
    const answer = await world.ask();
    assert.equal(answer?.kind === "addresses" ? answer.addresses.join() : kindOf(answer), policies[onEmpty], onEmpty);
  }
});

test("a paused alias is answered with what it published, and is not looked up", async () => {
  const status: AliasStatus = {
    observedGeneration: 1,
    conditions: [],
    hostnames: [{ hostname: "example.com", zone: "dns/com", addresses: ["192.0.2.77", "2001:db8::77"], ttl: 60 }],
    targets: [],
  };
  await using world = await start({
    aliases: [{ ...alias("web/shop", { spec: { paused: true } }), status }],
    targets: { "cdn.test": ["192.0.2.1"] },
  });
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.77"]);
  assert.deepEqual(addressesIn(await world.ask("example.com", "AAAA")), ["2001:db8::77"]);
  assert.deepEqual(world.looks, []);
});

test("what was published stands, as stale data, while a new target has never been read", async () => {
  const status: AliasStatus = {
    observedGeneration: 1,
    conditions: [],
    hostnames: [{ hostname: "example.com", zone: "dns/com", addresses: ["192.0.2.77"], ttl: 60 }],
    targets: [],
  };
  await using world = await start({ aliases: [{ ...alias("web/shop"), status }], targets: { "cdn.test": "servfail" } });
  const answer = await world.ask();
  assert.deepEqual(addressesIn(answer), ["192.0.2.77"]);
  assert.ok(freshFor(world, answer) <= 0);
});

test("aliases that lead to each other are answered with nothing, and nothing hangs", async () => {
  await using world = await start({
    aliases: [
      alias("web/a", { hostnames: ["a.example.com"], targets: ["b.example.com"] }),
      alias("web/b", { hostnames: ["b.example.com"], targets: ["a.example.com"] }),
    ],
  });
  assert.equal(kindOf(await world.ask("a.example.com")), "none");
});

test("two aliases of one namespace at one name are merged at query time too", async () => {
  await using world = await start({
    aliases: [alias("web/a", { targets: ["cdn.test"] }), alias("web/b", { targets: [["203.0.113.7"]] })],
    targets: { "cdn.test": ["192.0.2.1"] },
  });
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1", "203.0.113.7"]);
});

test("of two aliases at one name the one without a family has no say in it", async () => {
  await using world = await start({
    aliases: [
      alias("web/a", { targets: ["cdn.test"], spec: { families: ["A"] } }),
      alias("web/b", { targets: ["other.test"] }),
    ],
    targets: { "cdn.test": ["192.0.2.1"], "other.test": ["192.0.2.9"] },
  });
  assert.equal(kindOf(await world.ask("example.com", "AAAA")), "none");
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1", "192.0.2.9"]);
});

test("with one first term all targets are followed, and a question finds them fresh", async () => {
  await using world = await start({ aliases: [alias("web/shop")], targets: { "cdn.test": ["192.0.2.1"] } });
  world.lead();
  await world.clock.advance(200_000);
  const looks = world.looks.length;
  assert.ok(looks > 3);
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1"]);
  assert.equal(world.looks.length, looks);
});

test("a first term takes nothing away from queries while targets fail and no status has their addresses", async () => {
  await using world = await start({
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["192.0.2.1", "2001:db8::1"] },
  });
  await world.ask();
  await world.clock.advance(30_000);
  await world.ask("example.com", "AAAA");
  world.targets.set("cdn.test", "servfail");
  await world.clock.advance(40_000);
  // The A records have expired, and the AAAA records have not.
  world.lead();
  for (let second = 0; second < 100; second += 1) {
    assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1"], `second ${second}`);
    assert.deepEqual(addressesIn(await world.ask("example.com", "AAAA")), ["2001:db8::1"], `second ${second}`);
    await world.clock.advance(1_000);
  }
  world.targets.set("cdn.test", ["192.0.2.2"]);
  await world.clock.advance(300_000);
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.2"]);
});

test("neither an event nor a first term takes a replica back to a status that is older than its own lookup", async () => {
  const times = { before: "2000-01-01T00:00:00Z", after: "2100-01-01T00:00:00Z" };
  for (const [publishedTime, want] of [
    [times.before, "192.0.2.1"],
    [times.after, "192.0.2.77"],
  ] as const) {
    const addresses = ["192.0.2.77"];
    const status: AliasStatus = {
      observedGeneration: 1,
      conditions: [],
      hostnames: [{ hostname: "example.com", zone: "dns/com", addresses, ttl: 60, publishedTime }],
      targets: [
        {
          name: "cdn.test",
          hostname: "cdn.test",
          chain: [],
          addresses,
          ttl: 60,
          outcome: "Positive",
          lastTransitionTime: times.before,
        },
      ],
    };
    const shop = { ...alias("web/shop"), status };
    await using world = await start({ aliases: [shop], targets: { "cdn.test": ["192.0.2.1"] } });
    assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1"]);
    world.targets.set("cdn.test", "servfail");
    await world.clock.advance(70_000);
    world.send({ kind: "alias", alias: shop });
    await world.clock.advance(1);
    assert.deepEqual(addressesIn(await world.ask()), [want], `a standby, ${publishedTime}`);
    world.lead();
    assert.deepEqual(addressesIn(await world.ask()), [want], `before the first lookup, ${publishedTime}`);
    await world.clock.advance(1_000);
    assert.deepEqual(addressesIn(await world.ask()), [want], `after a failed lookup, ${publishedTime}`);
  }
});

test("what a network gets is given to it, with its scope; where it gets nothing, what stands for all", async () => {
  const scoped: WorldOptions["subnetRead"] = (subnet) =>
    subnet.address === "198.51.100.0" ? { addresses: ["192.0.2.50"], scope: 24 } : undefined;
  await using world = await start({
    aliases: [alias("web/shop")],
    targets: { "cdn.test": ["192.0.2.1"] },
    subnetRead: scoped,
  });
  const near = await world.ask("example.com", "A", { address: "198.51.100.0", prefix: 24 });
  assert.deepEqual([addressesIn(near), scopeOf(near)], [["192.0.2.50"], 24]);
  const far = await world.ask("example.com", "A", { address: "203.0.113.0", prefix: 24 });
  assert.deepEqual([addressesIn(far), scopeOf(far)], [["192.0.2.1"], 24]);
  assert.deepEqual(addressesIn(await world.ask()), ["192.0.2.1"]);
});

type Subnet = NonNullable<Parameters<NonNullable<WorldOptions["subnetRead"]>>[0]>;

async function start(options: WorldOptions): Promise<
  ControllerWorld & {
    readonly serving: ServingPlay;
    readonly ask: (name?: string, family?: Family, subnet?: Subnet) => Promise<LiveAnswer | undefined>;
  }
> {
  const serving = servingPlay();
  const world = startWorld({ zones: [ZONE], leads: false, ...options, serving });
  await world.clock.advance(1_000);
  return Object.assign(world, {
    serving,
    ask: (name = "example.com", family: Family = "A", subnet?: Subnet) =>
      world.controller.answers.live({
        zone: parseName("example.com"),
        name: parseOwnerName(name),
        family,
        ...(subnet === undefined ? {} : { subnet }),
      }),
  });
}

function addressesIn(answer: LiveAnswer | undefined): readonly string[] {
  assert.ok(answer?.kind === "addresses", JSON.stringify(answer));
  return answer.addresses;
}

function scopeOf(answer: LiveAnswer | undefined): number | undefined {
  return answer?.kind === "addresses" ? answer.scope : undefined;
}

function kindOf(answer: LiveAnswer | undefined): string {
  return answer?.kind === "failed" ? `failed ${answer.detail}` : (answer?.kind ?? "no alias");
}

function freshFor(world: ControllerWorld, answer: LiveAnswer | undefined): number {
  assert.ok(answer?.kind === "addresses", JSON.stringify(answer));
  return answer.freshUntil - world.clock.now();
}
