import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseName, parseOwnerName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE } from "../../support/controller-world.ts";
import { FORGED_ADDRESS, MINUTE } from "../../support/history/scene.ts";
import { ONE, TWO, SHOP, startProduct, zoneFile, rules } from "../../support/history/judged-product.ts";
import {
  addAlias,
  editAlias,
  knownUntilOf,
  putZone,
  removeAlias,
  removeZone,
  setBase,
  setHeld,
  setStatus,
  setTarget,
  spoilAlias,
  start,
} from "../../support/history/stage.ts";
import { testJudge, type JudgeCase } from "../../support/history/judge-cases.ts";

const CASES: readonly JudgeCase[] = [
  {
    name: "a product that follows its targets is right",
    want: [],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      setTarget(stage, "one.test", TWO);
      await rest(MINUTE);
      publish("com", { [SHOP]: TWO });
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      publish("com", {});
      await rest(15 * MINUTE);
    },
  },
  {
    name: "an address that no target has",
    want: ["nobody"],
    play: ({ publish }) => publish("com", { [SHOP]: [...ONE, "203.0.113.67"] }),
  },
  {
    name: "an address of another alias",
    want: ["foreign"],
    play({ stage, publish }) {
      addAlias(stage, "mallory/a", { hostnames: ["b.example.com"], targets: ["two.test"] });
      publish("com", { [SHOP]: TWO });
    },
  },
  {
    name: "an address of the status of another namespace, while the target fails",
    want: ["nobody"],
    play({ stage, publish }) {
      addAlias(stage, "mallory/a", { hostnames: ["b.example.com"], targets: ["one.test"] });
      setTarget(stage, "one.test", "servfail");
      publish("com", { [SHOP]: [FORGED_ADDRESS] });
    },
  },
  {
    name: "a forged address at the forger's own name while its target has addresses",
    want: ["nobody"],
    play({ stage, publish }) {
      addAlias(stage, "mallory/a", { hostnames: ["b.example.com"], targets: ["one.test"] });
      publish("com", { "b.example.com": [FORGED_ADDRESS] });
    },
  },
  {
    name: "a forged address at the forger's own name while its target has none of the family",
    want: [],
    play({ stage, publish }) {
      addAlias(stage, "mallory/a", { hostnames: ["b.example.com"], targets: ["one.test"] });
      setTarget(stage, "one.test", ONE.slice(1));
      publish("com", { "b.example.com": [FORGED_ADDRESS] });
    },
  },
  {
    name: "a name of another namespace is taken by a younger alias",
    want: ["dropped", "foreign"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      addAlias(stage, "mallory/a", { hostnames: [SHOP], targets: ["two.test"] });
      await rest(5 * MINUTE);
      publish("com", { [SHOP]: TWO });
    },
  },
  {
    name: "a DnsZone below, of another namespace, gets the name",
    want: ["foreign"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      putZone(stage, "mallory/shop");
      await rest(MINUTE);
      publish("mallory", { [SHOP]: ONE });
    },
  },
  {
    name: "an address of the past after a change of leader",
    want: ["dropped", "past"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      setTarget(stage, "one.test", TWO);
      publish("com", { [SHOP]: TWO });
      await rest(9 * MINUTE);
      stage.judge.changed("leader");
      publish("com", { [SHOP]: ONE });
    },
  },
  {
    name: "one family is dropped",
    want: ["dropped", "family"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      stage.world.lastGoodOf.set("one.test AAAA", stage.world.clock.now());
      await rest(5 * MINUTE);
      publish("com", { [SHOP]: ONE.slice(0, 1) });
    },
  },
  {
    name: "one of two addresses is dropped",
    want: ["dropped"],
    async play({ stage, publish, rest }) {
      setTarget(stage, "one.test", [...ONE, "198.51.100.12"]);
      publish("com", { [SHOP]: [...ONE, "198.51.100.12"] });
      await rest(5 * MINUTE);
      publish("com", { [SHOP]: ONE });
    },
  },
  {
    name: "a name is blanked",
    want: ["blank"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      ["A", "AAAA"].forEach((family) => stage.world.lastGoodOf.set(`one.test ${family}`, stage.world.clock.now()));
      setTarget(stage, "one.test", "servfail");
      await rest(MINUTE);
      publish("com", {});
    },
  },
  {
    name: "a paused name is changed",
    want: ["paused"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      editAlias(stage, "web/a", { paused: true });
      setTarget(stage, "one.test", TWO);
      await rest(MINUTE);
      publish("com", { [SHOP]: TWO });
    },
  },
  {
    name: "a paused name gives way to an address of the base zone",
    want: [],
    play({ stage, publish }) {
      publish("com", { [SHOP]: ONE });
      editAlias(stage, "web/a", { paused: true });
      setBase(stage, "com", `${BASE_ZONE}shop IN A 192.0.2.81\n`);
      publish("com", {});
    },
  },
  {
    name: "a paused alias takes a name over and keeps the records of another namespace",
    want: ["takeover"],
    async play({ stage, publish, rest }) {
      addAlias(stage, "api/b", { hostnames: [SHOP], targets: ["two.test"], spec: { paused: true } });
      publish("com", { [SHOP]: ONE });
      await rest(MINUTE);
      removeAlias(stage, "web/a");
      await rest(15 * MINUTE);
    },
  },
  {
    name: "the records of another namespace are withdrawn from the name of a paused alias, which is right",
    want: [],
    async play({ stage, publish, rest }) {
      addAlias(stage, "api/b", { hostnames: [SHOP], targets: ["two.test"], spec: { paused: true } });
      publish("com", { [SHOP]: ONE });
      await rest(MINUTE);
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      publish("com", {});
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a name of an alias that can't be read is withdrawn",
    want: ["unread"],
    async play({ stage, publish, rest }) {
      addAlias(stage, "api/b", { hostnames: ["b.example.com"], targets: ["two.test"] });
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("c.example.com"), parseOwnerName(SHOP)] });
      publish("com", { [SHOP]: ONE, "b.example.com": TWO });
      // The zone admits it no more, and nobody can tell what it wants now.
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      spoilAlias(stage, "web/a");
      await rest(5 * MINUTE);
      publish("com", { "b.example.com": TWO });
    },
  },
  {
    name: "a record of the base zone goes, and another comes",
    want: ["base"],
    play: ({ writeText }) => writeText("com", zoneFile(1, {}).replace("10 mail.example.net.", "99 evil.test.")),
  },
  {
    name: "a serial that doesn't rise",
    want: ["serial"],
    play({ writeText }) {
      writeText("com", zoneFile(7, {}));
      writeText("com", zoneFile(7, { [SHOP]: ONE }));
    },
  },
  {
    name: "somebody else's record at a server goes",
    want: ["others"],
    play({ stage, publish }) {
      const backend = stage.backends.get("net");
      const zone = stage.world.zones.get("dns/net");
      assert.ok(backend && zone);
      backend.put({ name: parseName("text.example.net"), type: "TXT", ttl: 60, data: ['"mine"'] });
      const before = backend.list();
      backend.remove(parseName("text.example.net"), "TXT");
      stage.judge.backendWritten({ zone, before, after: backend.list() }, Infinity);
      publish("net", {});
    },
  },
  {
    name: "a name doesn't follow while another name's target fails",
    want: ["behind"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      addAlias(stage, "api/b", { hostnames: ["b.example.com"], targets: ["three.test"] });
      setTarget(stage, "three.test", "servfail");
      await rest(MINUTE);
      setTarget(stage, "one.test", TWO);
      await rest(20 * MINUTE);
    },
  },
  {
    name: "addresses next to an address of the base zone",
    want: ["beside"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      setBase(stage, "com", `${BASE_ZONE}shop IN A 192.0.2.81\n`);
      publish("com", { [SHOP]: ONE.slice(1) });
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a responder's answer with an address of others",
    want: ["answer"],
    play({ stage }) {
      const answer = {
        replica: start(stage),
        name: `${SHOP}.`,
        family: "A",
        rcode: "NOERROR",
        knownUntil: Infinity,
      } as const;
      stage.judge.answered({ ...answer, addresses: ONE });
      stage.judge.answered({ ...answer, addresses: TWO });
    },
  },
  ...[
    {
      name: "a replica that started after the deletion of a DnsZone answers for the alias that the zone above has then",
      isLate: true,
      want: [],
    },
    {
      name: "a replica that knows a deleted DnsZone answers for an alias that asked for its name later",
      isLate: false,
      want: ["answer"],
    },
  ].map(({ name, isLate, want }): JudgeCase => ({
    name,
    want,
    async play({ stage }) {
      putZone(stage, "dns/sub");
      const before = start(stage);
      removeZone(stage, "dns/sub");
      const after = start(stage);
      addAlias(stage, "mallory/a", { hostnames: ["a.sub.example.com"], targets: ["two.test"] });
      await stage.world.clock.advance(MINUTE);
      const replica = isLate ? after : before;
      const answer = {
        replica,
        name: "a.sub.example.com.",
        family: "A",
        rcode: "NOERROR",
        knownUntil: Infinity,
      } as const;
      stage.judge.answered({ ...answer, addresses: TWO });
    },
  })),
];

