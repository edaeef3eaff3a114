import assert from "node:assert/strict";
import { test } from "node:test";
import type { TenantsSpec } from "../../../src/api/dns-zone.ts";
import { parseHostnamePattern } from "../../../src/api/zone/hostname-pattern.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE, startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const OPEN: TenantsSpec = { wildcards: "Allow", privateAddresses: "Deny" };

function com(tenants: Partial<TenantsSpec>) {
  return zone("dns/com", "example.com", {
    tenants: { ...OPEN, ...tenants },
    maxDeletePercent: 100,
    responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false },
  });
}

const OWN = com({ hostnames: [parseHostnamePattern("*.{namespace}.example.com")] });
const TEAM = com({ hostnames: [parseHostnamePattern("*.{label:team}.example.com")] });

function fixed(key: string, hostnames: readonly string[], createdAt = 1_000, address = "198.51.100.1") {
  return alias(key, { hostnames, targets: [[address]], meta: { createdAt } });
}

function names(world: ControllerWorld): readonly string[] {
  return world.published("dns/com").map((line) => line.split(" ")[0] ?? "");
}

function message(world: ControllerWorld, key: string, type = "Accepted"): string {
  return world.alias(key)?.status?.conditions.find((one) => one.type === type)?.message ?? "";
}

async function live(world: ControllerWorld, name: string) {
  const question = { zone: parseName("example.com"), name: parseName(name), family: "A" } as const;
  const answer = world.controller.answers.live(question);
  await world.clock.advance(2 * SECOND);
  return answer;
}

