import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Answer } from "../../support/history/answer-facts.ts";
import { type JudgeCase, testJudge } from "../../support/history/judge-cases.ts";
import { ONE, type Product, SHOP } from "../../support/history/judged-product.ts";
import { MINUTE } from "../../support/history/scene.ts";
import { addAlias, editAlias, setBase, setStatus, setTarget, start } from "../../support/history/stage.ts";
import { BASE_ZONE } from "../../support/controller-world.ts";

/** A query for A at a replica that has looked the target up, and its answer. */
async function answered(product: Product, given: Partial<Answer>, replica = start(product.stage)): Promise<void> {
  const { stage } = product;
  await stage.world.clock.advance(MINUTE);
  stage.judge.answered({
    replica,
    name: `${SHOP}.`,
    family: "A",
    rcode: "NOERROR",
    addresses: [],
    knownUntil: Infinity,
    ...given,
  });
}

const NEW = ["198.51.100.12", "2001:db8:1::2"];

const CASES: readonly JudgeCase[] = [
  ...[
    { minutes: 0, want: [] },
    { minutes: 10, want: ["old answer", "short answer"] },
  ].map(({ minutes, want }): JudgeCase => ({
    name: `an answer has what its target gave up ${minutes + 1} min ago`,
    want,
    async play(product) {
      setTarget(product.stage, "one.test", NEW);
      await product.stage.world.clock.advance(minutes * MINUTE);
      await answered(product, { addresses: ONE.slice(0, 1) });
    },
  })),
  ...["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"].map((rcode): JudgeCase => ({
    name: `${rcode} without an address, while the target has one`,
    want: ["blank answer"],
    async play(product) {
      await product.stage.world.clock.advance(5 * MINUTE);
      await answered(product, { rcode });
    },
  })),
  {
    name: "an answer without an address, while the target has none and never had one",
    want: [],
    async play(product) {
      addAlias(product.stage, "web/b", { hostnames: ["b.example.com"], targets: ["three.test"] });
      await product.stage.world.clock.advance(5 * MINUTE);
      await answered(product, { name: "b.example.com.", rcode: "SERVFAIL" });
    },
  },
  {
    name: "an answer without an address of one of two targets that have some",
    want: ["short answer"],
    async play(product) {
      addAlias(product.stage, "web/b", { hostnames: [SHOP], targets: ["two.test"] });
      await product.stage.world.clock.advance(5 * MINUTE);
      await answered(product, { addresses: ONE.slice(0, 1) });
    },
  },
  ...(
    [
      { addresses: ONE.slice(0, 1), want: [] },
      { addresses: NEW.slice(0, 1), want: ["old answer"] },
      { addresses: [], want: ["blank answer"] },
    ] as const
  ).map(({ addresses, want }): JudgeCase => ({
    name: `a paused name is answered with ${addresses.join() || "nothing"}`,
    want,
    async play(product) {
      const { stage, publish } = product;
      publish("com", { [SHOP]: ONE });
      setStatus(stage, "web/a", { observedGeneration: 1, conditions: [], targets: [], hostnames: [] });
      await stage.world.clock.advance(10 * MINUTE);
      editAlias(stage, "web/a", { paused: true });
      setTarget(stage, "one.test", NEW);
      await stage.world.clock.advance(10 * MINUTE);
      await answered(product, { addresses });
    },
  })),
  {
    name: "the fallback is answered while the target has addresses",
    want: ["answer", "short answer"],
    async play(product) {
      editAlias(product.stage, "web/a", { onEmpty: "Fallback" });
      await product.stage.world.clock.advance(10 * MINUTE);
      await answered(product, { addresses: ["203.0.113.99"] });
    },
  },
  {
    name: "SERVFAIL at a name of a DnsZone whose base zone is bad, and NXDOMAIN there",
    want: ["blank answer"],
    async play(product) {
      await product.stage.world.clock.advance(5 * MINUTE);
      setBase(product.stage, "com", "no zone file at all (");
      await answered(product, { rcode: "SERVFAIL" });
      assert.deepEqual(product.stage.judge.faults, []);
      setBase(product.stage, "com", BASE_ZONE);
      await answered(product, { rcode: "NXDOMAIN" });
    },
  },
];

describe("the judge of random histories: answers of a responder", () => {
  testJudge(CASES);
});
