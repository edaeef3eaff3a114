import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseOwnerName } from "../../../src/dns/name/name.ts";
import { claimsOf } from "../../support/history/claims.ts";
import { ONE, rules, SHOP, startProduct, TWO, type Product } from "../../support/history/judged-product.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { faultsOfWrite } from "../../support/history/write-rules.ts";
import {
  addAlias,
  editAlias,
  kill,
  lead,
  putZone,
  removeAlias,
  removeZone,
  setStatus,
  setTarget,
  start,
  type Stage,
} from "../../support/history/stage.ts";
import { hostnameTarget } from "../../support/objects.ts";

/** The product reads a target, as any replica does. */
function read({ world }: Stage, target: string): void {
  const says = world.targets.get(target) ?? "nxdomain";
  if (says === "servfail") {
    return;
  }
  for (const family of ["A", "AAAA"]) {
    const key = `${target} ${family}`;
    if (typeof says === "string" || says.length === 0) {
      const run = world.emptyRunOf.get(key) ?? { readings: 0, since: world.clock.now() };
      world.emptyRunOf.set(key, { ...run, readings: run.readings + 1 });
    } else {
      world.lastGoodOf.set(key, world.clock.now());
    }
  }
}

/** A target is empty, its leader is another one, and `web/a` goes, which had the name. An alias of another namespace gets it. */
async function nameOfAnEmptyTarget({ stage, publish, rest }: Product, hostnames: readonly string[]): Promise<void> {
  const spec = { onEmpty: "Keep", onStale: "Keep" } as const;
  addAlias(stage, "api/a", { hostnames, targets: ["one.test"], spec });
  read(stage, "one.test");
  const names = Object.fromEntries(hostnames.map((name) => [name, ONE]));
  publish("com", { [SHOP]: ONE, ...names });
  await rest(MINUTE);
  setTarget(stage, "one.test", []);
  stage.judge.changed("leader");
  removeAlias(stage, "web/a");
  await rest(5 * MINUTE);
  publish("com", Object.fromEntries(hostnames.filter((name) => name !== SHOP).map((name) => [name, ONE])));
}

describe("a name passes to another namespace while its target is empty, and the judge", () => {
  test("lets it be blank: no leader knows what the target had, for that namespace", async () => {
    const product = await startProduct();
    await nameOfAnEmptyTarget(product, [SHOP]);
    assert.deepEqual(rules(product), []);
  });

  test("wants the addresses that the namespace had of the target at another name", async () => {
    const product = await startProduct();
    await nameOfAnEmptyTarget(product, [SHOP, "b.example.com"]);
    assert.deepEqual(rules(product), ["blank"]);
  });
});

describe("the one known target of a name is empty, and another target of it fails, which was read for another name, and the judge", () => {
  const play = async (isForgotten: boolean): Promise<readonly string[]> => {
    const product = await startProduct();
    const { stage, publish, rest } = product;
    addAlias(stage, "api/b", { hostnames: ["b.example.com"], targets: ["two.test"] });
    editAlias(stage, "web/a", { onEmpty: "Withdraw" });
    publish("com", { [SHOP]: ONE, "b.example.com": TWO });
    read(stage, "one.test");
    read(stage, "two.test");
    if (isForgotten) {
      removeAlias(stage, "api/b");
    }
    await rest(MINUTE);
    setTarget(stage, "two.test", "servfail");
    addAlias(stage, "web/b", { hostnames: [SHOP], targets: ["two.test"] });
    setTarget(stage, "one.test", []);
    for (let reading = 0; reading < 4; reading += 1) {
      await rest(MINUTE);
      read(stage, "one.test");
    }
    publish("com", isForgotten ? {} : { "b.example.com": TWO });
    return rules(product).filter((rule) => rule !== "status" && rule !== "ready");
  };

  test("lets it be blank if the other name is gone: the leader forgot the target", async () => {
    assert.deepEqual(await play(true), []);
  });

  test("wants the addresses of the target that the leader still follows", async () => {
    assert.deepEqual(await play(false), ["blank"]);
  });
});

describe("a name has moved to a zone that isn't written yet, the records in its old zone go, and the judge", () => {
  const NAME = "a.sub.example.com";
  /** The alias of the name follows a target that becomes empty or fails, and is edited a moment before the write. */
  const play = async (says: "servfail" | readonly string[], edit: object = {}): Promise<Product> => {
    const product = await startProduct();
    const { stage, publish, rest } = product;
    editAlias(stage, "web/a", { hostnames: [parseOwnerName(NAME)], onEmpty: "Withdraw" });
    read(stage, "one.test");
    publish("com", { [NAME]: ONE });
    putZone(stage, "dns/sub");
    setTarget(stage, "one.test", says);
    for (let reading = 0; reading < 3; reading += 1) {
      await rest(MINUTE);
      read(stage, "one.test");
    }
    editAlias(stage, "web/a", edit);
    publish("com", {});
    return product;
  };

  test("sees that they follow a target which gave its addresses up", async () => {
    assert.deepEqual(rules(await play([])), []);
  });

  test("sees that an edit was under way", async () => {
    assert.deepEqual(rules(await play([], { onEmpty: "Keep" })), []);
  });

  test("sees that the target still has addresses", async () => {
    assert.deepEqual(rules(await play(ONE)), ["move"]);
  });

  test("sees that the target fails only", async () => {
    assert.deepEqual(rules(await play("servfail")), ["move"]);
  });

  test("sees that another alias of the namespace has addresses", async () => {
    const product = await startProduct();
    const { stage, publish, rest } = product;
    addAlias(stage, "web/b", { hostnames: [NAME], targets: ["two.test"] });
    ["one.test", "two.test"].forEach((target) => read(stage, target));
    editAlias(stage, "web/a", { hostnames: [parseOwnerName(NAME)], onEmpty: "Withdraw" });
    publish("com", { [NAME]: [...ONE, ...TWO] });
    putZone(stage, "dns/sub");
    setTarget(stage, "one.test", []);
    for (let reading = 0; reading < 3; reading += 1) {
      await rest(MINUTE);
      read(stage, "one.test");
    }
    publish("com", {});
    assert.deepEqual(rules(product), ["move"]);
  });
});

