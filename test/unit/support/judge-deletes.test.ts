import assert from "node:assert/strict";
import { describe } from "node:test";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { ONE, SHOP, TWO, startLeader, holdPlan, type Product } from "../../support/history/judged-product.ts";
import {
  addAlias,
  editAlias,
  putZone,
  removeAlias,
  setStatus,
  setTarget,
  spoilAlias,
} from "../../support/history/stage.ts";
import { testJudge, type JudgeCase } from "../../support/history/judge-cases.ts";

const CASES: readonly JudgeCase[] = [
  ...[true, false].map((isNeverRead): JudgeCase => ({
    name: `a name loses a family of one alias, and another one of it ${isNeverRead ? "was never read" : "was read before"}`,
    want: isNeverRead ? [] : ["family"],
    async play({ stage, publish, rest }) {
      const spoil = (): void => spoilAlias(stage, "web/static");
      addAlias(stage, "web/static", { hostnames: [SHOP], targets: [["203.0.113.7", "2001:db8:7::7"]] });
      if (isNeverRead) {
        spoil();
        await rest(MINUTE);
      }
      startLeader(stage);
      stage.judge.changed("leader");
      await rest(MINUTE);
      if (!isNeverRead) {
        spoil();
        await rest(MINUTE);
        // It read the alias as a follower, too.
        stage.judge.changed("leader");
      }
      addAlias(stage, "web/b", { hostnames: [SHOP], targets: ["two.test"] });
      publish("com", { [SHOP]: TWO });
      setTarget(stage, "two.test", TWO.slice(0, 1));
      await rest(15 * MINUTE);
      publish("com", { [SHOP]: TWO.slice(0, 1) });
    },
  })),
  ...["never read", "read before"].flatMap((text) => {
    const isNeverRead = text === "never read";
    /** Web/a drops SHOP, which its status lists, and can't be read. */
    const drop = async ({ stage, publish, rest }: Product): Promise<void> => {
      publish("com", { [SHOP]: ONE });
      const entry = { hostname: SHOP, zone: "dns/com", addresses: ONE };
      setStatus(stage, "web/a", { observedGeneration: 1, conditions: [], hostnames: [entry], targets: [] });
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.com")] });
      if (!isNeverRead) {
        startLeader(stage);
      }
      await rest(MINUTE);
      spoilAlias(stage, "web/a");
      if (isNeverRead) {
        startLeader(stage);
      }
      stage.judge.changed("leader");
    };
    return [
      {
        name: `a name stays that only the status of an alias lists, which was ${text}`,
        want: isNeverRead ? [] : ["orphan"],
        async play(product) {
          await drop(product);
          await product.rest(15 * MINUTE);
        },
      },
      {
        name: `a name is withdrawn that only the status of an alias lists, which was ${text}`,
        want: isNeverRead ? ["unread"] : [],
        async play(product) {
          await drop(product);
          await product.rest(5 * MINUTE);
          product.publish("com", {});
        },
      },
      {
        name: `addresses stay at the name of another alias, and only the status of one lists it, which was ${text}`,
        want: isNeverRead ? [] : ["behind"],
        async play(product) {
          await drop(product);
          addAlias(product.stage, "web/b", { hostnames: [SHOP], targets: ["two.test"] });
          product.publish("com", { [SHOP]: [...ONE, ...TWO] });
          await product.rest(15 * MINUTE);
        },
      },
    ] satisfies readonly JudgeCase[];
  }),
  {
    name: "a record is left after its alias is gone",
    want: ["orphan"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      removeAlias(stage, "web/a");
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a deletion that the leader saw is held in a small zone",
    want: ["orphan"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      startLeader(stage);
      await rest(MINUTE);
      removeAlias(stage, "web/a");
      holdPlan(stage);
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a deletion that went before the leader's process started is held in a small zone until it is approved",
    want: [],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      startLeader(stage);
      holdPlan(stage);
      await rest(15 * MINUTE);
    },
  },
  {
    name: "an alias that came after the start, and is not admitted, asks for a name whose deletion is held",
    want: [],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      putZone(stage, "dns/com", {
        allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "public" } } },
      });
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      startLeader(stage);
      holdPlan(stage);
      await rest(MINUTE);
      addAlias(stage, "mallory/a", { hostnames: [SHOP], targets: ["two.test"] });
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a deletion is held in a small zone, and an alias that is not admitted asked for the name at the start",
    want: ["orphan"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      putZone(stage, "dns/com", {
        allowedNamespaces: { from: "Selector", selector: { matchLabels: { dns: "public" } } },
      });
      addAlias(stage, "mallory/a", { hostnames: [SHOP], targets: ["two.test"] });
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      startLeader(stage);
      holdPlan(stage);
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a small share that went before the leader's process started is held",
    want: ["orphan"],
    async play({ stage, publish, rest }) {
      const others = ["b", "c", "d"].map((label) => `${label}.example.com`);
      addAlias(stage, "api/b", { hostnames: others, targets: ["one.test"] });
      publish("com", Object.fromEntries([SHOP, ...others].map((name) => [name, ONE])));
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      startLeader(stage);
      holdPlan(stage);
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a deletion that was under way when the leader's process started is held in a small zone",
    want: ["orphan"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      const one = stage.world.aliases.get("web/a");
      assert.ok(one);
      const deletedAt = stage.world.clock.now();
      removeAlias(stage, "web/a");
      startLeader(stage);
      await stage.world.clock.advance(10 * MINUTE);
      stage.judge.released({ ...one, meta: { ...one.meta, deletedAt } });
      holdPlan(stage);
      await rest(15 * MINUTE);
    },
  },
  {
    name: "a finalizer goes while the record is there",
    want: ["released"],
    play({ stage, publish }) {
      putZone(stage, "dns/org");
      addAlias(stage, "web/o", { hostnames: ["b.example.org"], targets: ["one.test"] });
      publish("rfc2136", { "b.example.org": ONE });
      const one = stage.world.aliases.get("web/o");
      assert.ok(one);
      removeAlias(stage, "web/o");
      stage.judge.released({ ...one, meta: { ...one.meta, deletedAt: stage.world.clock.now() } });
    },
  },
  {
    name: "a deletion is given up, and its record stays in a zone file",
    want: ["orphan"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      const one = stage.world.aliases.get("web/a");
      assert.ok(one);
      const deletedAt = stage.world.clock.now();
      removeAlias(stage, "web/a");
      await stage.world.clock.advance(10 * MINUTE);
      stage.judge.released({ ...one, meta: { ...one.meta, deletedAt } });
      await rest(15 * MINUTE);
    },
  },
  ...[false, true].map((isListed): JudgeCase => ({
    name: `a record is left where the backend doesn't list, and ${isListed ? "a status" : "no object"} told the leader's process of it`,
    want: isListed ? ["orphan"] : [],
    async play({ stage, publish, rest }) {
      putZone(stage, "dns/org");
      addAlias(stage, "web/o", { hostnames: ["b.example.org"], targets: ["one.test"] });
      publish("com", { [SHOP]: ONE });
      publish("rfc2136", { "b.example.org": ONE });
      editAlias(stage, "web/o", { hostnames: [parseOwnerName("c.example.com")] });
      publish("com", { [SHOP]: ONE, "c.example.com": ONE });
      const entry = { hostname: "b.example.org", zone: "dns/org", addresses: ONE };
      const status = { observedGeneration: 1, conditions: [], targets: [], hostnames: [entry] };
      setStatus(stage, "web/o", isListed ? status : undefined);
      await rest(MINUTE);
      startLeader(stage);
      stage.judge.changed("leader");
      await rest(20 * MINUTE);
    },
  })),
];

describe("the judge of random histories names, of deletes", () => {
  testJudge(CASES);
});
