import { createHash } from "node:crypto";
import type { Millis } from "../../base/clock.ts";

/** The time of the next check after `now`. A hash of the check's key sets the phase, so that checks don't begin together. */
export function nextCheckAt(key: string, periodMs: Millis, now: Millis): Millis {
  const phase = (createHash("sha256").update(key).digest().readUInt32BE(0) / 2 ** 32) * periodMs;
  const rounds = Math.floor((now - phase) / periodMs) + 1;
  return Math.ceil(phase + rounds * periodMs);
}

/** One kind of check at one address. */
export interface CheckLoad {
  readonly address: string;
  readonly periodMs: Millis;
}

export interface CheckBudget {
  /** The maximum number of checks per second, for all addresses together. */
  readonly rate: number;
  /** The maximum number of checks per second, for one address. */
  readonly addressRate: number;
}

/** The factors by which periods are longer than configured so that the budget is kept. Each is 1 or more. */
export interface Stretch {
  /** The factor for the checks of all addresses that have no factor of their own. */
  readonly all: number;
  /** The factors for the checks of one address. Absent: the factor for all checks applies. */
  readonly byAddress: ReadonlyMap<string, number>;
}

export const NO_STRETCH: Stretch = { all: 1, byAddress: new Map() };

/**
 * Divides the budget evenly. One factor lengthens the periods of all checks. A larger factor lengthens the periods of an address
 * with too many checks.
 */
export function stretchOf(loads: Iterable<CheckLoad>, { rate, addressRate }: CheckBudget): Stretch {
  const rates = new Map<string, number>();
  let sum = 0;
  for (const { address, periodMs } of loads) {
    const perSecond = 1000 / periodMs;
    sum += perSecond;
    rates.set(address, (rates.get(address) ?? 0) + perSecond);
  }
  const all = Math.max(1, sum / rate);
  const crowded = [...rates].flatMap(([address, own]) => {
    const factor = own / addressRate;
    return factor > all ? [[address, factor] as const] : [];
  });
  return { all, byAddress: new Map(crowded) };
}

/** The factor for the checks of one address. */
export function stretchFor({ all, byAddress }: Stretch, address: string): number {
  return byAddress.get(address) ?? all;
}
