import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE, type ControllerWorld, startWorld, type WorldOptions } from "../../support/controller-world.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { memoryTextStore } from "../../support/memory-text-store.ts";
import { alias, zone } from "../../support/objects.ts";
import { servingPlay } from "../../support/serving-play.ts";

const MINUTE = 60_000;
const ZONE = zone("dns/com", "example.com", {
  responder: { base: { kind: "inline", text: BASE_ZONE }, clientSubnet: false },
});
const SHOP = alias("web/shop");
const QUESTION = { zone: parseName("example.com"), name: parseName("example.com"), family: "A" } as const;

/** A leader, and a standby that knows its statuses of the first minute only. Every text that is written from the change of leader on is in `writes`. */
async function play(options: { readonly serving: boolean; readonly standbyTargets?: WorldOptions["targets"] }) {
  const clock = fakeClock(1_800_000_000_000);
  let record = (): void => undefined;
  const store = memoryTextStore(undefined, { location: "dns/com", onWrite: async () => record() });
  const stores = new Map([["dns/com", store]]);
  const common = { clock, stores, ...(options.serving ? { serving: servingPlay() } : {}) };
  const leader = startWorld({ ...common, zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] } });
  await clock.advance(MINUTE);
  const standby = startWorld({
    ...common,
    ...(options.serving ? { serving: servingPlay() } : {}),
    zones: [leader.zone("dns/com") ?? ZONE],
    aliases: [leader.alias("web/shop") ?? SHOP],
    targets: options.standbyTargets ?? { "cdn.test": ["198.51.100.1"] },
    leads: false,
    lookMs: 2_000,
  });
  await clock.advance(1_000);
  const writes: string[] = [];
  return {
    clock,
    leader,
    standby,
    writes,
    async moveTo(addresses: readonly string[]) {
      leader.targets.set("cdn.test", addresses);
      await clock.advance(5 * MINUTE);
    },
    async takeOver() {
      await leader[Symbol.asyncDispose]();
      record = () => void writes.push(standby.published("dns/com").join(" "));
      standby.lead();
    },
  };
}

for (const serving of [true, false]) {
  const which = serving ? "with a responder" : "without a responder";

  test(`a standby ${which} whose watch is late leaves names as they are while it can't look anything up`, async () => {
    const world = await play({ serving, standbyTargets: { "cdn.test": "servfail" } });
    await using _ = world.standby;
    await world.moveTo(["203.0.113.2", "2001:db8::2"]);
    await world.takeOver();
    await world.clock.advance(30 * MINUTE);
    assert.deepEqual(world.writes, []);
    assert.deepEqual(world.standby.published("dns/com"), ["example.com 60 203.0.113.2", "example.com 60 2001:db8::2"]);
    world.standby.targets.set("cdn.test", ["203.0.113.3"]);
    await world.clock.advance(6 * MINUTE);
    assert.deepEqual(world.standby.published("dns/com"), ["example.com 60 203.0.113.3"]);
  });

  test(`a standby ${which} whose watch is late publishes the backend's addresses until its first result, and nothing older`, async () => {
    const world = await play({ serving });
    await using _ = world.standby;
    await world.moveTo(["203.0.113.2"]);
    world.standby.targets.set("cdn.test", ["203.0.113.2"]);
    await world.takeOver();
    await world.clock.advance(MINUTE);
    assert.deepEqual(world.writes, []);
  });
}

test("what a standby looked up for a query isn't published, even within its TTL", async () => {
  const world = await play({ serving: true });
  await using _ = world.standby;
  await world.moveTo(["203.0.113.2"]);
  const live = world.standby.controller.answers.live(QUESTION);
  await world.clock.advance(3_000);
  assert.deepEqual((await live)?.kind, "addresses");
  world.standby.targets.set("cdn.test", "servfail");
  await world.takeOver();
  await world.clock.advance(10 * MINUTE);
  assert.deepEqual([world.writes, world.standby.published("dns/com")], [[], ["example.com 60 203.0.113.2"]]);
});

test("a replica that leads again publishes nothing that it read before another one led", async () => {
  const clock = fakeClock(1_800_000_000_000);
  const stores = new Map([["dns/com", memoryTextStore(undefined, { location: "dns/com" })]]);
  const start = (more: WorldOptions): ControllerWorld =>
    startWorld({ clock, stores, zones: [ZONE], aliases: [SHOP], targets: { "cdn.test": ["198.51.100.1"] }, ...more });
  await using first = start({ leads: false });
  const term = first.lead();
  await clock.advance(MINUTE);
  term.abort();
  first.targets.set("cdn.test", "servfail");
  await using second = start({ targets: { "cdn.test": ["203.0.113.2"] }, leads: false });
  const secondTerm = second.lead();
  await clock.advance(5 * MINUTE);
  assert.deepEqual(second.published("dns/com"), ["example.com 60 203.0.113.2"]);
  secondTerm.abort();
  first.lead();
  await clock.advance(30 * MINUTE);
  assert.deepEqual(first.published("dns/com"), ["example.com 60 203.0.113.2"]);
});

test("where the backend has nothing, a leader publishes what the statuses remember", async () => {
  const world = await play({ serving: false, standbyTargets: { "cdn.test": "servfail" } });
  await using _ = world.standby;
  await world.leader[Symbol.asyncDispose]();
  world.standby.stores.get("dns/com")?.edit("");
  world.standby.lead();
  await world.clock.advance(MINUTE);
  assert.deepEqual(world.standby.published("dns/com"), ["example.com 60 198.51.100.1"]);
});

test("a standby that can't look a target up answers with what the leader published since, not with what it read at its start", async () => {
  const world = await play({ serving: true });
  await using _ = world.standby;
  await using leader = world.leader;
  const first = world.standby.controller.answers.live(QUESTION);
  await world.clock.advance(3_000);
  await first;
  await world.moveTo(["203.0.113.2"]);
  const published = leader.alias("web/shop");
  assert.ok(published);
  world.standby.send({ kind: "alias", alias: published });
  world.standby.targets.set("cdn.test", "servfail");
  await world.clock.advance(1_000);
  const live = world.standby.controller.answers.live(QUESTION);
  await world.clock.advance(3_000);
  const answer = await live;
  assert.deepEqual(answer?.kind === "addresses" ? answer.addresses : answer?.kind, ["203.0.113.2"]);
});

test("a target that is empty at a restart doesn't put the addresses of an older status in the place of what is published", async () => {
  const objects = {
    zones: [zone("dns/com", "example.com")],
    aliases: [alias("web/shop", { spec: { maxStalenessMs: 600_000 } })],
  };
  const first = startWorld({ ...objects, targets: { "cdn.test": ["198.51.100.1"] } });
  await first.clock.advance(60_000);
  const old = first.alias("web/shop") ?? assert.fail();
  first.targets.set("cdn.test", ["198.51.100.2"]);
  await first.clock.advance(180_000);
  const published = ["example.com 60 198.51.100.2"];
  assert.deepEqual(first.published("dns/com"), published);
  await first[Symbol.asyncDispose]();
  const { clock, stores } = first;
  await using second = startWorld({ ...objects, clock, stores, aliases: [old], targets: { "cdn.test": [] } });
  for (const ms of [180_000, 1_200_000]) {
    await clock.advance(ms);
    assert.deepEqual(second.published("dns/com"), published);
  }
  second.targets.set("cdn.test", ["198.51.100.3"]);
  await clock.advance(600_000);
  assert.deepEqual(second.published("dns/com"), ["example.com 60 198.51.100.3"]);
});