test("each team keeps its own subdomain, on both planes, and the other hostnames of an alias are published", async () => {
  await using world = startWorld({
    zones: [OWN],
    aliases: [fixed("web/shop", ["shop.web.example.com", "shop.api.example.com"]), fixed("dns/apex", ["example.com"])],
    serving: servingPlay(),
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(names(world), ["example.com", "shop.web.example.com"]);
  assert.equal(world.condition("web/shop", "Accepted"), "False HostnameNotAllowed");
  assert.match(message(world, "web/shop"), /hostname shop\.api\.example\.com .* allows it \*\.web\.example\.com\./);
  assert.deepEqual(
    world.alias("web/shop")?.status?.hostnames.map(({ hostname, reason }) => [hostname, reason]),
    [
      ["shop.api.example.com", "HostnameNotAllowed"],
      ["shop.web.example.com", undefined],
    ],
  );
  assert.equal((await live(world, "shop.web.example.com"))?.kind, "addresses");
  assert.equal(await live(world, "shop.api.example.com"), undefined);
});

test("a refused hostname of an older alias is free for the namespace that it is allowed to", async () => {
  await using world = startWorld({
    zones: [OWN],
    aliases: [fixed("api/squat", ["a.web.example.com"], 1, "198.51.100.66"), fixed("web/a", ["a.web.example.com"], 2)],
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["a.web.example.com 300 198.51.100.1"]);
  assert.equal(world.condition("web/a", "Ready"), "True Ready");
});

const LOSSES: readonly { readonly what: string; readonly lose: (world: ControllerWorld) => void }[] = [
  { what: "the label changes", lose: (world) => world.send({ kind: "namespace", name: "web", labels: { team: "b" } }) },
  { what: "the label is removed", lose: (world) => world.send({ kind: "namespace", name: "web", labels: {} }) },
  {
    what: "the pattern is edited",
    lose: (world) => world.apply(com({ hostnames: [parseHostnamePattern("*.x-{label:team}.example.com")] })),
  },
];

for (const { what, lose } of LOSSES) {
  test(`a hostname stays for 60 s when ${what}, and a hostname that gets its pattern back never leaves`, async () => {
    await using world = startWorld({ zones: [TEAM], aliases: [fixed("web/shop", ["shop.a.example.com"])] });
    const regain = (): void => {
      world.send({ kind: "namespace", name: "web", labels: { team: "a" } });
      world.apply(TEAM);
    };
    regain();
    await world.clock.advance(MINUTE);
    assert.deepEqual(names(world), ["shop.a.example.com"]);
    lose(world);
    await world.clock.advance(55 * SECOND);
    assert.deepEqual(names(world), ["shop.a.example.com"]);
    assert.equal(world.condition("web/shop", "Accepted"), "False HostnameNotAllowed");
    assert.match(message(world, "web/shop"), /The records remain until /);
    regain();
    await world.clock.advance(5 * MINUTE);
    assert.deepEqual(names(world), ["shop.a.example.com"]);
    assert.equal(world.condition("web/shop", "Ready"), "True Ready");
    lose(world);
    await world.clock.advance(55 * SECOND);
    assert.deepEqual(names(world), ["shop.a.example.com"]);
    await world.clock.advance(20 * SECOND);
    assert.deepEqual(names(world), []);
  });
}

const LIMITED = com({ maxHostnames: 2 });
const THREE = [
  fixed("web/a", ["a.example.com"], 1),
  fixed("web/c", ["c.example.com"], 3),
  fixed("web/b", ["b.example.com"], 2),
  fixed("api/d", ["d.example.com"], 9),
  fixed("dns/e", ["e1.example.com", "e2.example.com", "e3.example.com"], 9),
];

test("the youngest hostname of a namespace beyond the limit is refused, and taken when there is room", async () => {
  await using world = startWorld({ zones: [LIMITED], aliases: THREE, serving: servingPlay() });
  await world.clock.advance(MINUTE);
  const others = ["d.example.com", "e1.example.com", "e2.example.com", "e3.example.com"];
  assert.deepEqual(names(world), ["a.example.com", "b.example.com", ...others]);
  assert.equal(world.condition("web/c", "Accepted"), "False HostnameNotAllowed");
  assert.match(message(world, "web/c"), /more hostnames than the 2 .*c\.example\.com is one of the youngest/);
  assert.equal(await live(world, "c.example.com"), undefined);
  world.remove("web/a");
  await world.clock.advance(MINUTE);
  assert.deepEqual(names(world), ["b.example.com", "c.example.com", ...others]);
  assert.equal(world.condition("web/c", "Ready"), "True Ready");
});

test("a hostname that is added to an old alias takes no records from another alias", async () => {
  await using world = startWorld({ zones: [LIMITED], aliases: THREE.slice(0, 2) });
  await world.clock.advance(MINUTE);
  assert.deepEqual(names(world), ["a.example.com", "c.example.com"]);
  world.apply(fixed("web/a", ["a.example.com", "added.example.com"], 1));
  await world.clock.advance(2 * MINUTE);
  assert.deepEqual(names(world), ["a.example.com", "c.example.com"]);
  assert.equal(world.condition("web/a", "Accepted"), "False HostnameNotAllowed");
});

test("a lower limit lets the youngest hostnames go after 60 s, and nothing of it is left without objects", async () => {
  await using world = startWorld({ zones: [LIMITED], aliases: THREE.slice(0, 2) });
  await world.clock.advance(MINUTE);
  world.apply(com({ maxHostnames: 1 }));
  await world.clock.advance(50 * SECOND);
  assert.deepEqual(names(world), ["a.example.com", "c.example.com"]);
  await world.clock.advance(30 * SECOND);
  assert.deepEqual(names(world), ["a.example.com"]);
  world.apply(com({}));
  await world.clock.advance(10 * SECOND);
  assert.deepEqual(names(world), ["a.example.com", "c.example.com"]);
  ["web/a", "web/c", "dns/com"].forEach((key) => world.remove(key));
  await world.clock.advance(MINUTE);
  assert.deepEqual(
    [...world.controller.sizes()].filter(([, size]) => size > 0),
    [],
  );
});

test("private addresses of another namespace are left out and withdrawn, and the status says why", async () => {
  const shop = alias("web/shop", { hostnames: ["shop.example.com"], targets: [["10.0.0.1", "198.51.100.1"]] });
  await using world = startWorld({ zones: [com({ privateAddresses: "Allow" })], aliases: [shop] });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["shop.example.com 300 10.0.0.1", "shop.example.com 300 198.51.100.1"]);
  world.apply(com({}));
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["shop.example.com 300 198.51.100.1"]);
  assert.equal(world.condition("web/shop", "Resolved"), "False SpecialUseRefused");
  assert.match(message(world, "web/shop", "Resolved"), /^DnsZone dns\/com .* so 10\.0\.0\.1 is left out\./);
});

test("a status can't bring a private address into a DnsZone of another namespace, on either plane", async () => {
  const status = {
    observedGeneration: 1,
    conditions: [],
    hostnames: [{ hostname: "shop.example.com", zone: "dns/com", addresses: ["10.0.0.6"], ttl: 60 }],
    targets: [
      {
        name: "cdn.test",
        hostname: "cdn.test",
        chain: [],
        addresses: ["10.0.0.6"],
        ttl: 60,
        outcome: "Positive",
        lastTransitionTime: "2026-01-01T00:00:00Z",
      },
    ],
  };
  const shop = { ...alias("web/shop", { hostnames: ["shop.example.com"] }), status };
  await using world = startWorld({
    zones: [com({})],
    aliases: [shop],
    targets: { "cdn.test": "servfail" },
    serving: servingPlay(),
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  assert.equal((await live(world, "shop.example.com"))?.kind, "failed");
});
