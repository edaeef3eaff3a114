import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Condition } from "../../../../src/api/condition/condition.ts";
import { readyFrom, setCondition, summarize, type Finding } from "../../../../src/api/condition/summarize.ts";
import { REASONS } from "../../../../src/api/condition/reason.ts";

const NOON = Date.parse("2026-11-24T12:00:00.900Z");
const NOON_TEXT = "2026-11-24T12:00:00Z";

const accepted = yes("Accepted");
const resolved = yes("Resolved");
const programmed = yes("Programmed");

interface Row {
  readonly name: string;
  readonly findings: { readonly accepted: Finding; readonly resolved?: Finding; readonly programmed?: Finding };
  readonly paused?: boolean;
  readonly previous?: readonly Condition[];
  /** "Ready=True Ready": of Ready, Reconciling and Stalled, those that stand. */
  readonly want: readonly string[];
}

const rows: readonly Row[] = [
  { name: "all is well", findings: { accepted, resolved, programmed }, want: ["Ready=True Ready"] },
  {
    name: "all is well with a zone, which resolves nothing",
    findings: { accepted, programmed },
    want: ["Ready=True Ready"],
  },
  {
    name: "at first sight nothing is known",
    findings: { accepted, resolved: open("Resolving"), programmed: open("Pending") },
    want: ["Ready=Unknown Resolving", "Reconciling=True Resolving"],
  },
  {
    name: "not even whether it is accepted",
    findings: { accepted: open("Pending") },
    want: ["Ready=Unknown Pending", "Reconciling=True Pending"],
  },
  {
    name: "a mistake in the spec needs a user",
    findings: { accepted: no("Invalid"), resolved, programmed },
    want: ["Ready=False Invalid", "Stalled=True Invalid"],
  },
  {
    name: "a missing zone may come with the same apply",
    findings: { accepted: no("NoZone"), resolved, programmed: no("NothingToPublish") },
    want: ["Ready=False NoZone", "Reconciling=True NoZone"],
  },
  {
    name: "failing look-ups are tried again",
    findings: { accepted, resolved: no("LookupFailed"), programmed },
    want: ["Ready=False LookupFailed", "Reconciling=True LookupFailed"],
  },
  {
    name: "a change on its way",
    findings: { accepted, resolved, programmed: no("Propagating") },
    want: ["Ready=False Propagating", "Reconciling=True Propagating"],
  },
  {
    name: "the first failing condition gives Ready its reason, the first that needs a user gives it to Stalled",
    findings: { accepted, resolved: no("LookupFailed"), programmed: no("BaseZoneInvalid") },
    want: ["Ready=False LookupFailed", "Stalled=True BaseZoneInvalid"],
  },
  {
    name: "False goes before Unknown",
    findings: { accepted, resolved: open("Resolving"), programmed: no("Forbidden") },
    want: ["Ready=False Forbidden", "Stalled=True Forbidden"],
  },
  {
    name: "a reason that nobody knows is not called stalled",
    findings: { accepted, resolved, programmed: no("Newfangled") },
    want: ["Ready=False Newfangled", "Reconciling=True Newfangled"],
  },
  {
    name: "paused keeps Ready as it was",
    findings: { accepted: yes("Paused"), resolved: no("LookupFailed"), programmed },
    paused: true,
    previous: [standing("Ready", "True")],
    want: ["Ready=True Paused"],
  },
  {
    name: "paused from the start",
    findings: { accepted: yes("Paused"), resolved: open("Resolving"), programmed: no("NothingToPublish") },
    paused: true,
    want: ["Ready=Unknown Paused"],
  },
  {
    name: "paused and in conflict: the conflict counts",
    findings: { accepted: no("HostnameConflict"), resolved, programmed },
    paused: true,
    previous: [standing("Ready", "True")],
    want: ["Ready=False HostnameConflict", "Stalled=True HostnameConflict"],
  },
];

