import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { holdPlan, ONE, type Product, rules, startProduct } from "../../support/history/judged-product.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { editAlias } from "../../support/history/stage.ts";

/** Of five names, one is withdrawn. The deletes of a second one are held until an hour later. */
async function holdForAnHour(): Promise<Product> {
  const product = await startProduct();
  const { stage, publish, rest } = product;
  const names = ["b", "c", "d", "sub", "*"].map((label) => `${label}.example.com`);
  const ask = (count: number): void =>
    editAlias(stage, "web/a", { hostnames: names.slice(0, count).map(parseOwnerName) });
  const published = (count: number): Readonly<Record<string, readonly string[]>> =>
    Object.fromEntries(names.slice(0, count).map((name) => [name, ONE]));
  ask(5);
  publish("com", published(5));
  ask(4);
  await rest(MINUTE);
  publish("com", published(4));
  ask(3);
  holdPlan(stage);
  await rest(59 * MINUTE);
  assert.ok(!rules(product).includes("orphan"));
  return product;
}

describe("deletes of the last hour, and those that are held because of them,", () => {
  test("end to count, and the held ones may stay for some minutes", async () => {
    const product = await holdForAnHour();
    await product.rest(6 * MINUTE);
    assert.ok(!rules(product).includes("orphan"));
  });

  test("end to count, and the held ones may not stay for longer", async () => {
    const product = await holdForAnHour();
    await product.rest(8 * MINUTE);
    assert.ok(rules(product).includes("orphan"));
  });

  for (const [minutes, isOrphan] of [
    [5, false],
    [8, true],
  ] as const) {
    test(`are no longer held when one of the names has an alias again, ${minutes} min later`, async () => {
      const product = await startProduct();
      const { stage, publish, rest } = product;
      const names = ["b", "c", "d", "sub", "*", "shop"].map((label) => `${label}.example.com`);
      const ask = (count: number): void =>
        editAlias(stage, "web/a", { hostnames: names.slice(0, count).map(parseOwnerName) });
      ask(6);
      publish("com", Object.fromEntries(names.map((name) => [name, ONE])));
      ask(4);
      holdPlan(stage);
      await rest(20 * MINUTE);
      assert.ok(!rules(product).includes("orphan"));
      ask(5);
      await rest(minutes * MINUTE);
      assert.equal(rules(product).includes("orphan"), isOrphan);
    });
  }

  for (const isNewLeader of [true, false]) {
    test(`count until an hour after the last one for ${isNewLeader ? "a new" : "no other"} leader`, async () => {
      const product = await startProduct();
      const { stage, publish, rest } = product;
      const names = ["b", "c", "d", "sub", "*", "shop"].map((label) => `${label}.example.com`);
      const ask = (count: number): void =>
        editAlias(stage, "web/a", { hostnames: names.slice(0, count).map(parseOwnerName) });
      const published = (count: number): Readonly<Record<string, readonly string[]>> =>
        Object.fromEntries(names.slice(0, count).map((name) => [name, ONE]));
      for (const count of [6, 5, 6]) {
        ask(count);
        publish("com", published(count));
        await rest(count === 6 ? MINUTE : 30 * MINUTE);
      }
      publish("com", { ...published(6), "shop.example.com": ONE.slice(0, 1) });
      publish("com", published(6));
      await rest(MINUTE);
      if (isNewLeader) {
        stage.judge.changed("leader");
      }
      await rest(20 * MINUTE);
      ask(5);
      holdPlan(stage);
      await rest(15 * MINUTE);
      stage.judge.judged.faults.length = 0;
      await rest(5 * MINUTE);
      assert.equal(rules(product).includes("orphan"), !isNewLeader);
    });
  }

  for (const minutes of [30, 75]) {
    test(`may have been counted by an earlier leader whose writes failed, ${minutes} min after the change of leader`, async () => {
      const product = await startProduct();
      const { stage, publish, rest } = product;
      const names = ["b", "c", "d", "sub", "*", "shop"].map((label) => `${label}.example.com`);
      editAlias(stage, "web/a", { hostnames: names.map(parseOwnerName) });
      publish("com", Object.fromEntries(names.map((name) => [name, ONE])));
      editAlias(stage, "web/a", { hostnames: names.slice(1).map(parseOwnerName) });
      await rest(MINUTE);
      stage.judge.changed("leader");
      holdPlan(stage);
      await rest(minutes * MINUTE);
      assert.equal(rules(product).includes("orphan"), minutes > 60);
    });
  }
});
