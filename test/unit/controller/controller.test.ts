import assert from "node:assert/strict";
import { test } from "node:test";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { BASE_ZONE, startWorld } from "../../support/controller-world.ts";
import { alias, zone } from "../../support/objects.ts";
import { inlineText } from "../../../src/providers/text-store.ts";

const ZONE = zone("dns/com", "example.com");
const SHOP = alias("web/shop");
const MINUTE = 60_000;

test("an alias is published beside the base zone, and told ready", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [SHOP],
    targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
  });
  await world.clock.advance(3_000);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1", "example.com 60 2001:db8::1"]);
  assert.match(world.stores.get("dns/com")?.text ?? "", /IN\s+MX\s+10 mail\.example\.net\./);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
  assert.equal(world.condition("dns/com", "Ready"), "True Ready");
  assert.equal(world.alias("web/shop")?.status?.observedGeneration, 1);
  assert.ok(world.events.some(({ reason, message }) => reason === "Published" && message.includes("198.51.100.1")));
});

test("nothing is written while nothing changes", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(5 * MINUTE);
  const statuses = world.statusWrites.length;
  const writes = world.stores.get("dns/com")?.writes;
  const looks = world.looks.length;
  await world.clock.advance(30 * MINUTE);
  assert.equal(world.statusWrites.length, statuses);
  assert.equal(world.stores.get("dns/com")?.writes, writes);
  assert.ok(world.looks.length > looks, "look-ups go on");
});

test("a changed target is followed within its TTL", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(10_000);
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(65_000);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
});

