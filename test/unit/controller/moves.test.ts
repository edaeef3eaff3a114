import assert from "node:assert/strict";
import { test } from "node:test";
import type { DnsZone } from "../../../src/api/dns-zone.ts";
import type { ObjectKey } from "../../../src/api/meta.ts";
import { createZoneFileProvider } from "../../../src/providers/coredns/zone-file.ts";
import { inlineText } from "../../../src/providers/text-store.ts";
import { BASE_ZONE, startWorld, type ControllerWorld, type WorldOptions } from "../../support/controller-world.ts";
import { fakeClock, type FakeClock } from "../../support/fake-clock.ts";
import { memoryTextStore, type MemoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";

const MINUTE = 60_000;
const COM = zone("dns/com", "example.com");
const SUB = zone("dns/sub", "sub.example.com", {}, { createdAt: 9_000 });
const APP = alias("web/app", { hostnames: ["app.sub.example.com"] });

/** Zone files of zones, some of which have no base zone and so can't be written. */
interface Files {
  readonly clock: FakeClock;
  readonly stores: Map<ObjectKey, MemoryTextStore>;
  readonly withoutBase: Set<ObjectKey>;
  /** The addresses of a name in a zone, sorted. */
  addresses(zone: ObjectKey, name?: string): readonly string[];
}

function createFiles(): Files {
  const clock = fakeClock(1_800_000_000_000);
  const stores = new Map<ObjectKey, MemoryTextStore>();
  return {
    clock,
    stores,
    withoutBase: new Set(),
    addresses(key, name = "app.sub.example.com") {
      const text = stores.get(key)?.text ?? "";
      return text
        .split("\n")
        .map((line) => line.split(/\s+/))
        .filter(([owner, , , type]) => owner === `${name}.` && (type === "A" || type === "AAAA"))
        .map((fields) => fields[4] ?? "")
        .sort();
    },
  };
}

function start(files: Files, options: WorldOptions): ControllerWorld {
  const { clock, stores, withoutBase } = files;
  return startWorld({
    targets: { "cdn.test": ["198.51.100.1", "2001:db8::1"] },
    ...options,
    clock,
    providerOf: (of: DnsZone) => {
      const key = `${of.meta.namespace}/${of.meta.name}`;
      const store = stores.get(key) ?? memoryTextStore(undefined, { location: key });
      stores.set(key, store);
      return createZoneFileProvider({
        zone: of,
        base: {
          location: "base",
          read: async (signal) =>
            withoutBase.has(key)
              ? { kind: "ok", text: undefined, revision: "", owner: undefined }
              : inlineText(BASE_ZONE, "base").read(signal),
        },
        store,
        ownerId: "me",
        now: () => clock.now(),
      });
    },
  });
}

const BOTH = ["198.51.100.1", "2001:db8::1"];

test("a name that moves to a longer zone stays in the old zone until the new zone has been written", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  await using world = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [BOTH, []]);
  files.withoutBase.clear();
  world.send({ kind: "input", zone: "dns/sub" });
  await files.clock.advance(10_000);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [[], BOTH]);
});

test("a name that its zone keeps for the minute after a start goes when it is over, though its alias went before", async () => {
  const files = createFiles();
  const before = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  const app = before.alias("web/app") ?? assert.fail("no alias");
  await before[Symbol.asyncDispose]();
  const closed = zone("dns/com", "example.com", { allowedNamespaces: { from: "Same" } });
  await using world = start(files, { zones: [closed], aliases: [app] });
  await files.clock.advance(10_000);
  world.remove("web/app");
  await files.clock.advance(45_000);
  assert.deepEqual(files.addresses("dns/com"), BOTH, "until then nobody knows whom the zone admitted before");
  await files.clock.advance(15_000);
  assert.deepEqual(files.addresses("dns/com"), []);
});

