import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec } from "../../../../src/api/dns-alias.ts";
import type { ObservedTarget } from "../../../../src/controller/health/observed-targets.ts";
import { steer } from "../../../../src/controller/health/steer.ts";
import { steeringEvents } from "../../../../src/controller/health/steering-events.ts";
import { restoredState, type SteeringState } from "../../../../src/controller/health/steering-state.ts";
import { parseName } from "../../../../src/dns/name/name.ts";
import { steeredAlias } from "../../../support/steering-play.ts";
import { NOW, observed, states } from "./observed.ts";

const MINUTE = 60_000;
const MAIN = ["11.0.0.1", "11.0.0.2"];
const SECOND = ["11.0.0.8", "11.0.0.9"];

interface Step {
  readonly main: string;
  readonly second?: string;
  readonly of?: Readonly<Record<"main" | "second", Partial<ObservedTarget>>>;
  readonly spec?: Partial<AliasSpec>;
  readonly isShared?: boolean;
  readonly minutes?: number;
}

/** Plays decisions one after the other, and returns the Events of each as "Type Reason: message". */
function play(steps: readonly Step[], from?: SteeringState): readonly (readonly string[])[] {
  let state = from;
  return steps.map(({ main, second = "HH", of, spec, isShared = false, minutes = 0 }) => {
    const shop = steeredAlias(spec);
    const now = NOW + minutes * MINUTE;
    const before = state ?? restoredState(shop, NOW - MINUTE);
    const steered = steer({
      alias: shop,
      state: before,
      targets: [
        { name: "main", addresses: MAIN, letters: main, priority: 0 },
        { name: "second", addresses: SECOND, letters: second, priority: shop.spec.selection === "Merge" ? 0 : 1 },
      ].map(({ name, letters, ...rest }) => {
        const target = observed(name, { ...rest, ...(name === "main" ? of?.main : of?.second) });
        return { target, addresses: states(target.addresses, letters), refused: [] };
      }),
      hasOutsideControl: false,
      now,
    });
    const sharedHostname = isShared ? parseName("example.com") : undefined;
    const { events, state: after } = steeringEvents({ alias: shop, before, sharedHostname, now }, steered);
    state = after;
    return events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  });
}

const WELL = { main: "HH" };
const DEAD = "Warning TargetUnhealthy: Target main is unhealthy: no address answers: HTTP 503.";
const OVER = "Warning FailedOver: Switched from main to second: no address answers: HTTP 503.";
const BACK = "Normal FailedBack: Returned from second to main.";
const ALIVE = "Normal TargetHealthy: Target main is healthy again.";

describe("an outage", () => {
  test("is reported once, with its cause, and so is its end", () => {
    assert.deepEqual(
      play([
        WELL,
        { main: "DD", minutes: 1 },
        { main: "DD", minutes: 2 },
        { main: "HH", minutes: 3 },
        { main: "HH", minutes: 8 },
      ]),
      [[], [DEAD, OVER], [], [ALIVE], [BACK]],
    );
  });

  test("of a standby is no switch", () => {
    assert.deepEqual(play([WELL, { main: "HH", second: "DD" }]), [
      [],
      ["Warning TargetUnhealthy: Target second is unhealthy: no address answers: HTTP 503."],
    ]);
  });

  test("of a target whose first checks run isn't followed by a report that it is healthy again", () => {
    assert.deepEqual(play([{ main: "UU", second: "UU" }, WELL]), [[], []]);
  });

  test("with Merge names what is left", () => {
    const spec = { selection: "Merge" } as const;
    assert.deepEqual(
      play([
        { ...WELL, spec },
        { main: "DD", spec },
      ])[1],
      [DEAD, "Warning FailedOver: Switched from main, second to second: no address answers: HTTP 503."],
    );
  });
});

test("a target without addresses is left for that reason", () => {
  const of = { main: { isEligible: false, addresses: [] }, second: {} };
  assert.deepEqual(play([WELL, { main: "", of }]), [
    [],
    ["Warning FailedOver: Switched from main to second: it has no addresses any more."],
  ]);
});

test("a target without a check has no verdict that could be reported", () => {
  const of = { main: { check: undefined }, second: {} };
  assert.deepEqual(play([WELL, { main: "NN", of }]), [[], []]);
});

describe("a delayed return", () => {
  const spec = { failback: { mode: "Automatic", afterMs: MINUTE } } as const;
  const flap = (minutes: number): readonly Step[] => [
    { main: "DD", spec, minutes },
    { main: "HH", spec, minutes: minutes + 1 },
    { main: "HH", spec, minutes: minutes + 2 },
  ];

  test("is reported once for each switch", () => {
    const delayed = (switches: number, minutes: number): string =>
      `Normal FailbackDelayed: ${switches} switches in the last hour, so a better target is selected only after it has been healthy for ${minutes} min.`;
    assert.deepEqual(
      play([
        { ...WELL, spec },
        ...flap(1),
        ...flap(4),
        { main: "HH", spec, minutes: 7 },
        ...flap(8).slice(0, 2),
        { main: "HH", spec, minutes: 10 },
      ]),
      [
        [],
        [DEAD, OVER],
        [ALIVE],
        [BACK],
        [DEAD, OVER],
        [ALIVE, delayed(3, 2)],
        [],
        [BACK],
        [DEAD, OVER],
        [ALIVE, delayed(5, 8)],
        [],
      ],
    );
  });

  test("isn't reported if failback.after is as long", () => {
    const long = { failback: { mode: "Automatic", afterMs: 60 * MINUTE } } as const;
    const steps = [WELL, { main: "DD" }, WELL].map((step, index) => ({ ...step, spec: long, minutes: index }));
    assert.deepEqual(play(steps), [[], [DEAD, OVER], [ALIVE]]);
  });
});

describe("a standby without a family of the first choice", () => {
  const both = { addresses: ["11.0.0.1", "2001:db9::1"] };
  const LACK =
    "Warning StandbyLacksFamily: Standby second has no AAAA addresses. A switch to it deletes the AAAA records.";
  const of = { main: both, second: {} };

  test("is reported once", () => {
    assert.deepEqual(
      play([
        { ...WELL, of },
        { ...WELL, of },
      ]),
      [[LACK], []],
    );
  });

  test("is reported again if it had the family meanwhile", () => {
    const full = { main: both, second: both };
    assert.deepEqual(
      play([
        { ...WELL, of },
        { ...WELL, of: full },
        { ...WELL, of },
      ]),
      [[LACK], [], [LACK]],
    );
  });

  test("isn't reported while a lookup runs, or if the first choice lacks it", () => {
    const resolving = { main: both, second: { isResolving: true } };
    const other = { main: {}, second: both };
    const gone = { main: both, second: { isEligible: false } };
    for (const parts of [resolving, other, gone]) {
      assert.deepEqual(play([{ ...WELL, of: parts }]), [[]]);
    }
    assert.deepEqual(
      play([
        { ...WELL, of },
        { ...WELL, of: resolving },
        { ...WELL, of },
      ]),
      [[LACK], [], []],
    );
  });

  test("isn't reported with Merge", () => {
    assert.deepEqual(play([{ ...WELL, of, spec: { selection: "Merge" } }]), [[]]);
  });
});

test("a hostname that another alias has too is reported once, and again after it had been the only one", () => {
  const MERGED =
    "Normal SelectionMerged: Another DnsAlias has the hostname example.com too. Each selects its targets separately, and the results are merged.";
  const steps = [true, true, false, true].map((isShared) => ({ ...WELL, isShared }));
  assert.deepEqual(play(steps), [[MERGED], [], [], [MERGED]]);
});
