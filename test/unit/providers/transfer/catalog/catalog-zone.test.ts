import assert from "node:assert/strict";
import { test } from "node:test";
import type { TransferSpec } from "../../../../../src/api/dns-zone.ts";
import { parseName, type Name } from "../../../../../src/dns/name/name.ts";
import { catalogSets, MAX_CATALOG_NAME } from "../../../../../src/providers/transfer/catalog/catalog-zone.ts";
import { createCatalogKeeper } from "../../../../../src/providers/transfer/catalog/catalog-manager.ts";
import { wholeForm } from "../../../../../src/providers/transfer/server/xfr-records.ts";
import { createZoneRegistry, type ZoneEntry } from "../../../../../src/providers/transfer/zone/zone-registry.ts";
import { fakeClock } from "../../../../support/fake-clock.ts";
import { baseZone, history, texts, version } from "../zones.ts";

const CATALOG = parseName("catalog.example");
const SPEC: TransferSpec = {
  base: { kind: "inline", text: "" },
  allow: [{ address: "192.0.2.0", prefix: 24 }],
  notify: [],
  catalog: CATALOG,
};
const START = 1_800_000_000_000;

function scene(expected: () => readonly string[] | undefined = () => []) {
  const leader = { isServing: true };
  const clock = fakeClock(START);
  const registry = createZoneRegistry();
  const changes: number[] = [];
  const keeper = createCatalogKeeper({
    clock,
    registry,
    isServing: () => leader.isServing,
    expected,
    onChanged: (_catalog, kept) => changes.push(kept.current.serial),
    onFailed: (_catalog, error) => assert.fail(String(error)),
  });
  const ending = new AbortController();
  const running = keeper.run(ending.signal).catch(() => undefined);
  const claim = (domain: string, spec = SPEC): ZoneEntry => {
    const entry = registry.claim(`ns/${domain}`, parseName(domain), spec);
    keeper.touch();
    return entry;
  };
  const publish = (entry: ZoneEntry): void => {
    registry.publish(`ns/${entry.domain.slice(0, -1)}`, entry, {
      history: history([version(1)]),
      sets: [],
      base: baseZone(),
    });
    keeper.touch();
  };
  const release = (entry: ZoneEntry): void => {
    registry.release(`ns/${entry.domain.slice(0, -1)}`, entry);
    keeper.touch();
  };
  const members = (): readonly Name[] | undefined => {
    const served = keeper.zoneOf(CATALOG)?.history;
    return served && [...served.current.sets.values()].flatMap(({ name, type }) => (type === 12 ? [name] : []));
  };
  const end = async (): Promise<void> => {
    ending.abort();
    await running;
  };
  return { leader, clock, keeper, registry, changes, claim, publish, release, members, end };
}

test("a catalog has version 2, one PTR a member below a label of its own, and nothing of the order of its members", () => {
  const names = ["b.example", "a.example"].map(parseName);
  const sets = catalogSets(CATALOG, names);
  assert.deepEqual(
    sets.map(({ name, ttl, type, data }) => `${name.replace(/^[0-9a-f]{32}\./, "ID.")} ${ttl} ${type} ${data.join()}`),
    [
      "catalog.example. 0 NS invalid.",
      'version.catalog.example. 0 TXT "2"',
      "ID.zones.catalog.example. 0 PTR a.example.",
      "ID.zones.catalog.example. 0 PTR b.example.",
    ],
  );
  assert.notEqual(sets[2]?.name, sets[3]?.name);
  assert.deepEqual(catalogSets(CATALOG, names.toReversed()), sets);
  assert.equal(catalogSets(CATALOG, [parseName("a.example")])[2]?.name, sets[2]?.name);
});

test("a catalog whose names would be too long is not made, and the others are kept", async () => {
  const longest = long(MAX_CATALOG_NAME - 1);
  assert.equal(longest.length, MAX_CATALOG_NAME);
  assert.equal(catalogSets(longest, [parseName("a.example")]).length, 3, "the longest name is made");
  const { clock, keeper, claim, publish, members, end } = scene();
  for (const [index, catalog] of [long(232), long(MAX_CATALOG_NAME + 1), longest].entries()) {
    publish(claim(`tenant${index}.example`, { ...SPEC, catalog }));
  }
  await clock.advance(10_000);
  publish(claim("a.example"));
  await clock.advance(10_000);
  assert.equal(members()?.length, 1);
  assert.equal(keeper.zoneOf(long(232)), undefined);
  assert.ok(keeper.zoneOf(longest)?.history !== undefined);
  await end();
});

test("a catalog is not served before every zone that will be in it is known: what it lacks, secondaries drop", async () => {
  const inventory: { zones?: readonly string[] } = {};
  const { clock, claim, publish, members, end } = scene(() => inventory.zones);
  publish(claim("a.example"));
  await clock.advance(60_000);
  assert.equal(members(), undefined);
  inventory.zones = ["ns/a.example", "ns/b.example"];
  await clock.advance(60_000);
  assert.equal(members(), undefined);
  claim("b.example");
  await clock.advance(60_000);
  assert.equal(members()?.length, 2);
  await end();
});

