import assert from "node:assert/strict";
import { test } from "node:test";
import { byCodeUnit } from "../../../src/base/order.ts";
import type { AliasSpec } from "../../../src/api/dns-alias.ts";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { inlineText } from "../../../src/providers/text-store.ts";
import { startWorld, type ControllerWorld } from "../../support/controller-world.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";

/** Hosts of the platform team with one family: its name server, its mail server, its web servers. */
const HOSTS = ["ns1.example.com", "mail.example.com", "www.example.com", "six.example.com"];
const BASE = `$TTL 300
@ IN SOA ns1 hostmaster 1 7200 3600 1209600 300
@ IN NS ns1
@ IN MX 10 mail
@ IN TXT "v=spf1 mx -all"
ns1 IN A 192.0.2.53
mail IN A 192.0.2.25
www IN A 192.0.2.80
six IN AAAA 2001:db8::80
text IN TXT "hello"
post IN MX 10 mail
caa IN CAA 0 issue "ca.example.net"
`;
/** Names at which the base zone has no addresses, and the apex: these are what aliases are for. */
const OPEN = ["example.com", "text.example.com", "post.example.com", "caa.example.com", "new.example.com"];
const ZONE = zone("dns/com", "example.com", {
  responder: { base: { kind: "inline", text: BASE }, clientSubnet: false },
});

interface Tenant {
  readonly world: ControllerWorld;
  /** What the responder has, without final dots. */
  readonly served: readonly string[];
}

/** One tenant's alias for each of the names, a minute after they were made. */
async function tenant(names: readonly string[], families: AliasSpec["families"]): Promise<Tenant> {
  const store = memoryTextStore(undefined, { location: "dns/com" });
  const serving = servingPlay();
  const world = startWorld({
    zones: [ZONE],
    aliases: names.map((name) => alias(`tenant/${name}`, { hostnames: [name], spec: { families } })),
    targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
    stores: new Map([["dns/com", store]]),
    providerOf: (of) =>
      createZoneFileProvider({
        zone: of,
        base: inlineText(BASE, "base"),
        store,
        ownerId: "me",
        now: () => world.clock.now(),
      }),
    serving,
  });
  await world.clock.advance(60_000);
  const served = serving.zones.get("example.com")?.aliases.map(({ name }) => name.replace(/\.$/, "")) ?? [];
  return { world, served };
}

for (const families of [["A", "AAAA"], ["AAAA"], ["A"]] as const) {
  test(`an alias (${families.join(", ")}) publishes nothing at a host of the base zone, in neither family, and says why`, async () => {
    const { world, served } = await tenant(HOSTS, families);
    await using _ = world;
    assert.deepEqual(world.published("dns/com"), []);
    for (const name of HOSTS) {
      const ready = world.alias(`tenant/${name}`)?.status?.conditions.find(({ type }) => type === "Ready");
      assert.equal(`${ready?.status} ${ready?.reason}`, "False ForeignRecord");
      assert.match(ready?.message ?? "", new RegExp(`the base zone already has (A|AAAA) records at ${name}`));
    }
    assert.deepEqual(served, [], "the responder");
  });
}

/** Hosts to which the base zone points, and for which it has no addresses. */
const POINTED = `$TTL 300
@ IN SOA ns1 hostmaster 1 7200 3600 1209600 300
@ IN NS ns1
sub IN NS NS2.example.com.
@ IN MX 10 mx
@ IN MX 20 mail.example.net.
list IN MX 5 Deep.Lists
_sip._tcp IN SRV 0 5 5060 sip
_xmpp._tcp IN SRV 0 5 0 .
ns1 IN A 192.0.2.53
`;
const CLOSED: readonly (readonly [name: string, by: string])[] = [
  ["ns2.example.com", "NS record at sub.example.com"],
  ["mx.example.com", "MX record at example.com"],
  ["deep.lists.example.com", "MX record at list.example.com"],
  ["sip.example.com", "SRV record at _sip._tcp.example.com"],
];

for (const [name, by] of CLOSED) {
  test(`${name}, to which the base zone points, is closed to aliases of other namespaces on both planes, and open to the zone's own`, async () => {
    const store = memoryTextStore(undefined, { location: "dns/com" });
    const serving = servingPlay();
    const of = zone("dns/com", "example.com", {
      responder: { base: { kind: "inline", text: POINTED }, clientSubnet: false },
    });
    const worldWith = (key: string): ControllerWorld =>
      startWorld({
        zones: [of],
        aliases: [alias(key, { hostnames: [name, "open.example.com", "lists.example.com", "list.example.com"] })],
        targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
        stores: new Map([["dns/com", store]]),
        providerOf: (at) =>
          createZoneFileProvider({ zone: at, base: inlineText(POINTED, "base"), store, ownerId: "me", now: () => 0 }),
        serving,
      });
    const namesIn = (world: ControllerWorld): string =>
      [...new Set(world.published("dns/com").map((line) => line.replace(/ .*/, "")))].toSorted(byCodeUnit).join(" ");
    const servedNames = (): readonly string[] =>
      (serving.zones.get("example.com")?.aliases ?? []).map((one) => one.name.replace(/\.$/, "")).toSorted(byCodeUnit);
    {
      await using world = worldWith("dns/own");
      await world.clock.advance(60_000);
      assert.ok(namesIn(world).includes(name));
      assert.ok(servedNames().includes(name));
    }
    await using world = worldWith("tenant/a");
    await world.clock.advance(10 * 60_000);
    assert.equal(namesIn(world), "list.example.com lists.example.com open.example.com");
    assert.deepEqual(servedNames(), ["list.example.com", "lists.example.com", "open.example.com"]);
    const ready = world.alias("tenant/a")?.status?.conditions.find(({ type }) => type === "Ready");
    assert.equal(`${ready?.status} ${ready?.reason}`, "False ForeignRecord");
    assert.match(ready?.message ?? "", new RegExp(`the ${by} points to it`));
    world.targets.set("cdn.test", ["198.51.100.2"]);
    await world.clock.advance(70_000);
    world.targets.set("cdn.test", ["198.51.100.3"]);
    await world.clock.advance(70_000);
    assert.match(world.published("dns/com").join(), /198\.51\.100\.3/);
    assert.equal(namesIn(world), "list.example.com lists.example.com open.example.com", "between two readings too");
    assert.match(ready?.message ?? "", /reserved for DnsAliases of namespace dns/);
  });
}

test("at the apex, and where the base zone has only other types, both families are published", async () => {
  const { world, served } = await tenant(OPEN, ["A", "AAAA"]);
  await using _ = world;
  const expected = OPEN.flatMap((name) => [`${name} 60 198.51.100.1`, `${name} 60 2001:db8::1`]);
  assert.deepEqual(world.published("dns/com").toSorted(), expected.toSorted());
  assert.deepEqual(
    OPEN.map((name) => world.condition(`tenant/${name}`, "Ready")),
    OPEN.map(() => "True Ready"),
  );
  assert.deepEqual(served.toSorted(), OPEN.toSorted());
});
