import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ONE, type Product, rules, SHOP, startProduct, TWO } from "../../support/history/judged-product.ts";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import type { RecordSet } from "../../support/history/record-sets.ts";
import { faultsOfWrite } from "../../support/history/write-rules.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { addAlias, editAlias, removeAlias, setLabels, setTarget } from "../../support/history/stage.ts";

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