describe("Ready, Reconciling and Stalled:", () => {
  for (const { name, findings, paused = false, previous = [], want } of rows) {
    test(name, () => {
      const composed = summarize({ ...findings, paused, generation: 7, previous, now: NOON }).filter(
        ({ type }) => type === "Ready" || type === "Reconciling" || type === "Stalled",
      );
      assert.deepEqual(
        composed.map(({ type, status, reason }) => `${type}=${status} ${reason}`),
        want,
      );
    });
  }

  test("every reason whose turn is a user's makes a False finding stall, and no other does", () => {
    const stalls = REASONS.filter(({ reason }) =>
      summarize({ accepted: no(reason), paused: false, generation: 1, previous: [], now: NOON }).some(
        ({ type }) => type === "Stalled",
      ),
    );
    assert.deepEqual(
      stalls,
      REASONS.filter(({ turn }) => turn === "user"),
    );
  });
});

test("the findings stand as conditions of the generation, and an absent one does not", () => {
  const conditions = summarize({ accepted, programmed, paused: false, generation: 7, previous: [], now: NOON });
  assert.deepEqual(conditions[0], {
    type: "Accepted",
    status: "True",
    reason: "Accepted",
    message: "Because of Accepted.",
    observedGeneration: 7,
    lastTransitionTime: NOON_TEXT,
  });
  assert.deepEqual(
    conditions.map(({ type }) => type),
    ["Accepted", "Programmed", "Ready"],
  );
});

test("the same findings later are the same conditions", () => {
  const findings = { accepted, resolved: no("LookupFailed"), programmed, paused: false, generation: 7 };
  const first = summarize({ ...findings, previous: [], now: NOON });
  assert.deepEqual(summarize({ ...findings, previous: first, now: NOON + 60_000 }), first);
});

test("Ready says what Programmed says, of a zone that is not programmed yet what Accepted says", () => {
  const rest = { paused: false, previous: [] };
  assert.equal(readyFrom({ accepted, programmed, ...rest }).message, "because of Programmed");
  assert.equal(readyFrom({ accepted, ...rest }).message, "because of Accepted");
});

test("lastTransitionTime moves with the status and not with reason, message or generation", () => {
  const next = { type: "Ready" as const, reason: "New", message: "new", observedGeneration: 8 };
  const before = [standing("Ready", "False"), standing("Accepted", "True")];
  assert.equal(setCondition(before, { ...next, status: "False" }, NOON).lastTransitionTime, "2026-01-01T00:00:00Z");
  assert.equal(setCondition(before, { ...next, status: "True" }, NOON).lastTransitionTime, NOON_TEXT);
  assert.equal(setCondition([], { ...next, status: "True" }, NOON).lastTransitionTime, NOON_TEXT);
});

test("a message of many statements is cut between two of them, and says how many more there are", () => {
  const cut = (separator: string): string => {
    const message = Array.from({ length: 64 }, (_, index) => `${index} ${"x".repeat(250)}`).join(separator);
    const finding = { ...accepted, message };
    return summarize({ accepted: finding, paused: false, generation: 1, previous: [], now: NOON })[0]?.message ?? "";
  };
  for (const separator of [". ", "; ", ", "]) {
    const message = cut(separator);
    assert.ok(message.length <= 4096 && message.length > 3_800, `${message.length}`);
    const shown = message.split(separator).length - 1;
    assert.equal(message.split(separator).at(-1), `and ${64 - shown} more.`);
  }
});

test("a message that is too long is cut", () => {
  const finding = { ...accepted, message: "x".repeat(40_000) };
  const [first] = summarize({ accepted: finding, paused: false, generation: 1, previous: [], now: NOON });
  assert.equal(first?.message.length, 4096);
});

function yes(reason: string): Finding {
  return { status: "True", reason, message: `because of ${reason}` };
}

function no(reason: string): Finding {
  return { status: "False", reason, message: `because of ${reason}` };
}

function open(reason: string): Finding {
  return { status: "Unknown", reason, message: `because of ${reason}` };
}

function standing(type: Condition["type"], status: Condition["status"]): Condition {
  return {
    type,
    status,
    reason: "Old",
    message: "old",
    observedGeneration: 1,
    lastTransitionTime: "2026-01-01T00:00:00Z",
  };
}
