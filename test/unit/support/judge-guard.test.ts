import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { APPROVE_ANNOTATION } from "../../../src/api/meta.ts";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { BASE_ZONE } from "../../support/controller-world.ts";
import { holdPlan, ONE, rules, startProduct, TWO, type Product } from "../../support/history/judged-product.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { addAlias, editAlias, setBase, setTarget } from "../../support/history/stage.ts";

/** Two RRsets each. */
const NAMES = ["b", "c", "d", "sub", "*", "shop"].map((label) => `${label}.example.com`);

function allBut(...without: readonly string[]): readonly string[] {
  return NAMES.filter((name) => !without.includes(name));
}

/** The alias asks for these names from now on. */
function ask({ stage }: Product, names: readonly string[]): void {
  editAlias(stage, "web/a", { hostnames: names.map(parseOwnerName) });
}

function publish(product: Product, names: readonly string[]): void {
  product.publish("com", Object.fromEntries(names.map((name) => [name, ONE])));
}

/** A product without a guard follows an edit of the alias. */
async function follow(product: Product, names: readonly string[]): Promise<void> {
  ask(product, names);
  await product.rest(MINUTE);
  publish(product, names);
}

/** An operator approves the held plan of this hash. */
function approve({ stage: { world } }: Product, hash: string): void {
  const zone = world.zones.get("dns/com");
  assert.ok(zone);
  world.put({ ...zone, meta: { ...zone.meta, annotations: { [APPROVE_ANNOTATION]: hash } } });
}

/** The product writes no statuses. */
function found(product: Product): readonly string[] {
  return rules(product).filter((rule) => rule !== "status" && rule !== "ready");
}

describe("the judge counts deletes:", () => {
  test("more within an hour than the guard allows", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    await follow(product, NAMES.slice(0, 5));
    assert.deepEqual(found(product), []);
    await follow(product, NAMES.slice(0, 4));
    assert.deepEqual(found(product), ["guard"]);
  });

  test("records that give way to the base zone's are no deletes, and excuse none of others", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    setBase(product.stage, "com", `${BASE_ZONE}shop IN A 192.0.2.81\nb IN A 192.0.2.82\n`);
    publish(product, allBut("shop.example.com", "b.example.com"));
    assert.deepEqual(found(product), []);
    ask(product, NAMES.slice(2));
    await product.rest(MINUTE);
    publish(product, allBut("shop.example.com", "b.example.com", "c.example.com", "d.example.com"));
    assert.deepEqual(found(product), ["guard"]);
  });

  test("an RRset that was created again doesn't count, until it is deleted again", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    await follow(product, allBut("b.example.com"));
    await follow(product, NAMES);
    await follow(product, allBut("c.example.com"));
    assert.deepEqual(found(product), []);
    await follow(product, allBut("b.example.com", "c.example.com"));
    assert.deepEqual(found(product), ["guard"]);
  });

  test("an approval is for one plan", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    approve(product, "eb3204d9d889");
    await follow(product, NAMES.slice(0, 3));
    assert.deepEqual(found(product), []);
    await follow(product, NAMES);
    await follow(product, NAMES.slice(0, 3));
    assert.deepEqual(found(product), ["guard"]);
  });

  test("after an approval, the hour begins again with the RRsets that are left, which are too few for a guard", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    approve(product, "eb3204d9d889");
    await follow(product, NAMES.slice(0, 4));
    await follow(product, NAMES.slice(0, 1));
    assert.deepEqual(found(product), []);
  });

  test("another approval is for another plan", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    approve(product, "eb3204d9d889");
    await follow(product, NAMES.slice(0, 3));
    await follow(product, NAMES);
    approve(product, "0123456789ab");
    await follow(product, NAMES.slice(0, 3));
    assert.deepEqual(found(product), []);
  });

  test("the writes of an approved plan can be several", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    approve(product, "eb3204d9d889");
    ask(product, []);
    await product.rest(MINUTE);
    [4, 2, 0].forEach((count) => publish(product, NAMES.slice(0, count)));
    assert.deepEqual(found(product), []);
  });

  test("a guard that counts an RRset that was created again, as after a restart, may hold", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    await follow(product, allBut("b.example.com"));
    await follow(product, NAMES);
    ask(product, allBut("c.example.com"));
    holdPlan(product.stage);
    await product.rest(15 * MINUTE);
    assert.deepEqual(found(product), []);
  });

  for (const [held, want] of [
    [NAMES, []],
    [NAMES.slice(0, 1), ["behind"]],
  ] as const) {
    test(`RRsets of a family that the targets lost count as deletes that wait, for ${held.length} of ${NAMES.length} names`, async () => {
      const product = await startProduct();
      const { stage } = product;
      ask(product, held);
      const others = NAMES.filter((name) => !held.includes(name));
      addAlias(stage, "web/b", { hostnames: others, targets: ["two.test"] });
      product.publish("com", Object.fromEntries(NAMES.map((name) => [name, held.includes(name) ? ONE : TWO])));
      setTarget(stage, "one.test", ONE.slice(0, 1));
      holdPlan(stage);
      await product.rest(30 * MINUTE);
      assert.deepEqual(found(product), want);
    });
  }

  test("a guard may not hold less than its share", async () => {
    const product = await startProduct();
    await follow(product, NAMES);
    ask(product, allBut("c.example.com"));
    holdPlan(product.stage);
    await product.rest(15 * MINUTE);
    assert.deepEqual(found(product), ["orphan"]);
  });

  test("the RRsets that a write leaves are of the zone's size, too", async () => {
    const product = await startProduct();
    ask(product, NAMES.slice(0, 5));
    publish(product, NAMES.slice(0, 5));
    ask(product, NAMES.slice(0, 1));
    holdPlan(product.stage);
    await product.rest(15 * MINUTE);
    assert.deepEqual(found(product), []);
  });
});
