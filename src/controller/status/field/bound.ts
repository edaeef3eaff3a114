import type { Millis } from "../../../base/clock.ts";
import { durationText, parseDuration } from "../../../api/schema/duration.ts";

/** With fewer measured lags than this, the usual time of the delivery is used. */
const ENOUGH_LAGS = 5;

/** The largest measured lag. If too few lags were measured, the expected time of the delivery is the minimum. */
export function deliveryLagMs(lags: readonly Millis[], expectedMs: Millis): Millis {
  return lags.length < ENOUGH_LAGS ? Math.max(expectedMs, ...lags) : Math.max(...lags);
}

/**
 * A duration such as "1m35s", rounded up to whole steps. The previous text remains unless the bound exceeds it, or has fallen by a
 * quarter, so that the status changes rarely.
 */
export function boundText(bound: Millis | undefined, previous: string | undefined, step: Millis): string | undefined {
  if (bound === undefined) {
    return undefined;
  }
  const rounded = Math.ceil(bound / step) * step;
  const before = parseDuration(previous ?? "");
  return before !== undefined && rounded <= before && rounded > before * 0.75 ? previous : durationText(rounded);
}
