import assert from "node:assert/strict";
import { describe } from "node:test";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { ONE, TWO, SHOP, knowByStatusOnly, startLeader } from "../../support/history/judged-product.ts";
import {
  addAlias,
  editAlias,
  knowRetained,
  putZone,
  removeAlias,
  removeZone,
  setLabels,
  setStatus,
  setTarget,
  spoilZone,
  start,
  type Stage,
} from "../../support/history/stage.ts";
import { testJudge, type JudgeCase } from "../../support/history/judge-cases.ts";

/** Another DnsZone takes the place of dns/com, and a new leader knows of dns/com only what a status says. */
function replaceZone(stage: Stage): void {
  setStatus(stage, "web/a", {
    observedGeneration: 1,
    conditions: [],
    targets: [],
    hostnames: [{ hostname: SHOP, zone: "dns/com", addresses: ONE }],
  });
  removeZone(stage, "dns/com");
  knowByStatusOnly(stage, "dns/com");
  putZone(stage, "dns/twin");
}

/** Says in a status where dnsalias has the name. */
function showAt(stage: Stage, zone: string): void {
  const hostnames = [{ hostname: SHOP, zone, addresses: ONE }];
  setStatus(stage, "web/a", { observedGeneration: 1, conditions: [], targets: [], hostnames });
}

