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

describe("deletes that are held while others count", () => {
  test("may stay for some minutes after the others are more than an hour ago", async () => {
    const product = await holdForAnHour();
    await product.rest(6 * MINUTE);
    assert.ok(!rules(product).includes("orphan"));
  });

  test("may not stay for longer", async () => {
    const product = await holdForAnHour();
    await product.rest(8 * MINUTE);
    assert.ok(rules(product).includes("orphan"));
  });
});