test("a name that moves to a longer zone soon after a start leaves the old zone as soon as the new one serves it", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  await using world = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(1_000);
  world.apply(SUB);
  await files.clock.advance(8_000);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [BOTH, []]);
  files.withoutBase.clear();
  world.send({ kind: "input", zone: "dns/sub" });
  await files.clock.advance(10_000);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [[], BOTH]);
});

test("a paused name stays in the old zone, and moves when it isn't paused any more", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  await using world = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  const paused = { ...APP, spec: { ...APP.spec, paused: true } };
  world.apply(paused);
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  const writes = world.statusWrites.length;
  await files.clock.advance(30 * MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [BOTH, []]);
  assert.ok(world.statusWrites.length - writes < 20, "waiting costs no writes");
  assert.match(
    message(world, "web/app"),
    /app\.sub\.example\.com remains in DnsZone dns\/com while it is paused or leads back to itself/,
  );
  world.apply(APP);
  await files.clock.advance(9 * MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [BOTH, []], "the ten minutes begin then");
  files.withoutBase.clear();
  world.send({ kind: "input", zone: "dns/sub" });
  await files.clock.advance(30_000);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [[], BOTH]);
});

test("the old zone follows the target while it waits, and both statuses say why", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  await using world = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(MINUTE);
  world.targets.set("cdn.test", ["198.51.100.2"]);
  await files.clock.advance(3 * MINUTE);
  assert.ok(files.addresses("dns/com").includes("198.51.100.2"));
  assert.ok(!files.addresses("dns/com").includes("198.51.100.1"));
  assert.match(
    message(world, "web/app"),
    /app\.sub\.example\.com remains in DnsZone dns\/com until it is written to DnsZone dns\/sub/,
  );
  assert.match(
    message(world, "dns/com"),
    /app\.sub\.example\.com\) remain here until they are written to DnsZone dns\/sub/,
  );
  const entries = world.alias("web/app")?.status?.hostnames.map(({ zone: of, reason }) => [of, reason]);
  assert.deepEqual(entries, [
    ["dns/sub", undefined],
    ["dns/com", "Moving"],
  ]);
});

test("a name that its new zone can't write stays in the old one, however long that takes", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  await using world = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(60 * MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [BOTH, []]);
  files.withoutBase.clear();
  world.send({ kind: "input", zone: "dns/sub" });
  await files.clock.advance(MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [[], BOTH]);
  assert.equal(world.condition("web/app", "Ready"), "True Ready");
});

test("a name that the base zone of its new zone has goes after ten minutes: the new zone's own record is the answer", async () => {
  const files = createFiles();
  await using world = start(files, {
    zones: [COM],
    aliases: [alias("web/app", { hostnames: ["www.sub.example.com"] })],
  });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(9 * MINUTE);
  assert.deepEqual(files.addresses("dns/com", "www.sub.example.com"), BOTH);
  await files.clock.advance(2 * MINUTE);
  assert.deepEqual(files.addresses("dns/com", "www.sub.example.com"), []);
});

test("ten minutes after the new zone was written the old zone withdraws the name, and the statuses say so until servers show it", async () => {
  const files = createFiles();
  let isServed = true;
  const queryServer: WorldOptions["queryServer"] = () => ({ kind: "answer", data: isServed ? BOTH : [] });
  await using world = start(files, { zones: [COM], aliases: [APP], queryServer });
  await files.clock.advance(MINUTE);
  isServed = false;
  world.apply(SUB);
  await files.clock.advance(MINUTE);
  assert.match(
    message(world, "web/app"),
    /app\.sub\.example\.com remains in DnsZone dns\/com until then, at most until 2027-01-15T08:11/,
  );
  assert.match(message(world, "dns/com"), /app\.sub\.example\.com\) remain here until DnsZone dns\/sub serves them/);
  await files.clock.advance(8.9 * MINUTE);
  assert.deepEqual(files.addresses("dns/com"), BOTH);
  await files.clock.advance(MINUTE / 2);
  assert.deepEqual(files.addresses("dns/com"), []);
  await files.clock.advance(MINUTE);
  assert.match(message(world, "web/app"), /was withdrawn from DnsZone dns\/com, 10 minutes after it moved/);
  assert.match(message(world, "dns/com"), /were withdrawn\. DnsZone dns\/sub does not serve them after 10 minutes/);
  assert.equal(world.events.filter(({ reason }) => reason === "MoveOverdue").length, 1);
  isServed = true;
  await files.clock.advance(2 * MINUTE);
  assert.equal(message(world, "dns/com").includes("withdrawn"), false);
  assert.equal(world.condition("web/app", "Ready"), "True Ready");
});

