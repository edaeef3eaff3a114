import type { Millis } from "../../../base/clock.ts";
import { durationText, parseDuration } from "../../../api/schema/duration.ts";

/** With fewer measured lags than this, the usual time of the delivery is used. */
const ENOUGH_LAGS = 5;

/** The largest lag of the last changes, or the expected time of the delivery if too few lags were measured. */
export function deliveryLagMs(lags: readonly Millis[], expectedMs: Millis): Millis {
  return lags.length < ENOUGH_LAGS ? Math.max(expectedMs, ...lags) : Math.max(...lags);
}

/**
 * A duration such as "1m35s", rounded up to whole steps. The previous text remains until the bound exceeds it, or has fallen by a
 * quarter. The status therefore doesn't change often.
 */
export function boundText(bound: Millis | undefined, previous: string | undefined, step: Millis): string | undefined {
  if (bound === undefined) {
    return undefined;
  }
  const rounded = Math.ceil(bound / step) * step;
  const before = parseDuration(previous ?? "");
  return before !== undefined && rounded <= before && rounded > before * 0.75 ? previous : durationText(rounded);
}
