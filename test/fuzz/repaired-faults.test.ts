import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOwnerName } from "../../src/dns/name/name.ts";
import { BASE_ZONE } from "../support/controller-world.ts";
import { ACTIONS } from "../support/history/actions.ts";
import { startStage } from "../support/history/history.ts";
import { randomFrom } from "../support/history/random.ts";
import { MINUTE } from "../support/history/scene.ts";
import {
  editAlias,
  mend,
  spoilZone,
  addAlias,
  createStage,
  kill,
  leaderOf,
  pass,
  putZone,
  removeAlias,
  removeZone,
  setBase,
  setLabels,
  setPlace,
  setTarget,
  spoilAlias,
  type Stage,
} from "../support/history/stage.ts";

/** Histories that showed a fault once. The judge finds nothing in them now. */
const HISTORIES: readonly { readonly name: string; readonly play: (stage: Stage) => Promise<void> }[] = [
  {
    name: "after a restart, an alias that can't be read stops no withdrawal of others, and its own name stays",
    async play(stage) {
      addAlias(stage, "mallory/a", { hostnames: ["shop.example.com"], targets: ["evil.test"] });
      addAlias(stage, "web/a", { hostnames: ["b.example.net"], targets: ["one.test"] });
      await pass(stage, 5 * MINUTE);
      spoilAlias(stage, "mallory/a");
      kill(stage, leaderOf(stage));
      await pass(stage, 5 * MINUTE);
      removeAlias(stage, "web/a");
      await pass(stage, 30 * MINUTE);
      const published = ["com", "net"].map((place) => stage.judge.judged.publishedAt(place).map(({ name }) => name));
      assert.deepEqual(published, [["shop.example.com.", "shop.example.com."], []]);
    },
  },
  {
    name: "a standby that takes the lead doesn't publish what the statuses said at its start",
    async play(stage) {
      const { world, judge } = stage;
      setTarget(stage, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, 5 * MINUTE);
      const first = leaderOf(stage);
      const standby = world.start();
      await pass(stage, MINUTE);
      setTarget(stage, "one.test", ["198.51.100.12", "2001:db8:1::2"]);
      await pass(stage, 15 * MINUTE);
      world.lookupMs = 10_000;
      first.kill();
      standby.lead();
      judge.changed("leader");
      await pass(stage, MINUTE);
    },
  },
  {
    name: "after a restart, the finalizer stays until the replica has read the backend, and no record is left",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setPlace(stage, "rfc2136", true);
      removeAlias(stage, "web/a");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
      assert.ok(stage.world.aliases.has("web/a"));
      setPlace(stage, "rfc2136", false);
      await pass(stage, 15 * MINUTE);
      assert.deepEqual([stage.world.aliases.has("web/a"), stage.judge.judged.publishedAt("rfc2136")], [false, []]);
    },
  },
  {
    name: "an alias has no address next to one of the base zone",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      setBase(stage, "com", `${BASE_ZONE}shop IN A 192.0.2.81\n`);
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "a name stays in a zone that no longer admits it until the zone above can be written",
    async play(stage) {
      putZone(stage, "dns/sub");
      addAlias(stage, "web/a", { hostnames: ["a.sub.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setPlace(stage, "com", true);
      putZone(stage, "dns/sub", { allowedNamespaces: { from: "Same" } });
      await pass(stage, 5 * MINUTE);
    },
  },
  {
    name: "a name stays in its zone until the longer zone can be written",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["a.sub.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setPlace(stage, "sub", true);
      putZone(stage, "dns/sub");
      await pass(stage, MINUTE);
      setTarget(stage, "one.test", ["198.51.100.12", "2001:db8:1::2"]);
      await pass(stage, 5 * MINUTE);
      assert.deepEqual(
        stage.judge.judged.publishedAt("com").map(({ data }) => data.join()),
        ["198.51.100.12", "2001:db8:1::2"],
      );
      setPlace(stage, "sub", false);
      await pass(stage, 15 * MINUTE);
      assert.deepEqual(
        ["com", "sub"].map((place) => stage.judge.judged.publishedAt(place).length),
        [0, 2],
      );
    },
  },
  {
    name: "the guard adds up deletes within an hour",
    async play(stage) {
      const names = ["b", "c", "d", "shop", "sub", "*"].map((label) => `${label}.example.com`);
      names.forEach((name, index) => addAlias(stage, `web/n${index}`, { hostnames: [name], targets: ["one.test"] }));
      await pass(stage, MINUTE);
      for (const key of ["web/n0", "web/n1"]) {
        removeAlias(stage, key);
        await pass(stage, MINUTE);
      }
    },
  },
  {
    name: "a name stays for a while when its namespace loses its label",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setLabels(stage, "web", {});
      await pass(stage, 5_000);
    },
  },
  {
    name: "a name stays for a while when a selector changes",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
      await pass(stage, 5_000);
    },
  },
  {
    name: "a zone at a shared server leaves the names that the zone above it has there",
    async play(stage) {
      putZone(stage, "dns/deep", { allowedNamespaces: { from: "Same" } });
      addAlias(stage, "web/a", { hostnames: ["a.deep.example.net"], targets: ["one.test"] });
      await pass(stage, 15 * MINUTE);
      kill(stage, leaderOf(stage));
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "after a restart, a name that two aliases share keeps the addresses of the one that can't be read",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      addAlias(stage, "web/b", { hostnames: ["shop.example.com"], targets: ["two.test"] });
      await pass(stage, 5 * MINUTE);
      spoilAlias(stage, "web/a");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
    },
  },
  {
    name: "a target that never resolved keeps no address that the other target gave up",
    async play(stage) {
      setTarget(stage, "two.test", "nxdomain");
      setTarget(stage, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test", "two.test"] });
      await pass(stage, 5 * MINUTE);
      setTarget(stage, "one.test", ["198.51.100.12", "2001:db8:1::2"]);
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "a DnsZone of another namespace takes no names without consent",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      putZone(stage, "mallory/shop");
      await pass(stage, MINUTE);
    },
  },
  {
    name: "the zone above leaves the names of a deleted DnsZone",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["a.deep.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      removeZone(stage, "dns/deep");
      await pass(stage, MINUTE);
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "after a restart, the zone above leaves the names of a DnsZone that can't be read",
    async play(stage) {
      putZone(stage, "dns/sub");
      addAlias(stage, "web/a", { hostnames: ["a.sub.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      spoilZone(stage, "dns/sub");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
    },
  },
  {
    name: "a name that leaves its alias while its DnsZone can't be read goes when it can, at a backend that doesn't list",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      spoilZone(stage, "dns/org");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.com")] });
      await pass(stage, MINUTE);
      mend(stage);
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "after a restart, the finalizer stays while the DnsZone can't be read",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      spoilZone(stage, "dns/net");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
      removeAlias(stage, "web/a");
      await pass(stage, MINUTE);
    },
  },
  {
    name: "after a restart, the status of one namespace's alias gives no addresses to the names of another",
    async play(stage) {
      addAlias(stage, "mallory/a", { hostnames: ["b.example.com"], targets: ["evil.test"] });
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setTarget(stage, "one.test", "servfail");
      ACTIONS.find(({ kind }) => kind === "forge a status")?.act(stage);
      await pass(stage, 5 * MINUTE);
    },
  },
  {
    name: "a standby whose watch is late, and that takes the lead, leaves names as they are until it has read them",
    async play(stage) {
      const { world, judge } = stage;
      setTarget(stage, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, 5 * MINUTE);
      const first = leaderOf(stage);
      const standby = world.start();
      await pass(stage, MINUTE);
      standby.hold(true);
      setTarget(stage, "one.test", ["198.51.100.12", "2001:db8:1::2"]);
      await pass(stage, 15 * MINUTE);
      world.lookupMs = 10_000;
      first.kill();
      standby.lead();
      judge.changed("leader");
      await pass(stage, MINUTE);
    },
  },
  {
    name: "no name stays if its alias goes right after the first write",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await stage.world.clock.advance(200);
      kill(stage, leaderOf(stage));
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "a name that leaves its alias while its place is away goes after a restart, at a backend that doesn't list",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setPlace(stage, "rfc2136", true);
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.com")] });
      await pass(stage, 5 * MINUTE);
      kill(stage, leaderOf(stage));
      await pass(stage, 5 * MINUTE);
      setPlace(stage, "rfc2136", false);
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "after a restart, an alias that can't be read can be deleted",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      spoilAlias(stage, "web/a");
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "the guard counts the deletes of the hour over a change of leader",
    async play(stage) {
      const names = ["b", "c", "d", "shop", "sub", "*"].map((label) => `${label}.example.com`);
      names.forEach((name, index) => addAlias(stage, `web/n${index}`, { hostnames: [name], targets: ["one.test"] }));
      await pass(stage, 5 * MINUTE);
      for (const key of ["web/n0", "web/n1"]) {
        removeAlias(stage, key);
        await pass(stage, 5 * MINUTE);
        kill(stage, leaderOf(stage));
        await pass(stage, 5 * MINUTE);
      }
    },
  },
];

for (const { name, play } of HISTORIES) {
  test(name, async () => {
    const stage = createStage({ random: randomFrom(1) });
    try {
      startStage(stage);
      await play(stage);
      assert.deepEqual(stage.judge.faults, []);
    } finally {
      stage.world.replicas.forEach((replica) => replica.kill());
    }
  });
}
