import assert from "node:assert/strict";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE } from "../controller-world.ts";
import { MINUTE } from "../history/scene.ts";
import {
  editAlias,
  mend,
  spoilZone,
  addAlias,
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
} from "../history/stage.ts";
import type { RepairedFault } from "./repaired-fault.ts";

/** DnsZones that come, change, and go, and namespaces that change. */
export const ZONE_HISTORIES: readonly RepairedFault[] = [
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
    name: "a zone that is closed gives no name to the alias of another namespace",
    async play(stage) {
      putZone(stage, "dns/sub");
      addAlias(stage, "api/d", { hostnames: ["a.sub.example.com"], targets: ["two.test"] });
      addAlias(stage, "web/d", { hostnames: ["a.sub.example.com"], targets: ["four.test"] });
      await pass(stage, 3_000);
      spoilZone(stage, "dns/sub");
      await pass(stage, 3_000);
      putZone(stage, "dns/sub", { allowedNamespaces: { from: "Same" } });
      await pass(stage, 3 * MINUTE);
    },
  },
  {
    name: "a zone that is closed gives no name to an alias of another namespace that is new",
    async play(stage) {
      putZone(stage, "dns/sub");
      addAlias(stage, "api/d", { hostnames: ["a.sub.example.com"], targets: ["two.test"] });
      await pass(stage, MINUTE);
      putZone(stage, "dns/sub", { allowedNamespaces: { from: "Same" } });
      await pass(stage, 3_000);
      addAlias(stage, "web/d", { hostnames: ["a.sub.example.com"], targets: ["four.test"] });
      await pass(stage, 15 * MINUTE);
    },
  },
  {
    name: "after a restart, the zone above leaves the names of a deleted DnsZone also when their alias goes",
    async play(stage) {
      addAlias(stage, "web/a", { hostnames: ["a.deep.example.net"], targets: ["one.test"] });
      await pass(stage, MINUTE);
      removeZone(stage, "dns/deep");
      await pass(stage, MINUTE);
      kill(stage, leaderOf(stage));
      await pass(stage, MINUTE);
      removeAlias(stage, "web/a");
      await pass(stage, 15 * MINUTE);
      assert.equal(stage.judge.judged.publishedAt("net").length, 2);
    },
  },
];
