import assert from "node:assert/strict";
import { NO_FAULTS } from "../replicas-world.ts";
import { MINUTE } from "../history/scene.ts";
import { addAlias, editAlias, kill, leaderOf, pass, removeAlias, setTarget } from "../history/stage.ts";
import type { RepairedFault } from "./repaired-fault.ts";

/** Names, targets, and the guard, within one process. */
export const NAME_HISTORIES: readonly RepairedFault[] = [
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
    name: "a name stays that is paused right after the answer of its first write was lost, if another namespace had it before",
    async play(stage) {
      const { world, judge } = stage;
      addAlias(stage, "api/a", { hostnames: ["shop.example.com"], targets: ["two.test"] });
      addAlias(stage, "web/a", { hostnames: ["shop.example.com"], targets: ["one.test"] });
      await pass(stage, 5 * MINUTE);
      world.faults = { ...NO_FAULTS, lost: 1 };
      judge.changed("faults");
      removeAlias(stage, "api/a");
      const written = world.stores.get("com")?.writes;
      while (world.stores.get("com")?.writes === written) {
        await world.clock.advance(20);
      }
      editAlias(stage, "web/a", { paused: true });
      const own = judge.judged.publishedAt("com");
      world.faults = NO_FAULTS;
      judge.changed("faults");
      await pass(stage, 15 * MINUTE);
      assert.deepEqual(judge.judged.publishedAt("com"), own);
    },
  },
];
