import assert from "node:assert/strict";
import { test } from "node:test";
import {
  deferred,
  failed,
  recordHeld,
  recordInputProblem,
  recordLeftBehind,
  recordRefusals,
  settleAs,
  type FindingDeps,
} from "../../../../src/controller/zone/findings.ts";
import { roundEnded } from "../../../../src/controller/zone/state/planned.ts";
import { newZoneState, replace, type ZoneState } from "../../../../src/controller/zone/state/zone-state.ts";
import { displayName, parseName } from "../../../../src/dns/name/name.ts";
import type { Refusal } from "../../../../src/plan/change.ts";
import type { Guarded } from "../../../../src/plan/guard.ts";
import type { InputProblem } from "../../../../src/providers/provider.ts";
import { zone } from "../../../support/objects.ts";
import { observedSets } from "../../../support/observed-sets.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { silentLogger } from "../../../support/silent-logger.ts";
import { silentObserver } from "../../../support/silent-observer.ts";

interface Play {
  readonly state: ZoneState;
  readonly deps: FindingDeps;
  /** What was told since the last call: Events, gauge, log lines, and changed statuses. */
  readonly told: () => readonly string[];
}

function play(): Play {
  const lines: string[] = [];
  const state = newZoneState(zone("dns/com", "example.com"), {
    id: "memory",
    read: async () => assert.fail("nothing is read"),
    apply: async () => assert.fail("nothing is written"),
  });
  const deps: FindingDeps = {
    log: { ...silentLogger, warn: (_fields, message) => void lines.push(`log: ${message}`) },
    reporter: {
      event: ({ meta }, { type, reason, message }) =>
        void lines.push(`${meta.namespace}/${meta.name}: ${type} ${reason}: ${message}`),
    },
    observer: { ...silentObserver(), held: (key, isHeld) => void lines.push(`held ${key} ${isHeld}`) },
    onChanged: (key, names) => void lines.push(`changed ${key}: ${names?.map(displayName).join() ?? "all"}`),
  };
  return { state, deps, told: () => lines.splice(0) };
}

function held(hash: string): Guarded {
  return { kind: "held", hash, deletes: 30, of: 90, message: `plan ${hash} is held`, writes: [] };
}

test("a plan that is held is an Event once; another plan that is held is another Event", () => {
  const { state, deps, told } = play();
  recordHeld(deps, state, held("a"));
  assert.deepEqual(told(), ["held dns/com true", "log: deletes held", "dns/com: Warning PlanHeld: plan a is held"]);
  replace(state, { planned: roundEnded(state.planned, { kind: "held", hash: "a", message: "" }) });
  recordHeld(deps, state, held("a"));
  assert.deepEqual(told(), ["held dns/com true"]);
  recordHeld(deps, state, held("b"));
  assert.deepEqual(told().at(-1), "dns/com: Warning PlanHeld: plan b is held");
});

test("a plan that is held again after it was written is an Event again", () => {
  const { state, deps, told } = play();
  replace(state, { planned: roundEnded(state.planned, { kind: "held", hash: "a", message: "" }) });
  recordHeld(deps, state, { kind: "pass", writes: [] });
  assert.deepEqual(told(), ["held dns/com false"]);
  replace(state, { planned: roundEnded(state.planned, { kind: "ok" }) });
  recordHeld(deps, state, held("a"));
  assert.equal(told().length, 3);
});

test("a mistake in the base zone is an Event when it begins and when it changes, and its end is in the status", () => {
  const { state, deps, told } = play();
  const problem = (message: string): InputProblem => ({ reason: "BaseZoneInvalid", message });
  const read = (inputProblem: InputProblem | undefined): readonly string[] => {
    const before = state.observed.inputProblem;
    replace(state, { observed: observedSets([], { inputProblem }) });
    recordInputProblem(deps, state, before);
    return told();
  };
  assert.deepEqual(read(problem("line 3")), [
    "log: zone input not used",
    "dns/com: Warning BaseZoneInvalid: line 3",
    "changed dns/com: ",
  ]);
  assert.deepEqual(read(problem("line 3")), []);
  assert.deepEqual(read(problem("line 4"))[1], "dns/com: Warning BaseZoneInvalid: line 4");
  assert.deepEqual(read(undefined), ["changed dns/com: "]);
  assert.deepEqual(read(undefined), [], "a zone without a mistake says nothing");
});

test("names whose refusal begins, changes, or ends have their statuses written, each once", () => {
  const { state, deps, told } = play();
  const refusal = (name: string, message: string, type: "A" | "AAAA" = "A"): Refusal => ({
    kind: "refuse",
    name: parseName(name),
    type,
    reason: "ForeignRecord",
    message,
  });
  const both = [refusal("a.example.com", "x"), refusal("a.example.com", "x", "AAAA")];
  recordRefusals(deps, state, { refusals: both, rejected: [] });
  assert.deepEqual(told(), ["changed dns/com: a.example.com"]);
  recordRefusals(deps, state, { refusals: both.slice(0, 1), rejected: both.slice(1) });
  assert.deepEqual(told(), []);
  recordRefusals(deps, state, {
    refusals: [refusal("a.example.com", "y"), refusal("b.example.com", "x")],
    rejected: [],
  });
  assert.deepEqual(told(), ["changed dns/com: a.example.com,b.example.com"]);
  recordRefusals(deps, state, { refusals: [], rejected: [] });
  assert.deepEqual(told(), ["changed dns/com: a.example.com,b.example.com"]);
  assert.deepEqual(state.planned.refusals, []);
});

