import assert from "node:assert/strict";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { ACTIONS } from "../history/actions.ts";
import { MINUTE } from "../history/scene.ts";
import {
  editAlias,
  spoilZone,
  addAlias,
  kill,
  lead,
  leaderOf,
  pass,
  putZone,
  removeAlias,
  setLabels,
  setPlace,
  setStatus,
  setTarget,
  spoilAlias,
} from "../history/stage.ts";
import type { RepairedFault } from "./repaired-fault.ts";

/** Changes of leader and restarts. */
export const RESTART_HISTORIES: readonly RepairedFault[] = [
  ...[false, true].map((isHeld): RepairedFault => ({
    name: `a standby that takes the lead${isHeld ? ", and whose watch is late," : ""} leaves names as they are until it has read them`,
    async play(stage) {
      const { world, judge } = stage;
      setTarget(stage, "one.test", ["198.51.100.11", "2001:db8:1::1"]);
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, 5 * MINUTE);
      const first = leaderOf(stage);
      const standby = world.start();
      await pass(stage, MINUTE);
      standby.hold(isHeld);
      setTarget(stage, "one.test", ["198.51.100.12", "2001:db8:1::2"]);
      await pass(stage, 15 * MINUTE);
      world.lookupMs = 10_000;
      first.kill();
      standby.lead();
      judge.changed("leader");
      await pass(stage, MINUTE);
    },
  })),
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
  {
    name: "after a restart, no name passes from an alias that can't be read to one of another namespace",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      addAlias(stage, "api/a", { hostnames: ["shop.example.com"], targets: ["two.test"] });
      await pass(stage, 5 * MINUTE);
      spoilAlias(stage, "web/a");
      kill(stage, leaderOf(stage));
      await pass(stage, 30 * MINUTE);
      assert.equal(
        stage.world.aliases.get("api/a")?.status?.conditions.find(({ type }) => type === "Accepted")?.reason,
        "HostnameConflict",
      );
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "after a restart, a name keeps both families of an alias that can't be read while another alias has one family",
    async play(stage) {
      setTarget(stage, "one.test", ["198.51.100.11", "198.51.100.13"]);
      setTarget(stage, "four.test", ["198.51.100.42", "2001:db8:4::1"]);
      addAlias(stage, "web/b", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["four.test"] });
      await pass(stage, 15 * MINUTE);
      spoilAlias(stage, "web/b");
      stage.world.faults = { fails: 0, lost: 0, slowMs: 4_000 };
      for (let count = 0; count < 10; count += 1) {
        kill(stage, leaderOf(stage));
        await pass(stage, 5 * MINUTE);
      }
    },
  },
  {
    name: "a name that leaves its alias while no replica leads goes, at a backend that doesn't list, though its status is lost",
    async play(stage) {
      const standby = stage.world.start();
      addAlias(stage, "web/a", { hostnames: ["b.example.org"], targets: ["one.test"] });
      await pass(stage, 5 * MINUTE);
      leaderOf(stage).loseLead();
      stage.judge.changed("leader");
      setStatus(stage, "web/a", undefined);
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.com")] });
      await pass(stage, 5 * MINUTE);
      lead(stage, standby);
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "after a restart, a name that its alias lost by a label goes without an approval, though no status lists it",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      setPlace(stage, "net", true);
      setLabels(stage, "web", {});
      await pass(stage, 15 * MINUTE);
      setStatus(stage, "web/a", undefined);
      kill(stage, leaderOf(stage));
      setPlace(stage, "net", false);
      await pass(stage, 30 * MINUTE);
      assert.deepEqual(stage.judge.judged.publishedAt("net"), []);
    },
  },
  {
    name: "after a restart, a target that is empty for aliases of two namespaces blanks the names of neither",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["b.example.com"], targets: ["one.test"] });
      addAlias(stage, "api/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, 5 * MINUTE);
      setTarget(stage, "one.test", []);
      await pass(stage, 15 * MINUTE);
      kill(stage, leaderOf(stage));
      await pass(stage, 30 * MINUTE);
      assert.equal(stage.judge.judged.publishedAt("com").length, 4);
    },
  },
];