const CASES: readonly JudgeCase[] = [
  ...(
    [
      ["it has it in another one", { isShown: true, isLost: false }],
      ["it had it in another one and is lost", { isShown: true, isLost: true }],
      ["it is lost", { isShown: false, isLost: true }],
    ] as const
  ).map(([when, { isShown, isLost }]): JudgeCase => ({
    name: `a process that started while a status had a name in a deleted DnsZone leads when ${when}`,
    want: isShown ? [] : ["foreign"],
    async play({ stage, publish, rest }) {
      showAt(stage, "dns/com");
      removeZone(stage, "dns/com");
      const replica = start(stage);
      await rest(MINUTE);
      putZone(stage, "dns/inside");
      publish("inside", { [SHOP]: ONE });
      if (isShown) {
        showAt(stage, "dns/inside");
      }
      if (isLost) {
        setStatus(stage, "web/a", undefined);
      }
      knowRetained(stage.world, replica);
      stage.judge.changed("leader");
      await rest(MINUTE);
      setTarget(stage, "one.test", TWO);
      await rest(MINUTE);
      publish("inside", { [SHOP]: TWO });
    },
  })),
  {
    name: "a name leaves its zone before the new one has it",
    want: ["move"],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("a.sub.example.com")] });
      publish("com", { "a.sub.example.com": ONE });
      putZone(stage, "dns/sub");
      await rest(MINUTE);
      publish("com", {});
    },
  },
  {
    name: "a name leaves its zone after the new one has it",
    want: [],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("a.sub.example.com")] });
      publish("com", { "a.sub.example.com": ONE });
      putZone(stage, "dns/sub");
      await rest(MINUTE);
      publish("sub", { "a.sub.example.com": ONE });
      publish("com", {});
    },
  },
  {
    name: "a name whose new DnsZone has no place of its own follows its targets in the old one, and gets nothing else",
    want: ["foreign"],
    async play({ stage, publish, rest }) {
      putZone(stage, "dns/twin");
      publish("com", { [SHOP]: ONE });
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      await rest(5 * MINUTE);
      setTarget(stage, "one.test", TWO);
      publish("com", { [SHOP]: TWO });
      assert.deepEqual(stage.judge.faults, []);
      setTarget(stage, "three.test", ["198.51.100.31"]);
      addAlias(stage, "api/b", { hostnames: [SHOP], targets: ["three.test"] });
      publish("com", { [SHOP]: [...TWO, "198.51.100.31"] });
    },
  },
  {
    name: "a responder goes on with a name whose new DnsZone has no place of its own, and with nothing of another namespace",
    want: ["answer"],
    async play({ stage, publish }) {
      const answer = {
        replica: start(stage),
        name: `${SHOP}.`,
        family: "A",
        rcode: "NOERROR",
        knownUntil: Infinity,
      } as const;
      putZone(stage, "dns/twin");
      publish("com", { [SHOP]: ONE });
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      await stage.world.clock.advance(10 * MINUTE);
      publish("com", {});
      await stage.world.clock.advance(5 * MINUTE);
      stage.judge.answered({ ...answer, addresses: ONE });
      assert.deepEqual(stage.judge.faults, []);
      setTarget(stage, "three.test", ["198.51.100.31"]);
      addAlias(stage, "api/b", { hostnames: [SHOP], targets: ["three.test"] });
      await stage.world.clock.advance(5 * MINUTE);
      stage.judge.answered({ ...answer, addresses: ["198.51.100.31"] });
    },
  },
  {
    name: "a responder answers for an alias of another namespace than the one that had the name, whose DnsZone has no place of its own",
    want: ["answer"],
    async play({ stage, publish }) {
      const answer = {
        replica: start(stage),
        name: `${SHOP}.`,
        family: "A",
        rcode: "NOERROR",
        knownUntil: Infinity,
      } as const;
      putZone(stage, "dns/twin");
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      await stage.world.clock.advance(10 * MINUTE);
      publish("com", {});
      removeAlias(stage, "web/a");
      setTarget(stage, "three.test", ["198.51.100.31"]);
      addAlias(stage, "api/b", { hostnames: [SHOP], targets: ["three.test"] });
      await stage.world.clock.advance(5 * MINUTE);
      stage.judge.answered({ ...answer, addresses: ["198.51.100.31"] });
    },
  },
  ...(
    [
      ["paused", { namespace: "web", isPaused: true }, []],
      ["not paused", { namespace: "web", isPaused: false }, ["orphan"]],
      ["paused and of another namespace", { namespace: "api", isPaused: true }, ["orphan"]],
    ] as const
  ).map(([what, { namespace, isPaused }, want]): JudgeCase => ({
    name: `a name that has moved is still in the old DnsZone, and its alias is ${what}`,
    want,
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      if (namespace === "api") {
        removeAlias(stage, "web/a");
        addAlias(stage, "api/a", { hostnames: [SHOP], targets: ["one.test"] });
      }
      putZone(stage, "dns/inside");
      publish("inside", { [SHOP]: ONE });
      await rest(MINUTE);
      editAlias(stage, `${namespace}/a`, { paused: isPaused });
      await rest(25 * MINUTE);
    },
  })),
  ...[11, 12].map((minutes): JudgeCase => ({
    name: `a name whose new DnsZone has no place of its own is still in the old one after ${minutes} min`,
    want: minutes === 11 ? [] : ["orphan"],
    async play({ stage, publish, rest }) {
      putZone(stage, "dns/twin");
      publish("com", { [SHOP]: ONE });
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      await rest(minutes * MINUTE);
    },
  })),
  {
    name: "names go at once with a label",
    want: ["label"],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.net")] });
      publish("net", { "b.example.net": ONE });
      await rest(MINUTE);
      setLabels(stage, "web", {});
      publish("net", {});
    },
  },
  ...[31, 100].map((seconds): JudgeCase => ({
    name: `a name that another alias gets by a label loses an address of that alias ${seconds} s later`,
    want: seconds === 31 ? [] : ["dropped"],
    async play({ stage, publish, rest }) {
      const both = [...ONE, "198.51.100.1"];
      setTarget(stage, "one.test", both);
      setTarget(stage, "two.test", both);
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.net")] });
      addAlias(stage, "api/b", { hostnames: ["b.example.net"], targets: ["two.test"] });
      publish("net", { "b.example.net": both });
      await rest(5 * MINUTE);
      setTarget(stage, "one.test", ONE);
      setLabels(stage, "web", {});
      await rest(seconds * 1_000);
      publish("net", { "b.example.net": ONE });
    },
  })),
  {
    name: "a name goes with its alias, and a label keeps none for an alias that never had it",
    want: [],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.net")] });
      addAlias(stage, "api/b", { hostnames: ["b.example.net"], targets: ["two.test"] });
      publish("net", { "b.example.net": ONE });
      await rest(MINUTE);
      removeAlias(stage, "web/a");
      setLabels(stage, "api", {});
      publish("net", {});
    },
  },
  ...(["Same", "All"] as const).map((from): JudgeCase => ({
    name: `a name of the zone above goes with its alias, and a DnsZone below that can't be read admits ${from}`,
    want: from === "Same" ? [] : ["reserved"],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("a.sub.example.com")] });
      publish("com", { "a.sub.example.com": ONE });
      putZone(stage, "dns/sub", { allowedNamespaces: { from } });
      spoilZone(stage, "dns/sub");
      await rest(MINUTE);
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      publish("com", {});
    },
  })),
  {
    name: "a name leaves its zone after the new one has it, which can't be read since it was read once",
    want: [],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("a.sub.example.com")] });
      publish("com", { "a.sub.example.com": ONE });
      startLeader(stage);
      putZone(stage, "dns/sub");
      spoilZone(stage, "dns/sub");
      await rest(MINUTE);
      publish("sub", { "a.sub.example.com": ONE });
      publish("com", {});
    },
  },
  {
    name: "a DnsZone without consent that can't be read keeps no name of the one above",
    want: [],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      putZone(stage, "mallory/shop");
      spoilZone(stage, "mallory/shop");
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      publish("com", {});
    },
  },
  ...["dns/com", "dns/twin"].map((key): JudgeCase => ({
    name: `a writer of ${key}, which was deleted, withdraws what it left in a zone file`,
    want: ["reserved"],
    async play({ stage, publish, rest }) {
      if (key === "dns/twin") {
        removeZone(stage, "dns/com");
        putZone(stage, key);
      }
      publish("com", { [SHOP]: ONE });
      removeZone(stage, key);
      await rest(MINUTE);
      assert.deepEqual(stage.judge.faults, []);
      publish("com", {});
    },
  })),
  {
    name: "the zone above deletes what a deleted DnsZone left at a shared server",
    want: ["reserved"],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("a.deep.example.net")] });
      removeZone(stage, "dns/deep");
      publish("net", { "a.deep.example.net": ONE });
      stage.judge.judged.faults.length = 0;
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      publish("net", {});
    },
  },
  {
    name: "a DnsZone at the place of a deleted one withdraws what only a status knows to be of that one",
    want: ["reserved"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      replaceZone(stage);
      await rest(15 * MINUTE);
      assert.deepEqual(stage.judge.faults, []);
      publish("com", {});
    },
  },
  {
    name: "a DnsZone at the place of a deleted one, which doesn't admit the alias, withdraws what is of the deleted one",
    want: ["reserved"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      putZone(stage, "dns/twin", { allowedNamespaces: { from: "Same" } });
      removeZone(stage, "dns/com");
      await rest(15 * MINUTE);
      assert.equal(stage.judge.faults.join().includes("orphan"), false);
      publish("com", {});
    },
  },
  {
    name: "a DnsZone at the place of a deleted one follows a name that it finds there until its new zone has it",
    want: ["foreign"],
    async play({ stage, publish, rest }) {
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("a.sub.example.com")] });
      publish("com", { "a.sub.example.com": ONE });
      removeZone(stage, "dns/com");
      putZone(stage, "dns/sub");
      putZone(stage, "dns/twin");
      setTarget(stage, "one.test", TWO);
      await rest(MINUTE);
      publish("com", { "a.sub.example.com": TWO });
      assert.deepEqual(stage.judge.faults, []);
      addAlias(stage, "mallory/a", { hostnames: ["a.sub.example.com"], targets: ["three.test"] });
      setTarget(stage, "three.test", ["198.51.100.31"]);
      publish("com", { "a.sub.example.com": [...TWO, "198.51.100.31"] });
    },
  },
];

describe("the judge of random histories names, of zones and moves", () => {
  testJudge(CASES);
});
