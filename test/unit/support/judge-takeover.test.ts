import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ONE, type Product, rules, SHOP, startProduct, TWO } from "../../support/history/judged-product.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { addAlias, editAlias, removeAlias, setTarget } from "../../support/history/stage.ts";

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
});
