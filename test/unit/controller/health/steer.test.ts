import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec } from "../../../../src/api/dns-alias.ts";
import type { ObservedTarget } from "../../../../src/controller/health/observed-targets.ts";
import { steer, type Steered } from "../../../../src/controller/health/steer.ts";
import { restoredState, type SteeringState } from "../../../../src/controller/health/steering-state.ts";
import type { AppliedSelection } from "../../../../src/plan/select/applied-selection.ts";
import { steeredAlias } from "../../../support/steering-play.ts";
import { NOW, observed, states } from "./observed.ts";

const MAIN = ["11.0.0.1", "11.0.0.2"];
const SECOND = ["11.0.0.8", "11.0.0.9"];

interface Play {
  readonly spec?: Partial<AliasSpec>;
  /** Letters of the addresses of `main` and of `second`. */
  readonly main: string;
  readonly second: string;
  readonly targets?: Partial<ObservedTarget>;
  readonly hasOutsideControl?: boolean;
  readonly state?: SteeringState;
  /** After the first moment. */
  readonly afterMs?: number;
}

/** One decision about an alias with the targets `main` and `second`. */
function decide({
  spec,
  main,
  second,
  targets,
  hasOutsideControl = false,
  state: before,
  afterMs = 10_000,
}: Play): Steered {
  const shop = steeredAlias(spec);
  const isMerge = shop.spec.selection === "Merge";
  return steer({
    alias: shop,
    state: before ?? restoredState(shop, NOW),
    targets: [
      {
        target: observed("main", { addresses: MAIN, ...targets }),
        addresses: states(MAIN, main),
        refused: [],
      },
      {
        target: observed("second", { addresses: SECOND, priority: isMerge ? 0 : 1 }),
        addresses: states(SECOND, second),
        refused: [],
      },
    ],
    hasOutsideControl,
    now: NOW + afterMs,
  });
}

/** "main", or "main without 11.0.0.1". */
function textOf(applied: AppliedSelection): string {
  if (applied.kind !== "selected") {
    return applied.kind;
  }
  const down = [...MAIN, ...SECOND].filter(applied.isDown);
  return [[...applied.targets].join(" and "), ...(down.length === 0 ? [] : ["without", ...down])].join(" ");
}

const cases: readonly (Play & { readonly name: string; readonly want: string })[] = [
  { name: "the first choice", main: "HH", second: "HH", want: "main" },
  { name: "a standby", main: "DD", second: "HH", want: "second" },
  { name: "an address of the first choice is down", main: "DH", second: "HH", want: "main without 11.0.0.1" },
  { name: "an address of the standby is down", main: "HH", second: "DH", want: "main" },
  { name: "all targets together", spec: { selection: "Merge" }, main: "HH", second: "HH", want: "main and second" },
  {
    name: "all targets together, with an address down",
    spec: { selection: "Merge" },
    main: "HH",
    second: "DH",
    want: "main and second without 11.0.0.8",
  },
  { name: "no healthy target, with Keep", main: "DD", second: "DD", want: "main without 11.0.0.1 11.0.0.2" },
  {
    name: "no healthy target, with Fallback",
    spec: { onUnhealthy: "Fallback" },
    main: "DD",
    second: "DD",
    want: "fallback",
  },
  {
    name: "no healthy target, with Withdraw and an address elsewhere that answers",
    spec: { onUnhealthy: "Withdraw" },
    main: "DD",
    second: "DD",
    hasOutsideControl: true,
    want: "withdrawn",
  },
  {
    name: "no healthy target, with Withdraw and nothing that answers",
    spec: { onUnhealthy: "Withdraw" },
    main: "DD",
    second: "DD",
    want: "main without 11.0.0.1 11.0.0.2",
  },
];

for (const { name, want, ...play } of cases) {
  test(`${name}: ${want}`, () => assert.equal(textOf(decide(play).decision.applied), want));
}

test("an address that two selected targets have is down only if it is down for both", () => {
  const both = (letters: readonly string[]) => {
    const shop = steeredAlias({ selection: "Merge" });
    const { decision } = steer({
      alias: shop,
      state: restoredState(shop, NOW),
      targets: ["main", "second"].map((name, index) => ({
        target: observed(name, { addresses: MAIN }),
        addresses: states(MAIN, letters[index] ?? ""),
        refused: [],
      })),
      hasOutsideControl: false,
      now: NOW + 10_000,
    });
    return textOf(decision.applied);
  };
  assert.equal(both(["DH", "HH"]), "main and second");
  assert.equal(both(["DH", "DH"]), "main and second without 11.0.0.1");
  assert.equal(both(["DH", "NH"]), "main and second", "the other target doesn't check it");
});

