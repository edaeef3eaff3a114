import type { Millis } from "../../src/base/clock.ts";
import { type Name, parseName } from "../../src/dns/name/name.ts";
import type { FailureReason, LookupResult, TargetKey } from "../../src/dns/lookup-result.ts";
import type { TargetAnswer } from "../../src/plan/target-answer.ts";
import { answerOf } from "../../src/plan/hold/answer-of.ts";
import { freshState, type HoldState } from "../../src/plan/hold/state.ts";
import { step } from "../../src/plan/hold/step.ts";

export const KEY: TargetKey = { target: parseName("cdn.example.net"), family: "A", view: "default" };

/** A positive reading; addresses as one text, "a b c". */
export function found(
  addresses: string,
  options: {
    readonly ttl?: number;
    readonly maxTtl?: number;
    readonly server?: string;
    readonly chain?: readonly Name[];
  } = {},
): LookupResult {
  return {
    kind: "positive",
    chain: options.chain ?? [KEY.target],
    addresses: addresses.split(" "),
    ttl: options.ttl ?? 60,
    maxTtl: options.maxTtl ?? options.ttl ?? 60,
    server: options.server ?? "s1",
    authenticated: false,
  };
}

/** An empty reading. */
export function empty(
  kind: "nodata" | "nxdomain" = "nodata",
  options: { readonly negativeTtl?: number; readonly server?: string } = {},
): LookupResult {
  return { kind, chain: [KEY.target], negativeTtl: options.negativeTtl ?? 30, server: options.server ?? "s1" };
}

export function failed(reason: FailureReason = "timeout", chain: readonly Name[] = []): LookupResult {
  return { kind: "failure", reason, detail: `${reason} for a test`, chain };
}

export interface PlayOptions {
  readonly from?: HoldState;
  readonly serverCount?: number;
  /** No jitter and no spread unless told. */
  readonly random?: number;
  readonly sibling?: TargetAnswer;
}

/** The state after each reading, which come at the given seconds. */
export function play(
  readings: readonly (readonly [atSeconds: number, reading: LookupResult])[],
  options: PlayOptions = {},
): readonly HoldState[] {
  const states: HoldState[] = [];
  let state = options.from ?? freshState(KEY, 0);
  for (const [atSeconds, reading] of readings) {
    state = step(state, reading, {
      now: atSeconds * 1000,
      random: () => options.random ?? 0,
      serverCount: options.serverCount ?? 2,
      sibling: options.sibling,
    });
    states.push(state);
  }
  return states;
}

/** The state after the last reading. */
export function playOut(
  readings: readonly (readonly [atSeconds: number, reading: LookupResult])[],
  options: PlayOptions = {},
): HoldState {
  const last = play(readings, options).at(-1);
  if (last === undefined) {
    throw new Error("no readings to play");
  }
  return last;
}

/** What is published after each reading: "a b". */
export function published(states: readonly HoldState[]): readonly string[] {
  return states.map((state) => answerOf(state).addresses.join(" "));
}

/** Milliseconds from a moment in seconds to the next look-up. */
export function waitFrom(state: HoldState, atSeconds: number): Millis {
  return state.nextAt - atSeconds * 1000;
}
