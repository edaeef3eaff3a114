import assert from "node:assert/strict";
import { test } from "node:test";
import type { Health } from "../../../../src/plan/health/probe.ts";
import {
  type Candidate,
  select,
  type Selected,
  type SelectInput,
  type Selection,
} from "../../../../src/plan/select/select.ts";
import * as fc from "../../../support/property.ts";

const NOW = 10_000_000;
const MINUTE = 60_000;
const AFTER = 5 * MINUTE;

const HEALTH: Readonly<Record<string, Health>> = { H: "Healthy", D: "Unhealthy", U: "Unknown" };

/**
 * "H0 D1 -2 …3 ?4": health and priority of each target, named a, b, c, …; `-` isn't eligible, `…` is pending, `?` is Unknown with failures only, `s` always counts as healthy. A
 * number after w is the weight, one after @ for how many minutes the target has that health.
 */
function candidates(text: string): readonly Candidate[] {
  return text.split(" ").map((word, index) => {
    const [, kind = "", priority = "0", weight, minutes = "60"] =
      /^(.)(\d+)(?:w(\d+))?(?:@([\d.]+))?$/.exec(word) ?? [];
    return {
      name: "abcdefgh"[index] ?? "",
      priority: Number(priority),
      ...(weight !== undefined && { weight: Number(weight) }),
      isEligible: kind !== "-" && kind !== "…",
      isPending: kind === "…",
      health: kind === "s" ? "Healthy" : (HEALTH[kind] ?? "Unknown"),
      healthSince: NOW - Number(minutes) * MINUTE,
      isChecked: kind !== "s",
      isReached: kind === "H",
      isDoubtful: kind === "?" || kind === "D",
    };
  });
}

function current(targets: string, minutesAgo = 30): Selected | undefined {
  return targets === ""
    ? undefined
    : { targets: targets.split(""), since: NOW - minutesAgo * MINUTE, reason: "Initial" };
}

function selectFrom(text: string, more: Partial<SelectInput> & { readonly selected?: string } = {}): Selection {
  const { selected = "", ...rest } = more;
  return select({
    selection: "Failover",
    failback: { mode: "Automatic", afterMs: AFTER },
    candidates: candidates(text),
    current: current(selected),
    switches: [],
    now: NOW,
    ...rest,
  });
}

interface Case {
  readonly name: string;
  readonly targets: string;
  /** Selected before. */
  readonly selected?: string;
  readonly more?: Partial<SelectInput>;
  /** "a FailedOver"; "nothing" while nothing can be selected; with " all unhealthy" at the end. */
  readonly want: string;
}