describe("the first publication", () => {
  test("waits for one check of each address, for at most a timeout", () => {
    const first = decide({ main: "UU", second: "UU", afterMs: 500 });
    assert.equal(textOf(first.decision.applied), "pending");
    assert.equal(first.nextAt, NOW + 2_000);
    assert.equal(textOf(decide({ main: "UU", second: "UU", afterMs: 1_999 }).decision.applied), "pending");
    const late = decide({ main: "UU", second: "UU", afterMs: 2_000 });
    assert.equal(textOf(late.decision.applied), "main");
    assert.equal(late.nextAt, undefined);
  });

  test("doesn't wait once each address has been checked", () => {
    const { decision, nextAt } = decide({ main: "HH", second: "UU", afterMs: 500 });
    assert.deepEqual([textOf(decision.applied), nextAt], ["main", undefined]);
  });

  test("waits for a lookup for as long as it takes", () => {
    const targets = { isEligible: false, isResolving: true };
    for (const afterMs of [2_000, 60_000]) {
      const { decision, nextAt } = decide({ main: "", second: "HH", targets, afterMs });
      assert.deepEqual([textOf(decision.applied), nextAt], ["pending", undefined]);
    }
  });
});

describe("a withdrawal", () => {
  const play = { spec: { onUnhealthy: "Withdraw" }, main: "DD", second: "DD" } as const;

  test("without a proof is decided again a second later", () => {
    const { decision, nextAt } = decide(play);
    assert.deepEqual([decision.isUnproven, nextAt], [true, NOW + 11_000]);
  });

  test("that is in effect needs no further proof", () => {
    const { state } = decide({ ...play, hasOutsideControl: true });
    const { decision, isChanged } = decide({ ...play, state, afterMs: 20_000 });
    assert.deepEqual([textOf(decision.applied), decision.isUnproven, isChanged], ["withdrawn", false, false]);
  });

  test("ends with the first healthy target, and the next one needs a proof again", () => {
    const { state } = decide({ ...play, hasOutsideControl: true });
    const back = decide({ ...play, main: "HH", state, afterMs: 20_000 });
    assert.deepEqual([textOf(back.decision.applied), back.isChanged], ["main", true]);
    assert.equal(decide({ ...play, state: back.state, afterMs: 30_000 }).decision.isUnproven, true);
  });

  test("isn't asked of other policies", () => {
    for (const onUnhealthy of ["Keep", "Fallback"] as const) {
      assert.equal(decide({ ...play, spec: { onUnhealthy } }).decision.isUnproven, false);
    }
  });
});

describe("what is published changes", () => {
  const before = decide({ main: "HH", second: "HH" });
  const after = (play: Partial<Play>) =>
    decide({ main: "HH", second: "HH", afterMs: 20_000, state: before.state, ...play });

  test("with the first decision", () => assert.equal(before.isChanged, true));

  for (const { name, want, ...play } of [
    { name: "the same states", want: false },
    { name: "an address of the selected target that is down", main: "DH", want: true },
    { name: "an address of the standby that is down", second: "DH", want: false },
    { name: "another target", main: "DD", want: true },
  ]) {
    test(`${want ? "with" : "not with"} ${name}`, () => assert.equal(after(play).isChanged, want));
  }

  test("with addresses that are up again", () => {
    const { state } = after({ main: "DH" });
    assert.equal(after({ state, afterMs: 30_000 }).isChanged, true);
  });
});

describe("a switch", () => {
  const before = decide({ main: "HH", second: "HH" });

  test("names the targets before and after it, and counts for an hour", () => {
    const { switched, state } = decide({ main: "DD", second: "HH", state: before.state, afterMs: 20_000 });
    assert.deepEqual([switched?.from.targets, switched?.to.targets], [["main"], ["second"]]);
    assert.deepEqual(state.switches, [NOW + 20_000]);
    const at = (afterMs: number) => decide({ main: "DD", second: "HH", state, afterMs }).state.switches;
    assert.deepEqual(at(3_619_000), [NOW + 20_000]);
    assert.deepEqual(at(3_620_000), []);
  });

  test("isn't the first selection, nor the same one again", () => {
    assert.equal(before.switched, undefined);
    assert.equal(decide({ main: "HH", second: "HH", state: before.state, afterMs: 20_000 }).switched, undefined);
  });

  test("with Merge, is a change of the healthy targets", () => {
    const spec = { selection: "Merge" } as const;
    const { state } = decide({ spec, main: "HH", second: "HH" });
    const { switched } = decide({ spec, main: "HH", second: "DD", state, afterMs: 20_000 });
    assert.deepEqual([switched?.to.targets, switched?.to.reason], [["main"], "FailedOver"]);
  });

  test("to a target of the same priority is none, as long as one of them remains", () => {
    const targets = { priority: 1 };
    const { state } = decide({ main: "HH", second: "HH", targets });
    assert.deepEqual(state.current?.targets, ["main", "second"]);
    const { switched, decision } = decide({ main: "HH", second: "DD", targets, state, afterMs: 20_000 });
    assert.deepEqual([textOf(decision.applied), switched], ["main", undefined]);
  });

  test("back is decided at the time of the return", () => {
    const away = decide({ main: "DD", second: "HH", state: before.state, afterMs: 20_000 });
    const waiting = decide({ main: "HH", second: "HH", state: away.state, afterMs: 60_000 });
    assert.deepEqual([textOf(waiting.decision.applied), waiting.nextAt], ["second", NOW + 360_000]);
    const back = decide({ main: "HH", second: "HH", state: waiting.state, afterMs: 360_000 });
    assert.deepEqual([textOf(back.decision.applied), back.switched?.to.reason], ["main", "FailedBack"]);
  });
});
