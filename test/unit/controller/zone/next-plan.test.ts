import assert from "node:assert/strict";
import { test } from "node:test";
import { changedByTime, changedLoops, nextPlanMs } from "../../../../src/controller/zone/next-plan.ts";
import { newZoneState, replace, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { movesDecided, planMade } from "../../../../src/controller/zone/state/planned.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import type { Contribution } from "../../../../src/plan/contribution.ts";
import type { ZonePlan } from "../../../../src/plan/zone-plan.ts";
import { alias, zone } from "../../../support/objects.ts";

const NOW = 1_800_000_000_000;
const SECOND = 1_000;
const RESYNC = 300 * SECOND;
const [A, B] = [parseName("a.example.com"), parseName("b.example.com")];

const CONTRIBUTION: Contribution = { sets: {}, keepPublished: [], usesFallback: false, targets: [] };

/** A plan whose aliases have verdicts that change at these times; undefined: never without an event. */
function plan(
  changes: Readonly<Record<string, number | undefined>> = {},
  loops: ZonePlan["loops"] = new Map(),
): ZonePlan {
  const contributions = Object.entries(changes).map(
    ([key, changesAt]) => [key, { ...CONTRIBUTION, ...(changesAt !== undefined && { changesAt }) }] as const,
  );
  return { names: [], claims: new Map(), contributions: new Map(contributions), loops };
}

test("a verdict that changed by time alone is that of all hostnames of its alias, once its time has come", () => {
  const aliases = new Map([
    ["web/past", alias("web/past", { hostnames: ["a.example.com", "b.example.com"] })],
    ["web/later", alias("web/later", { hostnames: ["c.example.com"] })],
  ]);
  const deps = {
    clock: { now: () => NOW, sleep: () => Promise.reject(new Error("no")) },
    aliasOf: (key: string) => aliases.get(key),
  };
  const before = plan({ "web/past": NOW, "web/later": NOW + 1, "web/never": undefined, "web/gone": NOW - 1 });
  assert.deepEqual(changedByTime(deps, before), [A, B]);
  assert.deepEqual(changedByTime(deps, undefined), []);
});

test("a loop is news when it begins, ends, or takes another path", () => {
  const none = plan();
  const short = plan({}, new Map([[A, [A, B]]]));
  const long = plan({}, new Map([[A, [A, parseName("c.example.com"), B]]]));
  assert.deepEqual(changedLoops(undefined, none), []);
  assert.deepEqual(changedLoops(undefined, short), [A]);
  assert.deepEqual(changedLoops(short, none), [A]);
  assert.deepEqual(changedLoops(short, long), [A]);
  assert.deepEqual(changedLoops(short, plan({}, new Map([[A, [A, B]]]))), []);
});

/** The milliseconds to the next round of a zone that was read some seconds ago. */
function waitOf(change: (state: ZoneState) => void = () => undefined, readAgo = 0): number {
  const state = newZoneState(zone("dns/com", "example.com"), {
    id: "test",
    read: () => Promise.reject(new Error("no")),
    apply: () => Promise.reject(new Error("no")),
  });
  replace(state, { observed: { ...state.observed, readAt: NOW - readAgo * SECOND } });
  change(state);
  return nextPlanMs({ clock: { now: () => NOW, sleep: () => Promise.reject(new Error("no")) } }, state);
}

const planned =
  (changes: Readonly<Record<string, number | undefined>>) =>
  (state: ZoneState): void =>
    replace(state, { planned: planMade(state.planned, plan(changes)) });

test("a backend is read again five minutes after the last read", () => {
  assert.equal(waitOf(), RESYNC);
  assert.equal(waitOf(undefined, 100), RESYNC - 100 * SECOND);
  assert.equal(waitOf(undefined, 400), 0, "at once if that time is over");
});

test("a zone with an input that can't be used is read again after a minute", () => {
  const problem = { reason: "BaseZoneInvalid", message: "line 3" } as const;
  const withProblem = (state: ZoneState): void =>
    replace(state, { observed: { ...state.observed, inputProblem: problem } });
  assert.equal(waitOf(withProblem), 60 * SECOND);
});

test("a zone is planned again when the first verdict changes, or a moving name must be decided", () => {
  assert.equal(waitOf(planned({ "web/a": NOW + 20_000, "web/b": NOW + 10_000, "web/c": undefined })), 10_000);
  assert.equal(waitOf(planned({ "web/a": NOW + 2 * RESYNC })), RESYNC);
  assert.equal(waitOf(planned({ "web/a": NOW - 1 })), 0);
  const moving = (state: ZoneState): void =>
    replace(state, { planned: movesDecided(state.planned, new Map(), NOW + 7_000) });
  assert.equal(waitOf(moving), 7_000);
});

test("a zone that was never read has five minutes from now on", () => {
  const unread = (state: ZoneState): void => replace(state, { observed: { ...state.observed, readAt: undefined } });
  assert.equal(waitOf(unread), RESYNC);
});
