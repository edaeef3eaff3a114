import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FAMILIES } from "../../../src/dns/record.ts";
import { parseName } from "../../../src/dns/name/name.ts";
import { readingOf } from "../../support/replica-lookups.ts";
import type { TargetSays } from "../../support/replicas-world.ts";
import { FORGED_ADDRESS, MINUTE } from "../../support/history/scene.ts";
import {
  ONE,
  type Product,
  rules,
  SHOP,
  startLeader,
  startProduct,
  TWO,
} from "../../support/history/judged-product.ts";
import { addAlias, editAlias, setStatus, setTarget } from "../../support/history/stage.ts";

interface Case {
  readonly name: string;
  /** The rules that the judge has to name; none for a product that is right. */
  readonly want: readonly string[];
  readonly play: (product: Product) => Promise<void>;
}

const CASES: readonly Case[] = [
  ...[1, 5].map((minutes): Case => ({
    name: `an address that its failing target gave up ${minutes} min before its last answer`,
    want: minutes === 1 ? [] : ["past"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      setTarget(stage, "two.test", ["198.51.100.22"]);
      await rest(MINUTE);
      setTarget(stage, "two.test", ["198.51.100.23"]);
      await rest(minutes * MINUTE);
      stage.world.lastGoodOf.set("two.test A", stage.world.clock.now());
      setTarget(stage, "two.test", "servfail");
      await rest(5 * MINUTE);
      addAlias(stage, "web/b", { hostnames: ["b.example.com"], targets: ["two.test"] });
      publish("com", { [SHOP]: ONE, "b.example.com": ["198.51.100.22"] });
    },
  })),
  ...[15, 25].map((minutes): Case => ({
    name: `a new address of a target that has come back to old ones isn't published for ${minutes} min after a failure`,
    want: minutes === 15 ? [] : ["behind"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      for (const says of [TWO, ONE, TWO, ONE, "servfail", [...ONE, "198.51.100.12"]] as const) {
        setTarget(stage, "one.test", says);
        await rest(1_000);
      }
      await rest(minutes * MINUTE);
    },
  })),
  ...[ONE.slice(1), ONE].map((says): Case => ({
    name: `a forged address stays at the forger's own name while its target has ${says.length === 1 ? "none" : "one"} of the family`,
    want: says.length === 1 ? [] : ["behind"],
    async play({ stage, publish, rest }) {
      publish("com", { [SHOP]: ONE });
      setTarget(stage, "three.test", ["2001:db8:3::1"]);
      addAlias(stage, "mallory/a", { hostnames: ["b.example.com"], targets: ["three.test"] });
      publish("com", { [SHOP]: ONE, "b.example.com": [FORGED_ADDRESS, "2001:db8:3::1"] });
      const mine = says.map((address) => address.replace("2001:db8:1::1", "2001:db8:3::1"));
      setTarget(stage, "three.test", mine);
      publish("com", { [SHOP]: ONE, "b.example.com": [FORGED_ADDRESS, ...mine] });
      await rest(30 * MINUTE);
    },
  })),
  ...(
    [
      { loses: true, minutes: 7, want: [] },
      { loses: true, minutes: 5, want: ["family"] },
      { loses: false, minutes: 7, want: ["family"] },
    ] as const
  ).map(({ loses, minutes, want }): Case => ({
    name: `a name loses the family of a failing target ${minutes} min after the start of a leader, ${loses ? "which found no status" : "which read its status"}`,
    want,
    async play({ stage, publish, rest }) {
      setTarget(stage, "two.test", ["2001:db8:2::1"]);
      const targets = ["one.test", "two.test"].map((name) => ({
        kind: "hostname" as const,
        hostname: parseName(name),
        priority: 0,
      }));
      editAlias(stage, "web/a", { targets, maxStalenessMs: 6 * MINUTE });
      publish("com", { [SHOP]: [...ONE, "2001:db8:2::1"] });
      for (const family of FAMILIES) {
        readingOf(stage.world, { target: parseName("one.test"), family, view: "view" }, true);
      }
      await rest(MINUTE);
      startLeader(stage);
      stage.judge.changed("leader");
      if (loses) {
        setStatus(stage, "web/a", undefined);
      }
      setTarget(stage, "one.test", "servfail");
      await rest(minutes * MINUTE);
      publish("com", { [SHOP]: ["2001:db8:2::1"] });
    },
  })),
  ...[false, true].map((isRead): Case => ({
    name: `a forged address gets to the forger's own name after a leader started, which has ${isRead ? "" : "not "}read its target`,
    want: isRead ? ["nobody"] : [],
    play({ stage, publish }) {
      addAlias(stage, "mallory/a", { hostnames: ["b.example.com"], targets: ["two.test"] });
      stage.judge.changed("leader");
      if (isRead) {
        stage.world.lastGoodOf.set("two.test A", stage.world.clock.now());
      }
      publish("com", { "b.example.com": [FORGED_ADDRESS] });
      return Promise.resolve();
    },
  })),
  ...[20, 40].map((seconds): Case => ({
    name: `a name is blanked ${seconds} s after its empty target has addresses again`,
    want: seconds === 20 ? [] : ["blank"],
    async play({ stage, publish, rest }) {
      const read = (): void =>
        FAMILIES.forEach((family) =>
          readingOf(stage.world, { target: parseName("one.test"), family, view: "view" }, true),
        );
      editAlias(stage, "web/a", { onEmpty: "Withdraw" });
      publish("com", { [SHOP]: ONE });
      read();
      setTarget(stage, "one.test", []);
      for (let count = 0; count < 4; count += 1) {
        await rest(MINUTE);
        read();
      }
      setTarget(stage, "one.test", ONE);
      read();
      await rest(seconds * 1_000);
      publish("com", {});
    },
  })),
  ...(
    [
      { two: [], three: "servfail", minutes: 5, want: [] },
      { two: ["198.51.100.21"], three: "servfail", minutes: 5, want: ["nobody"] },
      { two: [], three: "nxdomain", minutes: 5, want: ["nobody"] },
      { two: [], three: "servfail", minutes: 70, want: ["nobody"] },
    ] as const
  ).map(({ two, three, minutes, want }): Case => ({
    name: `addresses of before an edit come back after ${minutes} min, and the new targets say ${three} and ${two.join() || "nothing"}`,
    want,
    async play({ stage, publish, rest }) {
      setTarget(stage, "two.test", ["198.51.100.21"]);
      setTarget(stage, "three.test", three);
      publish("com", { [SHOP]: ONE });
      const targets = ["two.test", "three.test"].map((name) => ({
        kind: "hostname" as const,
        hostname: parseName(name),
        priority: 0,
      }));
      editAlias(stage, "web/a", { targets, maxStalenessMs: 60 * MINUTE });
      await stage.world.clock.advance(MINUTE);
      publish("com", { [SHOP]: ["198.51.100.21"] });
      setTarget(stage, "two.test", two);
      await stage.world.clock.advance(minutes * MINUTE);
      publish("com", { [SHOP]: [...two, ...ONE] });
      await rest(0);
    },
  })),
  ...(
    [
      { says: TWO, minutes: 8, want: ["past"] },
      { says: TWO, minutes: 3, want: [] },
      { says: "servfail", minutes: 60, want: [] },
      { says: [], minutes: 60, want: [] },
      { says: TWO.slice(0, 1), minutes: 60, want: ["past"] },
    ] satisfies readonly { readonly says: TargetSays; readonly minutes: number; readonly want: readonly string[] }[]
  ).map(({ says, minutes, want }): Case => ({
    name: `a name gets what a replica saw last of its target, ${minutes} min after the target has ${says.length === 0 ? "nothing" : String(says)}`,
    want,
    async play({ stage, publish }) {
      const read = (): void =>
        FAMILIES.forEach((family) =>
          readingOf(stage.world, { target: parseName("one.test"), family, view: "view" }, true),
        );
      publish("com", { [SHOP]: ONE });
      read();
      const seen = [...stage.world.lastReadOf];
      setTarget(stage, "one.test", says);
      await stage.world.clock.advance(minutes * MINUTE);
      read();
      // As a leader that goes on with what it read before.
      seen.forEach(([key, addresses]) => stage.world.lastReadOf.set(key, addresses));
      addAlias(stage, "web/b", { hostnames: ["b.example.com"], targets: ["one.test"] });
      publish("com", {
        [SHOP]: ONE,
        "b.example.com": says === "servfail" || says.length === 0 ? ONE : ONE.slice(0, 1),
      });
    },
  })),
  ...[30, 70].map((minutes): Case => ({
    name: `an address comes back after an edit, which the target of before gave up ${minutes} min before`,
    want: minutes === 30 ? [] : ["foreign"],
    async play({ stage, publish }) {
      setTarget(stage, "three.test", "servfail");
      addAlias(stage, "api/b", { hostnames: ["b.example.com"], targets: ["one.test"] });
      setTarget(stage, "one.test", TWO);
      await stage.world.clock.advance((minutes - 5) * MINUTE);
      const targets = [{ kind: "hostname" as const, hostname: parseName("three.test"), priority: 0 }];
      editAlias(stage, "web/a", { targets, maxStalenessMs: 60 * MINUTE });
      await stage.world.clock.advance(5 * MINUTE);
      publish("com", { [SHOP]: ONE });
    },
  })),
];

describe("the judge of random histories: targets that fail or rotate", () => {
  for (const { name, want, play } of CASES) {
    test(name, async () => {
      const product = await startProduct();
      await play(product);
      const found = rules(product).filter((rule) => rule !== "status" && rule !== "ready");
      assert.deepEqual(found, want, product.stage.judge.faults.join("\n"));
    });
  }
});
