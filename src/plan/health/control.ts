import type { Millis } from "../../base/clock.ts";
import type { Family } from "../../dns/record.ts";

/** One successful check. */
export interface Success {
  readonly address: string;
  readonly at: Millis;
}

/**
 * The last successful checks of this replica, by family: the last check of each of two addresses, the newer check first. Two are
 * enough, because a control is any address except the one that failed.
 */
export type Controls = Readonly<Partial<Record<Family, readonly Success[]>>>;

export const NO_CONTROLS: Controls = {};

const REMEMBERED = 2;

/** The controls after a successful check. */
export function recordSuccess(controls: Controls, family: Family, success: Success): Controls {
  const others = (controls[family] ?? []).filter(({ address }) => address !== success.address);
  return { ...controls, [family]: [success, ...others].slice(0, REMEMBERED) };
}

/**
 * Returns a successful check which shows that the network of this replica isn't the cause of a failure. It is a check of another
 * address of the same family, at most `windowMs` ago. Undefined: there is no such check, and the failure is not evidence.
 */
export function controlFor(controls: Controls, { family, address, now, windowMs }: ControlQuery): Success | undefined {
  return controls[family]?.find((success) => success.address !== address && now - success.at <= windowMs);
}

/** Whether any address of the family was reached within the window. */
export function hasControl(controls: Controls, { family, now, windowMs }: Omit<ControlQuery, "address">): boolean {
  return controls[family]?.some(({ at }) => now - at <= windowMs) === true;
}

export interface ControlQuery {
  readonly family: Family;
  readonly address: string;
  readonly now: Millis;
  /** Period plus timeout of the check that failed. */
  readonly windowMs: Millis;
}