test("failing look-ups take nothing away, and are told once they are overdue", async () => {
  const patient = alias("web/shop", { spec: { maxStalenessMs: 120 * MINUTE } });
  await using world = startWorld({ zones: [ZONE], aliases: [patient], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(5 * MINUTE);
  world.targets.set("cdn.test", "servfail");
  await world.clock.advance(8_000);
  assert.ok(world.looks.length > 0);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready", "one failure is no news");
  await world.clock.advance(10 * MINUTE);
  assert.equal(world.condition("web/shop", "Resolved"), "False LookupFailed");
  await world.clock.advance(130 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("web/shop", "Resolved"), "False Stale");
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(6 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
});

test("onStale is applied at the moment when maxStaleness is over, though nothing new is heard", async () => {
  const shop = alias("web/shop", {
    spec: { onStale: "Fallback", maxStalenessMs: 10 * MINUTE, fallbackAddresses: ["203.0.113.9"] },
  });
  await using world = startWorld({ zones: [ZONE], aliases: [shop], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(2 * MINUTE);
  world.targets.set("cdn.test", "servfail");
  await world.clock.advance(8 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  await world.clock.advance(2 * MINUTE + 1_000);
  assert.deepEqual(
    world.published("dns/com").map((line) => line.split(" ").at(-1)),
    ["203.0.113.9"],
  );
});

test("under Keep a name that vanishes and comes back loses neither family for a moment", async () => {
  const both = ["198.51.100.1", "2001:db8::1"];
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": both } });
  await world.clock.advance(MINUTE);
  const stays = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms; step += 500) {
      await world.clock.advance(500);
      assert.equal(world.published("dns/com").length, 2, `after ${step} ms: ${world.published("dns/com").join(", ")}`);
    }
  };
  world.targets.delete("cdn.test");
  await stays(5 * MINUTE);
  assert.equal(world.condition("web/shop", "Resolved"), "False NoAddresses");
  world.targets.set("cdn.test", both);
  await stays(5 * MINUTE);
  assert.equal(world.condition("web/shop", "Ready"), "True Ready");
});

test("a restart with the resolver down keeps what is published, with and without a status", async () => {
  for (const keepsStatus of [true, false]) {
    const first = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
    await first.clock.advance(MINUTE);
    const known = first.alias("web/shop");
    assert.ok(known?.status);
    await first[Symbol.asyncDispose]();
    await using second = startWorld({
      clock: first.clock,
      stores: first.stores,
      zones: [ZONE],
      aliases: [keepsStatus ? known : SHOP],
      targets: { "cdn.test": "servfail" },
    });
    await second.clock.advance(60 * MINUTE);
    assert.deepEqual(second.published("dns/com"), ["example.com 60 198.51.100.1"]);
    second.targets.set("cdn.test", ["198.51.100.2"]);
    await second.clock.advance(6 * MINUTE);
    assert.deepEqual(second.published("dns/com"), ["example.com 60 198.51.100.2"]);
  }
});

test("a restart while all is well writes nothing at all", async () => {
  const first = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await first.clock.advance(MINUTE);
  const objects = { alias: first.alias("web/shop"), zone: first.zone("dns/com") };
  assert.ok(objects.alias && objects.zone);
  await first[Symbol.asyncDispose]();
  const written = first.stores.get("dns/com")?.writes;
  await using second = startWorld({
    clock: first.clock,
    stores: first.stores,
    zones: [objects.zone],
    aliases: [objects.alias],
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  await second.clock.advance(5 * MINUTE);
  assert.deepEqual(second.statusWrites, []);
  assert.equal(second.stores.get("dns/com")?.writes, written);
});

test("a name that was withdrawn as empty does not come back with a restart", async () => {
  const withdrawn = alias("web/shop", { spec: { onEmpty: "Withdraw" } });
  const first = startWorld({ zones: [ZONE], aliases: [withdrawn], targets: { "cdn.test": ["198.51.100.1"] } });
  await first.clock.advance(MINUTE);
  first.targets.delete("cdn.test");
  await first.clock.advance(10 * MINUTE);
  assert.deepEqual(first.published("dns/com"), []);
  assert.equal(first.condition("web/shop", "Resolved"), "False NoAddresses");
  const known = first.alias("web/shop");
  await first[Symbol.asyncDispose]();
  await using second = startWorld({
    clock: first.clock,
    stores: first.stores,
    zones: [ZONE],
    aliases: known ? [known] : [],
  });
  for (let second30 = 0; second30 < 10; second30 += 1) {
    await second.clock.advance(30_000);
    assert.deepEqual(second.published("dns/com"), []);
  }
});

test("an empty target under Keep keeps its last addresses and says so", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  world.targets.delete("cdn.test");
  await world.clock.advance(60 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("web/shop", "Resolved"), "False NoAddresses");
});

test("deletion withdraws our records and then lets the object go", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  world.remove("web/shop");
  await world.clock.advance(5_000);
  assert.deepEqual(world.published("dns/com"), []);
  assert.match(world.stores.get("dns/com")?.text ?? "", /www\.example\.com\.\s+300\s+IN\s+A\s+192\.0\.2\.80/);
  assert.equal(world.alias("web/shop"), undefined);
});

for (const policy of ["UpsertOnly", "CreateOnly"] as const) {
  test(`with policy ${policy}, where nothing is withdrawn, a deletion doesn't wait for it, and the records stay`, async () => {
    const kept = zone("dns/com", "example.com", { policy });
    await using world = startWorld({
      zones: [kept],
      aliases: [alias("web/shop")],
      targets: { "cdn.test": ["198.51.100.1"] },
    });
    await world.clock.advance(60_000);
    world.remove("web/shop");
    await world.clock.advance(10_000);
    assert.equal(world.alias("web/shop"), undefined);
    assert.deepEqual(
      world.events.filter(({ reason }) => reason === "Abandoned"),
      [],
    );
    assert.equal(world.published("dns/com").length, 1);
  });
}

test("the older namespace has the name; when it is gone the other follows", async () => {
  const older = alias("web/shop", { meta: { createdAt: 1 } });
  const newer = alias("api/shop", { targets: ["other.test"], meta: { createdAt: 2 } });
  await using world = startWorld({
    zones: [ZONE],
    aliases: [older, newer],
    targets: { "cdn.test": ["198.51.100.1"], "other.test": ["198.51.100.2"] },
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("api/shop", "Ready"), "False HostnameConflict");
  world.remove("web/shop");
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
  assert.equal(world.condition("api/shop", "Ready"), "True Ready");
});

test("a foreign edit of what we wrote is undone and told", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  const store = world.stores.get("dns/com");
  store?.edit(store.text?.replace("198.51.100.1", "198.51.100.66"));
  world.send({ kind: "input", zone: "dns/com" });
  await world.clock.advance(2_000);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.ok(world.events.some(({ reason }) => reason === "DriftRepaired"));
});

test("a writer that never stops is told of, and no longer fought", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  const store = world.stores.get("dns/com");
  for (let edits = 0; edits < 20; edits += 1) {
    store?.edit(store.text?.replace("198.51.100.1", "198.51.100.66"));
    world.send({ kind: "input", zone: "dns/com" });
    await world.clock.advance(2_000);
  }
  assert.equal(world.condition("dns/com", "Ready"), "False WriterConflict");
  assert.ok((store?.writes ?? 0) < 10);
});

test("a paused alias keeps what is published, whatever its target does", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  world.apply(alias("web/shop", { spec: { paused: true } }));
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  world.apply(alias("web/shop"));
  await world.clock.advance(2_000);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
});

test("an edit that cannot be read is told, and what was read before stays in force", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  const manifest = {
    kind: "DnsAlias",
    key: "web/shop",
    generation: 2,
    problems: ["spec.targets: is missing"],
  } as const;
  world.send({ kind: "invalid", manifest });
  world.send({ kind: "invalid", manifest: { ...manifest, key: "web/never" } });
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(2 * MINUTE);
  assert.equal(world.condition("web/shop", "Accepted"), "False Invalid");
  assert.equal(world.alias("web/shop")?.status?.observedGeneration, 2);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"]);
  assert.deepEqual(
    world.invalid.map(({ key }) => key),
    ["web/never"],
  );
});

test("without the lead nothing is written; with it everything is, and a lost lead stops it", async () => {
  await using world = startWorld({
    zones: [ZONE],
    aliases: [SHOP],
    leads: false,
    targets: { "cdn.test": ["198.51.100.1"] },
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual([world.looks, world.statusWrites, world.stores.size], [[], [], 0]);
  const term = world.lead();
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  term.abort();
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(5 * MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  world.lead();
  await world.clock.advance(2_000);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"], "it knew all along, and catches up");
});

test("a plan that deletes too much is held until it is approved", async () => {
  const many = Array.from({ length: 12 }, (_, index) =>
    alias(`web/a${index}`, { hostnames: [`a${index}.example.com`] }),
  );
  await using world = startWorld({ zones: [ZONE], aliases: many, targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 12);
  for (const object of many.slice(0, 6)) {
    world.remove(`web/${object.meta.name}`);
  }
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await world.clock.advance(2 * MINUTE);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  assert.equal(world.published("dns/com").length, 12, "nothing is withdrawn");
  assert.equal(
    world.published("dns/com").filter((line) => line.endsWith("198.51.100.2")).length,
    6,
    "and the rest follows",
  );
  const hash = world.zone("dns/com")?.status?.planHash ?? "";
  world.apply(zone("dns/com", "example.com", {}, { annotations: { "dnsalias.io/approve-plan": hash } }));
  await world.clock.advance(MINUTE);
  assert.equal(world.published("dns/com").length, 6);
  assert.equal(world.condition("dns/com", "Ready"), "True Ready");
});

test("two aliases that point at each other are a loop, and change nothing", async () => {
  const first = alias("web/one", { hostnames: ["one.example.com"], targets: ["two.example.com"] });
  const second = alias("web/two", { hostnames: ["two.example.com"], targets: ["one.example.com"] });
  await using world = startWorld({
    zones: [ZONE],
    aliases: [first, second],
    targets: { "one.example.com": ["198.51.100.1"] },
  });
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), []);
  assert.equal(world.condition("web/one", "Resolved"), "False LoopDetected");
});

test("Programmed is True only once the servers were seen to serve it", async () => {
  const served = new Map<string, readonly string[]>();
  await using world = startWorld({
    zones: [ZONE],
    aliases: [SHOP],
    targets: { "cdn.test": ["198.51.100.1"] },
    queryServer: (name) => ({ kind: "answer", data: served.get(name) ?? [] }),
  });
  await world.clock.advance(10_000);
  assert.equal(world.condition("web/shop", "Programmed"), "Unknown Propagating");
  served.set("example.com", ["198.51.100.1"]);
  await world.clock.advance(5_000);
  assert.equal(world.condition("web/shop", "Programmed"), "True Programmed");
  assert.deepEqual(world.zone("dns/com")?.status?.servers, { current: 1, total: 1 });
  world.targets.set("cdn.test", ["198.51.100.2"]);
  const before = world.statusWrites.length;
  await world.clock.advance(70_000);
  assert.equal(world.condition("web/shop", "Programmed"), "True Programmed", "an ordinary change does not flap");
  assert.deepEqual(world.statusWrites.slice(before), ["web/shop", "dns/com"], "one change is one write of each status");
  await world.clock.advance(4 * MINUTE);
  assert.equal(world.condition("web/shop", "Programmed"), "False PropagationSlow");
});

test("two zones that write to one place: the older writes, the other says why not", async () => {
  const twin = zone("dns/twin", "example.com", {}, { createdAt: 2_000 });
  await using world = startWorld({ zones: [ZONE, twin], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  assert.equal(world.condition("dns/twin", "Accepted"), "False ZoneConflict");
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.deepEqual(world.published("dns/twin"), []);
});

test("a zone that is gone leaves its records, and its aliases say so", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  world.remove("dns/com");
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
  assert.equal(world.condition("web/shop", "Accepted"), "False ZoneReserved");
  world.remove("web/shop");
  await world.clock.advance(MINUTE);
  assert.equal(world.alias("web/shop"), undefined, "its deletion is not blocked");
});

test("what another process of ours wrote is looked into before it is undone", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  const store = world.stores.get("dns/com");
  assert.ok(store);
  const peer = createZoneFileProvider({
    zone: ZONE,
    base: inlineText(BASE_ZONE, "base"),
    store,
    ownerId: "me",
    now: () => world.clock.now(),
  });
  const looks = world.looks.length;
  const read = await peer.read([], new AbortController().signal);
  assert.ok(read.kind === "ok");
  const [before] = read.zone.sets;
  assert.ok(before);
  const after = { ...before, data: ["198.51.100.2"], resources: ["web/shop"] };
  await peer.apply({ zone: read.zone, writes: [{ kind: "update", before, after }] }, new AbortController().signal);
  world.send({ kind: "input", zone: "dns/com" });
  await world.clock.advance(3_000);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.2"], "it may know better");
  assert.ok(world.looks.length > looks, "so we look");
  await world.clock.advance(5_000);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"], "it did not");
});

test("a place that is gone is filled again at once", async () => {
  await using world = startWorld({ zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await world.clock.advance(MINUTE);
  world.stores.get("dns/com")?.edit(undefined);
  world.send({ kind: "input", zone: "dns/com" });
  await world.clock.advance(500);
  assert.deepEqual(world.published("dns/com"), ["example.com 60 198.51.100.1"]);
});