const cases: readonly Case[] = [
  { name: "first: the best priority", targets: "H0 H1", want: "a Initial" },
  { name: "first: by priority, and not by order", targets: "H5 H1 H3", want: "b Initial" },
  { name: "first: equal priorities together", targets: "H0 H0 H1", want: "ab Initial" },
  { name: "first: known before Unknown", targets: "U0 H1", want: "b Initial" },
  { name: "first: all Unknown", targets: "U0 U1", want: "a Initial" },
  { name: "first: failed checks come last", targets: "?0 U1", want: "b Initial" },
  { name: "first: an unchecked standby doesn't beat an Unknown target", targets: "U0 s1", want: "a Initial" },
  { name: "first: an unchecked standby beats failed checks", targets: "?0 s1", want: "b Initial" },
  {
    name: "first: an unchecked target comes before a worse priority that checks reach",
    targets: "s0 H1",
    want: "a Initial",
  },
  { name: "first: an unhealthy target is passed over", targets: "D0 s1", want: "b Initial" },
  { name: "first: waits for a better target", targets: "…0 H1", want: "nothing" },
  { name: "first: doesn't wait for a worse target", targets: "H0 …1", want: "a Initial" },
  { name: "first: a target that isn't eligible", targets: "-0 H1", want: "b Initial" },
  { name: "first: nothing is eligible", targets: "-0 -1", want: "nothing" },
  { name: "first: all unhealthy", targets: "D0 D1", want: "a Initial all unhealthy" },
  { name: "stays", targets: "H0 H1", selected: "a", want: "a Initial" },
  { name: "stays while Unknown", targets: "U0 H1", selected: "a", want: "a Initial" },
  {
    name: "stays while all checks fail and the health isn't known",
    targets: "?0 H1",
    selected: "a",
    want: "a Initial",
  },
  { name: "leaves an unhealthy target", targets: "D0 H1", selected: "a", want: "b FailedOver" },
  { name: "leaves a target that isn't eligible any more", targets: "-0 H1", selected: "a", want: "b FailedOver" },
  {
    name: "doesn't leave a target whose first lookup runs, as after a restart",
    targets: "…0 H1",
    selected: "a",
    want: "a Initial",
  },
  { name: "leaves for the best of several standbys", targets: "D0 D1 H2 H3", selected: "a", want: "c FailedOver" },
  {
    name: "leaves for a known standby before an Unknown one",
    targets: "D0 U1 H2",
    selected: "a",
    want: "c FailedOver",
  },
  { name: "leaves for an Unknown standby if there is no other", targets: "D0 U1", selected: "a", want: "b FailedOver" },
  { name: "leaves for a standby that isn't checked", targets: "D0 s1", selected: "a", want: "b FailedOver" },
  { name: "one of two equal targets stays", targets: "D0 H0 H1", selected: "ab", want: "b Initial" },
  { name: "an equal target joins again at once", targets: "H0@0 H0 H1", selected: "b", want: "ab Initial" },
  { name: "all unhealthy: what is selected remains", targets: "D0 D1", selected: "b", want: "b Initial all unhealthy" },
  {
    name: "all unhealthy, and what was selected isn't eligible: the best that has addresses",
    targets: "D0 -1",
    selected: "b",
    want: "a Changed all unhealthy",
  },
  { name: "nothing is eligible: what is selected remains", targets: "-0 -1", selected: "b", want: "b Initial" },
  { name: "the selected target is removed from the spec", targets: "H0 H1", selected: "z", want: "a Changed" },
  { name: "a better target for 4 of 5 min", targets: "H0@4 H1", selected: "b", want: "b Initial" },
  { name: "a better target for 5 min", targets: "H0@5 H1", selected: "b", want: "a FailedBack" },
  { name: "a better target that is Unknown", targets: "U0 H1", selected: "b", want: "b Initial" },
  {
    name: "the selected standby dies before the better target has been healthy for long enough",
    targets: "H0@1 D1",
    selected: "b",
    want: "a FailedBack",
  },
  {
    name: "of two better targets only the worse has been healthy for long enough",
    targets: "H0@1 H1@6 H2",
    selected: "c",
    want: "b FailedBack",
  },
  {
    name: "of two better targets only the worse has been healthy, for exactly long enough",
    targets: "H0@1 H1@5 H2",
    selected: "c",
    want: "b FailedBack",
  },
  {
    name: "mode Manual",
    targets: "H0 H1",
    selected: "b",
    more: { failback: { mode: "Manual", afterMs: 0 } },
    want: "b Initial",
  },
  {
    name: "mode Manual leaves an unhealthy standby",
    targets: "H0 D1",
    selected: "b",
    more: { failback: { mode: "Manual", afterMs: 0 } },
    want: "a FailedBack",
  },
  {
    name: "failback.after 0s",
    targets: "H0@0 H1",
    selected: "b",
    more: { failback: { mode: "Automatic", afterMs: 0 } },
    want: "a FailedBack",
  },
  {
    name: "two switches this hour delay nothing",
    targets: "H0@5 H1",
    selected: "b",
    more: { switches: [NOW - 1, NOW - 2] },
    want: "a FailedBack",
  },
  {
    name: "the third switch this hour doubles the time",
    targets: "H0@9.9 H1",
    selected: "b",
    more: { switches: [NOW - 1, NOW - 2, NOW - 3] },
    want: "b Initial",
  },
  {
    name: "after the doubled time",
    targets: "H0@10 H1",
    selected: "b",
    more: { switches: [NOW - 1, NOW - 2, NOW - 3] },
    want: "a FailedBack",
  },
  {
    name: "damping never delays leaving",
    targets: "D0 H1",
    selected: "a",
    more: { switches: Array.from({ length: 20 }, () => NOW - 1) },
    want: "b FailedOver",
  },
  { name: "Merge: all healthy targets", targets: "H0 U0 D0", more: { selection: "Merge" }, want: "ab Initial" },
  {
    name: "Merge: a target is left out",
    targets: "H0 D0",
    selected: "ab",
    more: { selection: "Merge" },
    want: "a FailedOver",
  },
  {
    name: "Merge: and returns",
    targets: "H0 H0@0",
    selected: "a",
    more: { selection: "Merge" },
    want: "ab FailedBack",
  },
  {
    name: "Merge: all unhealthy",
    targets: "D0 D0",
    selected: "a",
    more: { selection: "Merge" },
    want: "a Initial all unhealthy",
  },
  {
    name: "Weighted: all healthy targets",
    targets: "H0w9 U0w1 D0w1 H0w0",
    more: { selection: "Weighted" },
    want: "ab Initial",
  },
  {
    name: "Weighted: weight 0 only when every other target is unhealthy",
    targets: "D0w9 D0w1 H0w0 H0w0",
    selected: "ab",
    more: { selection: "Weighted" },
    want: "cd FailedOver",
  },
  {
    name: "Weighted: and back",
    targets: "D0w9 H0w1@0 H0w0",
    selected: "c",
    more: { selection: "Weighted" },
    want: "b FailedBack",
  },
  {
    name: "Weighted: another weight is no outage",
    targets: "H0w9 H0w0",
    selected: "ab",
    more: { selection: "Weighted" },
    want: "a Changed",
  },
  {
    name: "Weighted: a weight above 0 for a target that was healthy all the time",
    targets: "H0w9 H0w1",
    selected: "a",
    more: { selection: "Weighted" },
    want: "ab Changed",
  },
  {
    name: "Weighted: all unhealthy",
    targets: "D0w1 D0w0",
    more: { selection: "Weighted" },
    want: "a Initial all unhealthy",
  },
  { name: "first: weight 0 waits among equal priorities", targets: "H0w0 H0w1 H1", want: "b Initial" },
  {
    name: "weight 0 comes before the next priority",
    targets: "H0w0 D0w1 H1",
    selected: "b",
    want: "a FailedOver",
  },
  {
    name: "weight 0 leaves again at once",
    targets: "H0w0 H0w1@0 H1",
    selected: "a",
    want: "b FailedBack",
  },
  {
    name: "the return leaves out weight 0",
    targets: "H0w0 H0w1 H1",
    selected: "c",
    want: "b FailedBack",
  },
  { name: "Merge: waits for the first results", targets: "H0 …0", more: { selection: "Merge" }, want: "nothing" },
];