describe("a name passes to another alias, moves, and its records in the old zone go, and the judge", () => {
  const play = async (key: string, paused: boolean): Promise<readonly string[]> => {
    const product = await startProduct();
    const { stage, publish, rest } = product;
    editAlias(stage, "web/a", { hostnames: [parseOwnerName("a.sub.example.com")] });
    addAlias(stage, key, { hostnames: ["a.sub.example.com"], targets: ["two.test"], spec: { paused } });
    publish("com", { "a.sub.example.com": ONE });
    await rest(MINUTE);
    removeAlias(stage, "web/a");
    await rest(MINUTE);
    putZone(stage, "dns/sub");
    await rest(MINUTE);
    publish("com", {});
    return rules(product);
  };

  test("sees that a paused alias of another namespace keeps no records of it", async () => {
    assert.deepEqual(await play("api/b", true), []);
  });

  test("wants them until the name has moved, if the alias isn't paused", async () => {
    assert.deepEqual(await play("api/b", false), ["move"]);
  });

  test("wants them if the paused alias is of the same namespace", async () => {
    assert.deepEqual(await play("web/b", true), ["move"]);
  });
});

describe("a name stays in a zone that was closed, its targets are edited, and the judge", () => {
  const close = async ({ stage, publish, rest }: Product): Promise<void> => {
    publish("com", { [SHOP]: ONE });
    await rest(MINUTE);
    putZone(stage, "dns/com", { allowedNamespaces: { from: "Same" } });
    await rest(MINUTE / 2);
  };
  const toTwo = { targets: [hostnameTarget("two.test")] };

  test("lets it follow the new ones", async () => {
    const product = await startProduct();
    await close(product);
    editAlias(product.stage, "web/a", toTwo);
    await product.rest(MINUTE / 4);
    product.publish("com", { [SHOP]: TWO });
    assert.deepEqual(rules(product), []);
  });

  test("lets it follow no alias that didn't have it", async () => {
    const product = await startProduct();
    await close(product);
    addAlias(product.stage, "api/a", { hostnames: [SHOP], targets: ["two.test"] });
    await product.rest(MINUTE / 4);
    product.publish("com", { [SHOP]: TWO });
    assert.deepEqual(rules(product), ["foreign"]);
  });

  test("lets it follow for a minute only", async () => {
    const product = await startProduct();
    await close(product);
    editAlias(product.stage, "web/a", toTwo);
    await product.rest(2 * MINUTE);
    product.publish("com", { [SHOP]: TWO });
    assert.deepEqual(rules(product), ["foreign"]);
  });
});

for (const seconds of [1, 0]) {
  test(`a writer withdraws a name at once from a zone that was closed ${seconds} s after the writer heard of it`, async () => {
    const { stage } = await startProduct();
    const { world, judge } = stage;
    addAlias(stage, "web/o", { hostnames: ["b.example.org"], targets: ["one.test"] });
    await world.clock.advance(MINUTE);
    const since = world.clock.now();
    await world.clock.advance(MINUTE);
    putZone(stage, "dns/org");
    await world.clock.advance(MINUTE);
    const late = [{ since, until: world.clock.now() }];
    await world.clock.advance(seconds * 1_000);
    putZone(stage, "dns/org", { allowedNamespaces: { from: "Same" } });
    await world.clock.advance(3_000);
    const zone = world.zones.get("dns/org");
    assert.ok(zone);
    const before = [{ name: "b.example.org.", type: "A", data: ONE.slice(0, 1) }] as const;
    const write = { zone, place: "rfc2136", before, after: [], knownUntil: since, late };
    assert.deepEqual(
      faultsOfWrite(judge.judged, write).map((fault) => fault.split(":")[0]),
      seconds === 0 ? [] : ["label"],
    );
  });

  test(`a replica ${seconds === 0 ? "doesn't know" : "knows"} of a deleted DnsZone what statuses said that were lost ${seconds} s after its start`, async () => {
    const { stage } = await startProduct();
    const { world } = stage;
    const name = parseOwnerName("a.deep.example.net");
    editAlias(stage, "web/a", { hostnames: [name] });
    const entry = { hostname: "a.deep.example.net", zone: "dns/deep", addresses: ONE };
    setStatus(stage, "web/a", { observedGeneration: 1, conditions: [], hostnames: [entry], targets: [] });
    removeZone(stage, "dns/deep");
    const zones = (): readonly string[] => [...claimsOf(world, [name]).keys()];
    await world.clock.advance(MINUTE);
    const early = start(stage);
    const leader = start(stage);
    lead(stage, leader);
    await world.clock.advance(seconds * 1_000);
    setStatus(stage, "web/a", undefined);
    const known = seconds === 0 ? [`dns/net ${name}`] : [];
    assert.deepEqual(zones(), known);
    const late = start(stage);
    lead(stage, early);
    assert.deepEqual(zones(), known);
    lead(stage, late);
    assert.deepEqual(zones(), [`dns/net ${name}`]);
    kill(stage, late);
    assert.deepEqual(zones(), [`dns/net ${name}`]);
    world.replicas.forEach((replica) => replica.kill());
  });
}
