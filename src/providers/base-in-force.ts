import type { Millis } from "../base/clock.ts";
import type { BaseRead, BaseZone } from "./base-zone.ts";
import type { Failed, InputProblem } from "./provider.ts";
import type { TextRead } from "./text-store.ts";

/** The base zone in effect. With a `problem`, it is the last known good one. */
type BaseInForce =
  | { readonly kind: "ok"; readonly base: BaseZone; readonly problem?: InputProblem }
  | ({ readonly kind: "refused" } & InputProblem)
  | Failed;

export interface BaseInForceDeps {
  /** The location of the base zone, for users. */
  readonly location: string;
  readonly parse: (text: string) => BaseRead;
  readonly now: () => Millis;
}

/**
 * Decides after each read which base zone applies. `lastGood` returns the last valid base zone from any source. It is called only
 * if the base zone that was read can't be used.
 */
export type DecideBase = (read: TextRead, lastGood: () => BaseZone | undefined) => BaseInForce;

/** A failed read is retried for this long before the last known good base zone is used. */
const PATIENCE_MS: Millis = 60_000;

/**
 * If a base zone is invalid, missing, or unreadable, the last known good one remains in effect. Hostnames continue to follow
 * their targets.
 */
export function createBaseInForce({ location, parse, now }: BaseInForceDeps): DecideBase {
  let unreadableSince: Millis | undefined;
  return (read, lastGood) => {
    if (read.kind === "refused") {
      const message = `the base zone ${location} cannot be read: ${read.message}`;
      return orLastGood({ reason: read.reason, message }, lastGood());
    }
    if (read.kind === "failed") {
      unreadableSince ??= now();
      const base = now() - unreadableSince < PATIENCE_MS ? undefined : lastGood();
      const message = `the base zone ${location} cannot be read: ${read.message}`;
      return base === undefined ? read : { kind: "ok", base, problem: kept({ reason: "BaseZoneMissing", message }) };
    }
    unreadableSince = undefined;
    const parsed = read.text === undefined ? undefined : parse(read.text);
    if (parsed?.kind === "ok") {
      return parsed;
    }
    return orLastGood(parsed === undefined ? missing(location) : invalid(parsed.message), lastGood());
  };
}

function orLastGood(problem: InputProblem, base: BaseZone | undefined): BaseInForce {
  return base === undefined ? { kind: "refused", ...problem } : { kind: "ok", base, problem: kept(problem) };
}

function missing(location: string): InputProblem {
  const message = `the base zone does not exist: create ${location} with at least SOA and NS records`;
  return { reason: "BaseZoneMissing", message };
}

function invalid(message: string): InputProblem {
  return { reason: "BaseZoneInvalid", message };
}

function kept({ reason, message }: InputProblem): InputProblem {
  return { reason, message: `${message}. The last known good base zone remains in effect` };
}
