import type { Millis } from "../../../base/clock.ts";
import { durationText, parseDuration } from "../../../api/schema/duration.ts";

/** Fewer measured lags than this say too little: what the delivery usually takes stands in. */
const ENOUGH_LAGS = 5;

/** The largest measured lag of the last changes, or what the delivery is expected to take while too few were measured. */
export function deliveryLagMs(lags: readonly Millis[], expectedMs: Millis): Millis {
  return lags.length < ENOUGH_LAGS ? Math.max(expectedMs, ...lags) : Math.max(...lags);
}

/**
 * "1m35s", rounded up to whole steps. The previous text is kept until it is exceeded, or the bound has fallen by a quarter, so that a status
 * doesn't flutter.
 */
export function boundText(bound: Millis | undefined, previous: string | undefined, step: Millis): string | undefined {
  if (bound === undefined) {
    return undefined;
  }
  const rounded = Math.ceil(bound / step) * step;
  const before = parseDuration(previous ?? "");
  return before !== undefined && rounded <= before && rounded > before * 0.75 ? previous : durationText(rounded);
}
