import assert from "node:assert/strict";
import { test } from "node:test";
import { parseName } from "../../../../src/dns/name/name.ts";
import { readProblem, updateProblem, worstOf, type Problem } from "../../../../src/providers/rfc2136/server-error.ts";
import { RCODE } from "../../../../src/dns/registry.ts";
import { whoActs } from "../../../../src/api/condition/reason.ts";
import { createServerOrder } from "../../../../src/providers/rfc2136/rfc2136.ts";

const ZONE = parseName("example.com");

function reasonOf(problem: Problem): string {
  return problem.kind === "refused" ? problem.reason : problem.kind;
}

const cases: readonly (readonly [keyof typeof RCODE, string, string])[] = [
  ["FORMERR", "NotSupported", "Rejected"],
  ["SERVFAIL", "failed", "failed"],
  ["NXDOMAIN", "ZoneNotFound", "failed"],
  ["NOTIMP", "NotSupported", "ReadOnly"],
  ["REFUSED", "ZoneNotFound", "ReadOnly"],
  ["NOTAUTH", "ZoneNotFound", "NotAuthoritative"],
  ["NOTZONE", "failed", "Rejected"],
];

for (const [rcode, read, update] of cases) {
  test(`${rcode}: ${read} when reading, ${update} when updating, and the answer is named`, () => {
    const [reading, updating] = [
      readProblem("192.0.2.53", ZONE, { rcode: RCODE[rcode] }),
      updateProblem("192.0.2.53", ZONE, { rcode: RCODE[rcode] }),
    ];
    assert.deepEqual([reasonOf(reading), reasonOf(updating)], [read, update]);
    for (const { message } of [reading, updating]) {
      assert.ok(message.startsWith(`192.0.2.53 answers ${rcode} `) && message.includes("example.com"), message);
    }
  });
}

test("every reason is a condition reason on which a user has to act", () => {
  const reasons = cases.flatMap(([, ...each]) => each).filter((reason) => reason !== "failed");
  assert.deepEqual(
    reasons.filter((reason) => whoActs(reason) !== "user"),
    [],
  );
});

test("of several problems a failure counts, because it may pass; else the first refusal does", () => {
  const failed: Problem = { kind: "failed", message: "a" };
  const readOnly: Problem = { kind: "refused", reason: "ReadOnly", message: "b" };
  const badKey: Problem = { kind: "refused", reason: "BadKey", message: "c" };
  assert.deepEqual(worstOf([readOnly, failed]), { kind: "failed", message: "b; a" });
  assert.deepEqual(worstOf([readOnly, badKey]), { kind: "refused", reason: "ReadOnly", message: "b; c" });
});

test("a silent server is asked last for a minute, or until it answers", () => {
  let now = 0;
  const [a, b] = ["192.0.2.1", "192.0.2.2"].map((address) => ({ protocol: "tcp" as const, address, port: 53 }));
  assert.ok(a && b);
  const order = createServerOrder([a, b], { now: () => now });
  order.silent(a);
  assert.deepEqual(order.current(), [b, a]);
  now = 60_000;
  assert.deepEqual(order.current(), [a, b]);
  order.silent(a);
  order.answered(a);
  assert.deepEqual(order.current(), [a, b]);
});
