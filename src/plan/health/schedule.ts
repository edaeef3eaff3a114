import { createHash } from "node:crypto";
import type { Millis } from "../../base/clock.ts";

/** The next time of a check after `now`: all times of a check have one phase, which a hash of its key sets, so that checks don't begin together. */
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
  /** Checks a second, of all addresses. */
  readonly rate: number;
  /** Checks a second, of one address. */
  readonly addressRate: number;
}

/** By how much periods are stretched so that the budget is kept; 1 or more. */
export interface Stretch {
  /** Of all checks. */
  readonly all: number;
  /** Of the checks of one address; absent: that of all. */
  readonly byAddress: ReadonlyMap<string, number>;
}

export const NO_STRETCH: Stretch = { all: 1, byAddress: new Map() };

/** Spreads the budget evenly: the periods of all checks are stretched by one factor, and those of an address with too many checks by a larger one. */
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
