import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, integer, property, tuple } from "../../../support/property.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { FAILURE_REASONS, type FailureReason, type LookupResult } from "../../../../src/dns/lookup-result.ts";
import { answerOf } from "../../../../src/plan/hold/answer-of.ts";
import { isOutage } from "../../../../src/plan/hold/failure.ts";
import { freshState, type HoldState } from "../../../../src/plan/hold/state.ts";
import { empty, failed, found, KEY, play, playOut, published, waitFrom } from "../../../support/hold-play.ts";

const GOOD = [0, found("a b", { ttl: 60 })] as const;

test("a failure leaves the addresses, their TTL, their chain and their age as they are", () => {
  const [before, after] = play([GOOD, [61, failed("servfail")]]);
  assert.ok(before !== undefined && after !== undefined);
  const { addresses, ttl, chain, lastSuccessAt } = answerOf(before);
  assert.deepEqual({ addresses, ttl, chain, lastSuccessAt }, pick(after));
  assert.deepEqual(after.outcome, { kind: "failure", reason: "servfail", detail: "servfail for a test" });
});

test("failures are tried again after 5, 10, 20, … s, at most 300 s", () => {
  const waits = retryWaits(9, 0.5);
  assert.deepEqual(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
});

test("each try is spread by 20 % either way", () => {
  assert.deepEqual(retryWaits(2, 0), [4, 8]);
  assert.deepEqual(retryWaits(2, 1), [6, 12]);
});

test("failingSince is when the row began, and ends with any answer", () => {
  const states = play([
    GOOD,
    [61, failed()],
    [66, failed("refused")],
    [76, found("a b")],
    [140, failed()],
    [145, empty()],
  ]);
  assert.deepEqual(
    states.map(({ failingSince }) => failingSince),
    [undefined, 61_000, 61_000, undefined, 140_000, undefined],
  );
});

test("after an answer the row of waits begins anew", () => {
  const last = playOut([GOOD, [61, failed()], [66, failed()], [76, found("a b")], [140, failed()]], { random: 0.5 });
  assert.equal(waitFrom(last, 140), 5_000);
});

test("a look-up out of turn that fails does not put off the next one", () => {
  const last = playOut([GOOD, [5, failed()], [6, failed()], [7, failed()], [8, failed()], [9, failed()]], {
    random: 0.5,
  });
  assert.ok(last.nextAt <= 61_000, `due at ${last.nextAt}`);
});

test("time-outs, SERVFAILs and the like are one outage: the first reason stays", () => {
  const reasons = play([GOOD, [61, failed("timeout")], [66, failed("servfail")], [76, failed("unreachable")]]);
  assert.deepEqual(reasons.slice(1).map(reasonOf), ["timeout", "timeout", "timeout"]);
});

test("an outage is what a resolver or the path to it does, and nothing that the target's owner can correct", () => {
  assert.deepEqual(FAILURE_REASONS.filter(isOutage).toSorted(), [
    "malformed",
    "rcode",
    "refused",
    "servfail",
    "timeout",
    "truncated",
    "unreachable",
  ]);
});

test("a loop is told although the row began with a time-out", () => {
  const reasons = play([GOOD, [61, failed("timeout")], [66, failed("loop")], [76, failed("timeout")]]);
  assert.deepEqual(reasons.slice(1).map(reasonOf), ["timeout", "loop", "timeout"]);
});

for (const reason of ["loop", "too-deep"] as const) {
  test(`${reason}: last-good stays, the outcome and the path say what is wrong`, () => {
    const path = [KEY.target, parseName("b.example.net"), KEY.target];
    const last = playOut([GOOD, [61, failed(reason, path)]]);
    assert.equal(published([last])[0], "a b");
    assert.equal(reasonOf(last), reason);
    assert.deepEqual(last.chain, path);
  });

  test(`${reason}: the path goes with the next good answer`, () => {
    const path = [KEY.target, parseName("b.example.net"), KEY.target];
    const last = playOut([GOOD, [61, failed(reason, path)], [66, found("a b")]]);
    assert.deepEqual(last.chain, [KEY.target]);
  });
}

test("the path of a failure that is not about the chain is not shown", () => {
  const path = [KEY.target, parseName("b.example.net")];
  assert.deepEqual(playOut([GOOD, [61, failed("servfail", path)]]).chain, [KEY.target]);
});

test("a loop whose path is unknown leaves the chain as it was", () => {
  assert.deepEqual(playOut([GOOD, [61, failed("loop", [])]]).chain, [KEY.target]);
});

test("an empty answer ends the row of waits as well", () => {
  const last = playOut([GOOD, [61, failed()], [66, failed()], [76, empty()], [140, failed()]], { random: 0.5 });
  assert.equal(waitFrom(last, 140), 5_000);
});

const positiveSibling = answerOf(playOut([GOOD], { from: freshState({ ...KEY, family: "AAAA" }, 0) }));
const emptySibling = answerOf(playOut([[0, empty()]], { from: freshState({ ...KEY, family: "AAAA" }, 0) }));

for (const [family, other] of [
  ["A", "AAAA"],
  ["AAAA", "A"],
] as const) {
  test(`NXDOMAIN for ${family} while ${other} has addresses is NODATA (RFC 4074 4.2): the family is confirmed empty, and no failure`, () => {
    const sibling = answerOf(playOut([GOOD], { from: freshState({ ...KEY, family: other }, 0) }));
    const from = freshState({ ...KEY, family }, 0);
    const nxdomain = empty("nxdomain");
    const states = play(
      [
        [61, nxdomain],
        [92, nxdomain],
        [122, nxdomain],
      ],
      { from, sibling, serverCount: 1 },
    );
    assert.deepEqual(
      states.map(({ outcome, emptySince, failingSince }) => [outcome.kind, emptySince, failingSince]),
      [
        ["nodata", undefined, undefined],
        ["nodata", undefined, undefined],
        ["nodata", 61_000, undefined],
      ],
    );
  });
}

test("NXDOMAIN while the other family has addresses leaves last-good until it is confirmed", () => {
  const last = playOut([GOOD, [61, empty("nxdomain")]], { sibling: positiveSibling });
  assert.equal(last.outcome.kind, "nodata");
  assert.equal(published([last])[0], "a b");
});

test("NODATA while the other family has addresses is an empty family, not a failure", () => {
  const last = playOut([GOOD, [61, empty("nodata")]], { sibling: positiveSibling });
  assert.equal(last.outcome.kind, "nodata");
});

test("NXDOMAIN while the other family is empty too is believed as one empty reading", () => {
  const last = playOut([GOOD, [61, empty("nxdomain")]], { sibling: emptySibling });
  assert.equal(last.outcome.kind, "nxdomain");
});

test("whatever fails, in whatever order, the addresses never change", () => {
  const failures = array(tuple(integer({ min: 0, max: 1000 }), constantFrom(...FAILURE_REASONS)), {
    maxLength: 60,
  });
  check(
    property(failures, (row) => {
      let at = 0;
      const readings = row.map(([gap, reason]) => [(at += gap), failed(reason)] as const);
      for (const state of play([GOOD, ...readings])) {
        assert.deepEqual(state.addresses, ["a", "b"]);
        assert.equal(state.emptySince, undefined);
      }
    }),
  );
});

function retryWaits(count: number, random: number): readonly number[] {
  let state: HoldState = playOut([[0, found("a", { ttl: 1 })]]);
  return Array.from({ length: count }, () => {
    const at = state.nextAt / 1000;
    state = playOut([[at, failed()]], { from: state, random });
    return waitFrom(state, at) / 1000;
  });
}

function reasonOf({ outcome }: HoldState): string {
  return outcome.kind === "failure" ? outcome.reason : outcome.kind;
}

function pick({ addresses, ttl, chain, lastSuccessAt }: HoldState): object {
  return { addresses, ttl, chain, lastSuccessAt };
}

const MADE = "2a00:64::808:808";

function behindNat64(reason: FailureReason): LookupResult {
  return { kind: "failure", reason, detail: "", chain: [], nat64: [{ address: "2a00:64::", prefix: 96 }] };
}

test("addresses of a NAT64 prefix that was learned after they were published leave what stands, and no others do", () => {
  const state = playOut([[0, found(`2a00:1450::1 ${MADE} 64:ff9b::808:808`)]]);
  const last = playOut([[61, behindNat64("special-use")]], { from: state });
  assert.deepEqual(last.addresses, ["2a00:1450::1"]);
  assert.deepEqual(last.read?.addresses, ["2a00:1450::1"]);
});

test("a failure of another kind takes nothing away, and a private address that is refused keeps what stands", () => {
  const state = playOut([[0, found(`10.0.0.1 ${MADE}`)]]);
  assert.equal(playOut([[61, behindNat64("servfail")]], { from: state }).addresses, state.addresses);
  assert.equal(playOut([[61, failed("special-use")]], { from: state }).addresses, state.addresses);
});