describe("the judge of random histories names", () => {
  testJudge(CASES);

  test("a status that shows other addresses than are published, and one that isn't ready without a reason", async () => {
    const product = await startProduct();
    const { stage, publish, rest } = product;
    publish("com", { [SHOP]: ONE });
    const condition = {
      type: "Ready",
      status: "True",
      reason: "Ready",
      message: "",
      lastTransitionTime: "",
      observedGeneration: 1,
    } as const;
    const status = { observedGeneration: 1, conditions: [condition], targets: [] };
    setStatus(stage, "web/a", { ...status, hostnames: [{ hostname: SHOP, zone: "dns/com", addresses: ONE }] });
    await rest(15 * MINUTE);
    assert.deepEqual(rules(product), []);
    setStatus(stage, "web/a", {
      ...status,
      conditions: [],
      hostnames: [{ hostname: SHOP, zone: "dns/com", addresses: TWO }],
    });
    await rest(15 * MINUTE);
    assert.deepEqual(rules(product), ["ready", "status"]);
  });

  test("a deletion that never ends", async () => {
    const product = await startProduct();
    const one = product.stage.world.aliases.get("web/a");
    assert.ok(one);
    product.stage.world.aliases.set("web/a", {
      ...one,
      meta: { ...one.meta, deletedAt: product.stage.world.clock.now() },
    });
    product.stage.judge.changed("alias web/a");
    await product.rest(12 * MINUTE);
    assert.deepEqual(rules(product), ["stuck"]);
  });

  test("a deletion that the API server refuses to end, and that nothing tries again", async () => {
    const product = await startProduct();
    const { world, judge } = product.stage;
    const one = world.aliases.get("web/a");
    assert.ok(one);
    world.aliases.set("web/a", { ...one, meta: { ...one.meta, deletedAt: world.clock.now() } });
    judge.changed("alias web/a");
    await product.rest(10 * MINUTE);
    world.refusedReleases.set("web/a", world.clock.now());
    await product.rest(6 * MINUTE);
    assert.deepEqual(rules(product), []);
    await product.rest(2 * MINUTE);
    assert.deepEqual(rules(product), ["stuck"]);
  });

  test("what a replica plans by in the half minute after its late watch is back", async () => {
    const { stage } = await startProduct();
    const replica = stage.world.start();
    const since = stage.world.clock.now();
    assert.equal(knownUntilOf(stage, replica), Infinity);
    setHeld(stage, replica, true);
    await stage.world.clock.advance(5 * MINUTE);
    setHeld(stage, replica, false);
    assert.equal(knownUntilOf(stage, replica), since);
    await stage.world.clock.advance(29_000);
    assert.equal(knownUntilOf(stage, replica), since);
    await stage.world.clock.advance(1_000);
    assert.equal(knownUntilOf(stage, replica), Infinity);
  });
});
