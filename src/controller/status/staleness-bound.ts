import type { Millis } from "../../base/clock.ts";
import { durationText, parseDuration } from "../../api/schema/duration.ts";
import type { AliasFacts, NameInZone } from "./alias-facts.ts";

/** Fewer measured lags than this say too little: what the delivery usually takes stands in. */
const ENOUGH_LAGS = 5;

/**
 * The longest time for which a client can still see an old address after the target has changed, in milliseconds: the wait for the next
 * look-up, the delivery, and the TTL for which caches keep what was published. Undefined while nothing is published.
 */
export function stalenessBoundMs(facts: AliasFacts): Millis | undefined {
  const bounds = facts.inZones.filter(({ published }) => published.length > 0).map(boundOf);
  return bounds.length === 0 ? undefined : Math.max(...bounds);
}

function boundOf(inZone: NameInZone): Millis {
  const answers = (inZone.contribution?.targets ?? []).flatMap((target) => target.answers);
  const refreshMs = Math.max(0, ...answers.map((answer) => answer.refreshWaitMs));
  const ttlMs = Math.max(...inZone.published.map((set) => set.ttl)) * 1000;
  return refreshMs + deliveryLagMs(inZone.lags, inZone.expectedLagMs) + ttlMs;
}

/** The largest measured lag of the last changes, or what the delivery is expected to take while too few were measured. */
function deliveryLagMs(lags: readonly Millis[], expectedMs: Millis): Millis {
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