test("the old zone keeps the name until a server shows it in the new zone", async () => {
  const files = createFiles();
  let isServed = true;
  const queryServer: WorldOptions["queryServer"] = () =>
    isServed ? { kind: "answer", data: BOTH } : { kind: "answer", data: [] };
  await using world = start(files, { zones: [COM], aliases: [APP], queryServer });
  await files.clock.advance(MINUTE);
  isServed = false;
  world.apply(SUB);
  await files.clock.advance(5 * MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [BOTH, BOTH]);
  isServed = true;
  await files.clock.advance(MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [[], BOTH]);
});

test("a replica that starts while a name waits keeps it, follows, and ends the move", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  const first = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  first.apply(SUB);
  await files.clock.advance(MINUTE);
  const [com, sub, app] = [first.zone("dns/com"), first.zone("dns/sub"), first.alias("web/app")];
  assert.ok(com && sub && app);
  await first[Symbol.asyncDispose]();
  await using second = start(files, {
    zones: [com, sub],
    aliases: [app],
    targets: { "cdn.test": ["198.51.100.3"] },
  });
  await files.clock.advance(5 * MINUTE);
  assert.ok(files.addresses("dns/com").includes("198.51.100.3"));
  files.withoutBase.clear();
  second.send({ kind: "input", zone: "dns/sub" });
  await files.clock.advance(MINUTE);
  assert.deepEqual(files.addresses("dns/com"), []);
  assert.ok(files.addresses("dns/sub").includes("198.51.100.3"));
});

test("a replica that starts without statuses keeps a name that its new zone can't write", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  const first = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  await first[Symbol.asyncDispose]();
  await using second = start(files, { zones: [COM, SUB], aliases: [APP] });
  assert.equal(second.controller.leading(), true);
  await files.clock.advance(30 * MINUTE);
  assert.deepEqual(files.addresses("dns/com"), BOTH);
});

test("a name that goes back before it has arrived was never gone", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  await using world = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(2 * MINUTE);
  world.apply({ ...SUB, spec: { ...SUB.spec, allowedNamespaces: { from: "Same" } } });
  await files.clock.advance(30 * MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [BOTH, []]);
  assert.equal(world.condition("web/app", "Ready"), "True Ready");
});

test("a name that moves on before it has arrived stays until its last zone serves it", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  await using world = start(files, { zones: [COM], aliases: [APP] });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(8 * MINUTE);
  files.withoutBase.add("dns/app");
  world.apply(zone("dns/app", "app.sub.example.com", {}, { createdAt: 9_500 }));
  await files.clock.advance(8 * MINUTE);
  assert.deepEqual(files.addresses("dns/com"), BOTH);
  files.withoutBase.clear();
  world.send({ kind: "input", zone: "dns/app" });
  await files.clock.advance(MINUTE);
  assert.deepEqual(
    ["dns/com", "dns/sub", "dns/app"].map((key) => files.addresses(key)),
    [[], [], BOTH],
  );
});