test("records that stay at a former place are an Event of the leader, where there are any", () => {
  const { state, deps, told } = play();
  const left = (names: number, isLeader = true): readonly string[] => {
    recordLeftBehind(deps, state, { provider: "powerDNS", names }, isLeader);
    return told();
  };
  assert.deepEqual(left(0), []);
  assert.deepEqual(left(3, false), []);
  recordLeftBehind(deps, state, undefined, true);
  assert.deepEqual(told(), []);
  assert.match(left(2).at(-1) ?? "", /The records of 2 hostnames remain at powerDNS/);
  assert.deepEqual(left(1), [
    "log: records remain at a former provider",
    "dns/com: Warning RecordsLeft: The records of 1 hostname remain at powerDNS, the former provider of this DnsZone. Remove them there when no client queries it any more.",
  ]);
});

const NOW = 1_000_000;

function settling(): Play & { readonly settle: Parameters<typeof settleAs>[0] } {
  const one = play();
  return { ...one, settle: { ...one.deps, clock: fakeClock(NOW) } };
}

test("a round ends with its outcome: a refusal is an Event once, and a new outcome changes all statuses", () => {
  const { state, settle, told } = settling();
  const refused = (message: string): ReturnType<typeof settleAs> =>
    settleAs(settle, state, { kind: "refused", reason: "Forbidden", message }, { afterMs: 60_000 });
  assert.deepEqual(refused("no"), { requeue: { afterMs: 60_000 } });
  assert.deepEqual(told(), ["log: zone refused", "dns/com: Warning Forbidden: no", "changed dns/com: all"]);
  refused("no");
  assert.deepEqual(told(), []);
  refused("never");
  assert.deepEqual(told(), ["log: zone refused", "dns/com: Warning Forbidden: never", "changed dns/com: all"]);
  settleAs(settle, state, { kind: "ok" }, { afterMs: 1 });
  assert.deepEqual(told(), ["changed dns/com: all"]);
  assert.deepEqual(state.planned.outcome, { kind: "ok" });
});

test("a failure is an Event when it begins, keeps its beginning, and gives the backend half a second at least", async () => {
  const { state, settle, told } = settling();
  const clock = fakeClock(NOW);
  const deps = { ...settle, clock };
  assert.deepEqual(failed(deps, state, { kind: "failed", message: "503" }), { requeue: "backoff" });
  assert.deepEqual(told(), ["log: zone not applied", "dns/com: Warning WriteFailed: 503", "changed dns/com: all"]);
  assert.deepEqual(
    [state.planned.outcome, state.handle.notBefore],
    [{ kind: "failed", message: "503", since: NOW }, NOW + 500],
  );
  await clock.advance(10_000);
  const again = failed(deps, state, { kind: "failed", message: "502", retryAfterMs: 7_000 });
  assert.deepEqual(again, { requeue: { afterMs: 7_000 } });
  assert.deepEqual(told(), ["log: zone not applied"]);
  assert.deepEqual(
    [state.planned.outcome, state.handle.notBefore],
    [{ kind: "failed", message: "502", since: NOW }, NOW + 17_000],
  );
  failed(deps, state, { kind: "failed", message: "502", retryAfterMs: 1 });
  assert.equal(state.handle.notBefore, NOW + 10_500);
});

const DEFERRALS: readonly (readonly [
  retryAfterMs: number | undefined,
  pending: boolean,
  afterMs: number,
  isTold: boolean,
])[] = [
  [undefined, true, 500, false],
  [1, true, 250, false],
  [400, true, 400, false],
  [10_000, true, 10_000, false],
  [10_001, true, 10_001, true],
  [10_001, false, 10_001, false],
];

for (const [retryAfterMs, pending, afterMs, isTold] of DEFERRALS) {
  test(`a ${pending ? "new" : "planned"} zone that is to wait ${retryAfterMs ?? "any"} ms comes again after ${afterMs} ms`, () => {
    const { state, settle, told } = settling();
    replace(state, { planned: roundEnded(state.planned, pending ? { kind: "pending" } : { kind: "ok" }) });
    const failure = { kind: "failed", message: "wait", ...(retryAfterMs !== undefined && { retryAfterMs }) } as const;
    assert.deepEqual(deferred(settle, state, failure), { requeue: { afterMs } });
    assert.equal(told().length > 0, isTold);
    assert.equal(state.planned.outcome.kind, isTold ? "failed" : pending ? "pending" : "ok");
  });
}
