import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { documentedBoundMs, stalenessOf, type AddressSample, type Truth } from "../../support/staleness.ts";

const SECOND = 1_000;
const OLD = ["192.0.2.1"];
const NEW = ["192.0.2.2", "192.0.2.3"];
/** The bound of `rfc2136` for a TTL of 5 s. */
const BOUND_MS = 21 * SECOND;

const truth: readonly Truth[] = [
  { beganAt: 0, doneAt: 0, addresses: OLD },
  { beganAt: 10 * SECOND, doneAt: 11 * SECOND, addresses: NEW },
];

/** An answer each 200 ms until `untilS`, of a product that shows a change `lateS` seconds after it was there. */
function series(lateS: number, untilS = 100): readonly AddressSample[] {
  return Array.from({ length: untilS * 5 }, (_, index) => {
    const askedAt = index * 200;
    const answer = askedAt < (11 + lateS) * SECOND ? OLD : NEW.toReversed();
    return { askedAt, answeredAt: askedAt + 5, answer, ttl: 5 };
  });
}

describe("the judge of P7", () => {
  for (const { name, lateS, untilS, longestS, over, missed } of [
    { name: "a product that follows at once", lateS: 0, longestS: 0, over: false },
    { name: "a product that follows within the bound", lateS: 14, longestS: 18.8, over: false },
    { name: "a product that is just within the bound", lateS: 16.2, longestS: 21, over: false },
    { name: "a product that is just late", lateS: 16.4, longestS: 21.2, over: true },
    { name: "a product that is 60 s late", lateS: 60, longestS: 64.8, over: true },
    {
      name: "the same, watched only for the time of the bound",
      lateS: 60,
      untilS: 32,
      longestS: 25.8,
      over: true,
      missed: true,
    },
    { name: "a product that never follows", lateS: 1_000, longestS: 93.8, over: true, missed: true },
    {
      name: "a product that was not watched for long enough to see it",
      lateS: 60,
      untilS: 20,
      longestS: 13.8,
      over: false,
      missed: true,
    },
  ]) {
    test(name, () => {
      const judged = stalenessOf(series(lateS, untilS), truth, BOUND_MS);
      assert.equal(judged.longestMs, longestS * SECOND);
      assert.equal(judged.over.length > 0, over);
      assert.deepEqual(judged.missed, missed === true ? [NEW.join(" ")] : []);
      assert.deepEqual(judged.wrong, []);
    });
  }

  for (const { name, answer, answeredAt, wrong } of [
    { name: "an answer without an address", answer: [], answeredAt: 5_000, wrong: "no address at 5000 ms" },
    { name: "a failure", answer: "ETIMEOUT", answeredAt: 5_000, wrong: "ETIMEOUT at 5000 ms" },
    { name: "a part of the set", answer: ["192.0.2.2"], answeredAt: 20_000, wrong: "192.0.2.2 at 20000 ms" },
    {
      name: "addresses of old and new",
      answer: [...OLD, ...NEW],
      answeredAt: 20_000,
      wrong: "192.0.2.1 192.0.2.2 192.0.2.3 at 20000 ms",
    },
    { name: "the new set before the change", answer: NEW, answeredAt: 9_999, wrong: "192.0.2.2 192.0.2.3 at 9999 ms" },
    { name: "the new set while the change is made", answer: NEW, answeredAt: 10_500 },
    { name: "the old set while the change is made", answer: OLD, answeredAt: 10_999 },
  ]) {
    test(`${name} is ${wrong === undefined ? "right" : "wrong"}`, () => {
      const sample = { askedAt: answeredAt - 10, answeredAt, answer, ttl: 0 };
      const judged = stalenessOf([...series(1), sample], truth, BOUND_MS);
      assert.deepEqual(judged.wrong, wrong === undefined ? [] : [wrong]);
      assert.deepEqual(judged.over, []);
    });
  }

  test("an answer that is back to the old set late is over the bound", () => {
    const judged = stalenessOf(
      [...series(1), { askedAt: 120_000, answeredAt: 120_005, answer: OLD, ttl: 5 }],
      truth,
      BOUND_MS,
    );
    assert.deepEqual(judged.over, ["192.0.2.1 for 114000 ms of at most 21000 ms"]);
  });
});

describe("the documented bound of a run", () => {
  const rfc2136 = { refreshMs: 14_000, deliveryMs: 2_000, ttlMs: 5_000 };
  test("is the sum of its parts while nothing was slower", () => assert.equal(documentedBoundMs(rfc2136, []), 21_000));
  test("grows with a change that a client saw late, and so does the delivery", () =>
    assert.equal(documentedBoundMs(rfc2136, [500, 9_000]), 14_000 + 11_000 + 5_000));
  test("leaves a bound of three times the sum outside even then", () =>
    assert.ok(documentedBoundMs(rfc2136, [14_000]) < 3 * 21_000));
});