test("names with a wildcard move as others do, several at once", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  const hostnames = ["*.sub.example.com", "sub.example.com", "a.sub.example.com", "b.sub.example.com"];
  await using world = start(files, { zones: [COM], aliases: [alias("web/all", { hostnames })] });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(5 * MINUTE);
  assert.deepEqual(
    hostnames.map((name) => files.addresses("dns/com", name)),
    hostnames.map(() => BOTH),
  );
  files.withoutBase.clear();
  world.send({ kind: "input", zone: "dns/sub" });
  await files.clock.advance(MINUTE);
  assert.deepEqual(
    hostnames.map((name) => files.addresses("dns/com", name)),
    hostnames.map(() => []),
  );
  assert.deepEqual(
    hostnames.map((name) => files.addresses("dns/sub", name)),
    hostnames.map(() => BOTH),
  );
});

test("names whose withdrawal the guard holds follow their targets in the old zone", async () => {
  const files = createFiles();
  const hostnames = ["a", "b", "c", "d", "e", "f"].map((label) => `${label}.sub.example.com`);
  await using world = start(files, { zones: [COM], aliases: [alias("web/all", { hostnames })] });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(MINUTE);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  await files.clock.advance(15 * MINUTE);
  world.targets.set("cdn.test", ["198.51.100.9", "2001:db8::9"]);
  await files.clock.advance(5 * MINUTE);
  for (const key of ["dns/com", "dns/sub"]) {
    assert.deepEqual(
      hostnames.map((name) => files.addresses(key, name)),
      hostnames.map(() => ["198.51.100.9", "2001:db8::9"]),
    );
  }
  assert.deepEqual(
    world.events.filter(({ reason }) => reason === "MoveOverdue"),
    [],
  );
});

test("names whose withdrawal the guard holds follow their targets also when the wait for the new zone is over", async () => {
  const files = createFiles();
  const hostnames = ["a", "b", "c", "d", "e", "f"].map((label) => `${label}.sub.example.com`);
  let isServed = true;
  const queryServer: WorldOptions["queryServer"] = () => ({ kind: "answer", data: isServed ? BOTH : [] });
  await using world = start(files, { zones: [COM], aliases: [alias("web/all", { hostnames })], queryServer });
  await files.clock.advance(MINUTE);
  world.apply(SUB);
  await files.clock.advance(MINUTE);
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
  isServed = false;
  world.targets.set("cdn.test", ["198.51.100.2", "2001:db8::2"]);
  await files.clock.advance(15 * MINUTE);
  assert.ok(world.events.some(({ reason }) => reason === "MoveOverdue"));
  world.targets.set("cdn.test", ["198.51.100.9", "2001:db8::9"]);
  await files.clock.advance(3 * MINUTE);
  assert.deepEqual(
    hostnames.map((name) => [files.addresses("dns/com", name), files.addresses("dns/sub", name)]),
    hostnames.map(() => [
      ["198.51.100.9", "2001:db8::9"],
      ["198.51.100.9", "2001:db8::9"],
    ]),
  );
  assert.equal(world.condition("dns/com", "Ready"), "False PlanHeld");
});

test("no address passes to an alias of another namespace", async () => {
  const files = createFiles();
  files.withoutBase.add("dns/sub");
  const closed = { ...SUB, spec: { ...SUB.spec, allowedNamespaces: { from: "Same" } as const } };
  const other = alias("dns/app", { hostnames: ["app.sub.example.com"], targets: [["203.0.113.7"]] });
  await using world = start(files, { zones: [COM, closed], aliases: [APP] });
  await files.clock.advance(MINUTE);
  world.apply(other);
  world.remove("web/app");
  await files.clock.advance(5 * MINUTE);
  assert.ok(!files.addresses("dns/com").includes("203.0.113.7"));
  files.withoutBase.clear();
  world.send({ kind: "input", zone: "dns/sub" });
  await files.clock.advance(MINUTE);
  assert.deepEqual([files.addresses("dns/com"), files.addresses("dns/sub")], [[], ["203.0.113.7"]]);
});

function message(world: ControllerWorld, key: ObjectKey): string {
  const status = (world.alias(key) ?? world.zone(key))?.status;
  return status?.conditions.find(({ type }) => type === "Programmed")?.message ?? "";
}
