import assert from "node:assert/strict";
import { test } from "node:test";
import { startStage } from "../../../support/history/history.ts";
import { randomFrom } from "../../../support/history/random.ts";
import { MINUTE } from "../../../support/history/scene.ts";
import {
  addAlias,
  createStage,
  kill,
  leaderOf,
  mend,
  pass,
  removeAlias,
  setTarget,
  spoilAlias,
  type Stage,
} from "../../../support/history/stage.ts";
import { queryBytes } from "../../../support/dns-query.ts";
import { servedAnswer } from "../../../support/planes/plane-comparison.ts";

const SHOP = ["198.51.100.11"];
const WILDCARD = ["198.51.100.21"];

test("after a restart, the responder doesn't deny the hostname of a DnsAlias that can't be read, and a wildcard doesn't answer for it", async () => {
  const stage = await started();
  assert.deepEqual(await query(stage, "b.example.com"), SHOP);
  spoilAlias(stage, "web/shop");
  await pass(stage, MINUTE);
  assert.deepEqual(await query(stage, "b.example.com"), SHOP, "the last valid spec remains in effect");
  await restart(stage);
  assert.equal(await query(stage, "b.example.com"), "SERVFAIL");
  assert.equal(await query(stage, "example.com", "AAAA"), "SERVFAIL");
  assert.equal(await query(stage, "example.com", "MX"), "NOERROR", "other types are answered as usual");
  assert.deepEqual(await query(stage, "c.example.com"), WILDCARD);
});

test("a DnsAlias that can be read again, or is deleted, ends that", async () => {
  const stage = await started();
  spoilAlias(stage, "web/shop");
  await restart(stage);
  mend(stage);
  await pass(stage, MINUTE);
  assert.deepEqual(await query(stage, "b.example.com"), SHOP);
  spoilAlias(stage, "web/shop");
  await restart(stage);
  removeAlias(stage, "web/shop");
  await pass(stage, 15 * MINUTE);
  assert.deepEqual(await query(stage, "b.example.com"), WILDCARD);
});

test("a hostname that a readable DnsAlias has is answered by it", async () => {
  const stage = await started();
  addAlias(stage, "web/other", { hostnames: ["b.example.com"], targets: ["two.test"] });
  spoilAlias(stage, "web/shop");
  await restart(stage);
  assert.deepEqual(await query(stage, "b.example.com"), WILDCARD);
});

/** Two names of one DnsAlias, and a wildcard of another namespace. */
async function started(): Promise<Stage> {
  const stage = createStage({ random: randomFrom(1) });
  startStage(stage);
  setTarget(stage, "one.test", SHOP);
  setTarget(stage, "two.test", WILDCARD);
  addAlias(stage, "web/shop", { hostnames: ["b.example.com", "example.com"], targets: ["one.test"] });
  addAlias(stage, "api/wild", { hostnames: ["*.example.com"], targets: ["two.test"] });
  await pass(stage, MINUTE);
  return stage;
}

async function restart(stage: Stage): Promise<void> {
  kill(stage, leaderOf(stage));
  await pass(stage, MINUTE);
}

/** The addresses of the answer, or its rcode. */
async function query(stage: Stage, name: string, type = "A"): Promise<readonly string[] | string> {
  const pending = leaderOf(stage).responder.query(queryBytes(name, type));
  await stage.world.clock.advance(2_000);
  const { rcode, answers } = servedAnswer(await pending);
  const addresses = answers.filter((set) => set.type === "A").flatMap(({ data }) => data);
  return addresses.length > 0 ? addresses : rcode;
}