test("who may not serve makes no catalog and tells nobody; the next term's is newer than all before", async () => {
  const { leader, clock, keeper, claim, publish, members, changes, end } = scene();
  leader.isServing = false;
  const zone = claim("a.example");
  await clock.advance(60_000);
  assert.deepEqual([members(), changes.length], [undefined, 0]);
  assert.equal(clock.sleepers(), 0, "it waits for the next change, without a timer");

  leader.isServing = true;
  publish(zone);
  await clock.advance(500);
  assert.deepEqual([members()?.length, changes.length], [1, 1]);

  leader.isServing = false;
  keeper.clear();
  await clock.advance(60_000);
  assert.deepEqual([members(), changes.length], [undefined, 1]);
  leader.isServing = true;
  keeper.touch();
  await clock.advance(500);
  assert.ok((changes[1] ?? 0) >= (START + 120_000) / 1_000, String(changes));
  await end();
});

test("the first version after a start is newer than any that the process before can have made in this second", async () => {
  const { clock, claim, publish, changes, end } = scene();
  publish(claim("a.example"));
  await clock.advance(500);
  assert.deepEqual(changes, [START / 1_000 + 1]);
  await end();
});

test("at the start it waits for zones to be served for some seconds, and lists the others too", async () => {
  const { clock, claim, publish, members, end } = scene(() => ["ns/a.example", "ns/b.example"]);
  publish(claim("a.example"));
  claim("b.example");
  await clock.advance(4_000);
  assert.equal(members(), undefined);
  await clock.advance(2_000);
  assert.equal(members()?.length, 2);
  await end();
});

test("a zone that comes later is listed when it is served, and one that goes is not listed any more", async () => {
  const { clock, claim, publish, release, members, changes, end } = scene();
  publish(claim("a.example"));
  await clock.advance(500);
  const later = claim("b.example");
  await clock.advance(10_000);
  assert.equal(members()?.length, 1);
  publish(later);
  await clock.advance(300);
  assert.equal(members()?.length, 2);
  release(later);
  await clock.advance(2_000);
  assert.equal(members()?.length, 1);
  assert.equal(changes.length, 3);
  assert.ok(changes.every((serial, index) => index === 0 || serial > (changes[index - 1] ?? 0)));
  await end();
});

test("when the last zone goes the catalog says so, to those who could transfer it", async () => {
  const { clock, claim, publish, release, members, keeper, end } = scene();
  const only = claim("a.example");
  publish(only);
  await clock.advance(500);
  release(only);
  await clock.advance(2_000);
  assert.deepEqual(members(), []);
  assert.equal(keeper.zoneOf(CATALOG)?.acl[0]?.allows("192.0.2.9"), true);
  await end();
});

test("there is a version a second at most, so that the serial is the time, and differences from one to the next", async () => {
  const { clock, claim, publish, keeper, changes, end } = scene();
  for (const index of [1, 2, 3, 4, 5, 6]) {
    publish(claim(`z${index}.example`));
    await clock.advance(400);
  }
  await clock.advance(2_000);
  assert.ok(changes.length <= 4, String(changes.length));
  assert.ok(changes.every((serial, index) => serial >= START / 1_000 + index));
  const kept = keeper.zoneOf(CATALOG)?.history ?? assert.fail();
  assert.equal(kept.journal.length, changes.length - 1);
  assert.equal(texts(wholeForm(kept.current).records).filter((text) => text.includes(" PTR ")).length, 6);
  await end();
});

test("whoever may transfer a member may transfer the catalog, with the key of that member as it is now", async () => {
  const { clock, claim, publish, keeper, end } = scene();
  const one = claim("a.example");
  const other = claim("b.example", { ...SPEC, allow: [{ address: "198.51.100.1", prefix: 32 }] });
  publish(one);
  publish(other);
  await clock.advance(500);
  const allows = (address: string): boolean =>
    keeper.zoneOf(CATALOG)?.acl.some((grant) => grant.allows(address)) ?? false;
  assert.deepEqual(["192.0.2.1", "198.51.100.1", "198.51.100.2"].map(allows), [true, true, false]);
  one.key = { name: parseName("k"), algorithm: "hmac-sha256", secret: Uint8Array.of(1) };
  keeper.touch();
  await clock.advance(500);
  assert.deepEqual(
    keeper.zoneOf(CATALOG)?.acl.map(({ key }) => typeof key),
    ["object", "string"],
  );
  await end();
});

test("the end leaves no timer behind", async () => {
  const { clock, claim, end } = scene();
  claim("a.example");
  await clock.advance(50);
  await end();
  assert.equal(clock.sleepers(), 0);
});

/** A name of so many characters, without the final dot. */
function long(length: number): Name {
  const labels = Math.floor((length - "example".length) / 2);
  const text = `${"a.".repeat(labels)}example`;
  return parseName(text.length < length ? `a${text}` : text);
}