for (const { name, targets, selected = "", more, want } of cases) {
  test(`${name} (${targets}, selected ${selected || "nothing"}): ${want}`, () => {
    const { selected: chosen, isAllUnhealthy } = selectFrom(targets, { ...more, selected });
    const text = chosen === undefined ? "nothing" : `${chosen.targets.join("")} ${chosen.reason}`;
    assert.equal(`${text}${isAllUnhealthy ? " all unhealthy" : ""}`, want);
  });
}

test("the time of the return is that at which the same input selects the better target", () => {
  const { failbackAt, changesAt } = selectFrom("H0@1 H1", { selected: "b" });
  assert.equal(failbackAt, NOW + 4 * MINUTE);
  assert.equal(changesAt, failbackAt);
  assert.equal(selectFrom("H0@5 H1", { selected: "b" }).changesAt, undefined);
});

test("the delay is at most an hour, and shorter when a switch is more than an hour ago", () => {
  const many = Array.from({ length: 12 }, (_, index) => NOW - index * MINUTE);
  const { failbackAt } = selectFrom("H0@0 H1", { selected: "b", switches: many });
  assert.ok(failbackAt !== undefined && failbackAt <= NOW + 60 * MINUTE && failbackAt > NOW + 49 * MINUTE);
});

const kinds = fc.tuple(
  fc.constantFrom("H", "D", "U", "-", "…", "?", "s"),
  fc.nat(3),
  fc.constantFrom("", "w0", "w1", "w9"),
  fc.nat(120),
);
const inputs = fc.record({
  words: fc.array(kinds, { minLength: 1, maxLength: 5 }),
  selected: fc.subarray(["a", "b", "c", "d", "e"]),
  switches: fc.array(fc.integer({ min: 0, max: 3_600_000 }), { maxLength: 6 }),
  selection: fc.constantFrom("Failover" as const, "Merge" as const, "Weighted" as const),
});

type Drawn = typeof inputs extends fc.Arbitrary<infer Value> ? Value : never;

function play({ words, selected, switches, selection }: Drawn): readonly [SelectInput, Selection] {
  const input: SelectInput = {
    selection,
    failback: { mode: "Automatic", afterMs: AFTER },
    candidates: candidates(
      words.map(([kind, priority, weight, minutes]) => `${kind}${priority}${weight}@${minutes}`).join(" "),
    ),
    current: current(selected.slice(0, words.length).join("")),
    switches: switches.map((ago) => NOW - ago),
    now: NOW,
  };
  return [input, select(input)];
}

test("a selection is never empty, and never has a target without addresses while another one has some", () => {
  fc.assert(
    fc.property(inputs, (drawn) => {
      const [input, { selected }] = play(drawn);
      const pending = input.candidates.some(({ isPending }) => isPending);
      const eligible = input.candidates.filter(({ isEligible }) => isEligible).map(({ name }) => name);
      assert.ok(selected === undefined || selected.targets.length > 0);
      assert.ok(selected !== undefined || eligible.length === 0 || pending);
      if (eligible.length > 0 && !pending) {
        assert.ok(selected?.targets.every((name) => eligible.includes(name)));
      }
    }),
  );
});

test("a healthy target is never left for an unhealthy one, and the same input gives the same value", () => {
  fc.assert(
    fc.property(inputs, (drawn) => {
      const [input, selection] = play(drawn);
      const healthy = input.candidates.filter(({ isEligible, health }) => isEligible && health !== "Unhealthy");
      const chosen = input.candidates.filter(({ name }) => selection.selected?.targets.includes(name));
      const pending = input.candidates.some(({ isPending }) => isPending);
      assert.ok(healthy.length === 0 || pending || chosen.every(({ health }) => health !== "Unhealthy"));
      assert.deepEqual(select(input), selection);
    }),
  );
});

test("a decision is stable: with its result as the current selection nothing changes", () => {
  fc.assert(
    fc.property(inputs, (drawn) => {
      const [input, { selected }] = play(drawn);
      if (selected !== undefined) {
        const again = select({ ...input, current: selected }).selected;
        assert.deepEqual(again?.targets, selected.targets);
      }
    }),
  );
});
