import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  ONE,
  type Product,
  rules,
  SHOP,
  startLeader,
  startProduct,
  TWO,
} from "../../support/history/judged-product.ts";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import type { RecordSet } from "../../support/history/record-sets.ts";
import { faultsOfWrite } from "../../support/history/write-rules.ts";
import { MINUTE } from "../../support/history/scene.ts";
import {
  addAlias,
  editAlias,
  putZone,
  removeAlias,
  setLabels,
  setTarget,
  spoilZone,
  type Stage,
} from "../../support/history/stage.ts";

const COMMON = "198.51.100.1";

/** An alias of another namespace has a name now. Its target has one of the addresses that are published for the alias before. */
async function takeOver(): Promise<Product> {
  const product = await startProduct();
  const { stage, publish, rest } = product;
  setTarget(stage, "one.test", [...ONE, COMMON]);
  setTarget(stage, "two.test", [...TWO, COMMON]);
  addAlias(stage, "api/b", { hostnames: [SHOP], targets: ["two.test"] });
  publish("com", { [SHOP]: [...ONE, COMMON] });
  await rest(MINUTE);
  removeAlias(stage, "web/a");
  await rest(MINUTE);
  return product;
}

async function pauseAndWithdraw({ stage, publish, rest }: Product): Promise<void> {
  editAlias(stage, "api/b", { paused: true });
  await rest(MINUTE);
  publish("com", {});
}

describe("a name is withdrawn although its alias is paused, and", () => {
  test("the name hasn't been written since another namespace had it", async () => {
    const product = await takeOver();
    await pauseAndWithdraw(product);
    assert.deepEqual(rules(product), []);
  });

  test("the name was written for the paused alias", async () => {
    const product = await takeOver();
    product.publish("com", { [SHOP]: [...TWO, COMMON] });
    await pauseAndWithdraw(product);
    assert.deepEqual(rules(product), ["paused"]);
  });

  for (const [seconds, want] of [
    [30, []],
    [90, ["paused"]],
  ] as const) {
    test(`a writer that heard late of a label wrote it again ${seconds} s after, for ${want.length === 0 ? "the other namespace" : "the paused alias"}`, async () => {
      const product = await startProduct();
      const { stage, publish, rest } = product;
      editAlias(stage, "web/a", { hostnames: [parseOwnerName("b.example.net")] });
      addAlias(stage, "api/b", { hostnames: ["b.example.net"], targets: ["one.test"] });
      publish("net", { "b.example.net": ONE });
      await rest(MINUTE);
      const since = stage.world.clock.now();
      setLabels(stage, "web", {});
      await rest(MINUTE);
      editAlias(stage, "api/b", { paused: true });
      await rest(MINUTE);
      const late = [{ since, until: stage.world.clock.now() }];
      setTarget(stage, "one.test", [...ONE, COMMON]);
      await rest(seconds * 1_000);
      const zone = stage.world.zones.get("dns/net");
      assert.ok(zone);
      const sets = (addresses: readonly string[]): readonly RecordSet[] =>
        addresses.length === 0 ? [] : [{ name: "b.example.net.", type: "A", data: addresses }];
      const written = { zone, place: "net", knownUntil: since, late };
      const [first = ""] = ONE;
      const faults = [
        ...faultsOfWrite(stage.judge.judged, { ...written, before: sets([first]), after: sets([first, COMMON]) }),
      ];
      await rest(5 * MINUTE);
      faults.push(
        ...faultsOfWrite(stage.judge.judged, {
          ...written,
          knownUntil: Infinity,
          before: sets([first, COMMON]),
          after: [],
        }),
      );
      assert.deepEqual(
        faults.map((fault) => fault.split(":")[0]),
        want,
      );
    });
  }
});

const spoil = (stage: Stage): void => spoilZone(stage, "dns/com");
const mendZone = (stage: Stage): void => putZone(stage, "dns/com");

describe("a paused alias takes a name over, the records of another namespace stay, and the judge", () => {
  const cases: readonly {
    readonly name: string;
    /** A minute passes after each. */
    readonly before: readonly ((stage: Stage) => void)[];
    readonly want: readonly string[];
  }[] = [
    {
      name: "wants a leader to withdraw them that read the DnsZone before it was spoilt",
      before: [startLeader, spoil],
      want: ["takeover"],
    },
    {
      name: "wants a leader to withdraw them that started later, and to which the DnsZone was mended before",
      before: [spoil, startLeader, mendZone],
      want: ["takeover"],
    },
    {
      name: "knows that a leader which never read the DnsZone until then can't tell whose they are",
      before: [spoil, startLeader],
      want: [],
    },
  ];
  for (const { name, before, want } of cases) {
    test(name, async () => {
      const product = await startProduct();
      const { stage, publish, rest } = product;
      addAlias(stage, "api/b", { hostnames: [SHOP], targets: ["two.test"], spec: { paused: true } });
      publish("com", { [SHOP]: ONE });
      await rest(15 * MINUTE);
      for (const step of before) {
        step(stage);
        await rest(MINUTE);
      }
      removeAlias(stage, "web/a");
      await rest(MINUTE);
      mendZone(stage);
      await rest(15 * MINUTE);
      assert.deepEqual(
        rules(product).filter((rule) => rule !== "status" && rule !== "ready"),
        want,
      );
    });
  }
});
