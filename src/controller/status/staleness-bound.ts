import type { Millis } from "../../base/clock.ts";
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

/** "95s", rounded up; the text that stands is kept until the bound has moved by a quarter, so that a status does not flutter. */
export function boundText(boundMs: Millis | undefined, previous: string | undefined): string | undefined {
  if (boundMs === undefined) {
    return undefined;
  }
  const seconds = Math.ceil(boundMs / 1000);
  const stands = Number.parseInt(previous ?? "", 10);
  // A bound that has grown is always told when it no longer holds; one that shrank waits for a quarter.
  const holds = seconds <= stands && seconds > stands * 0.75;
  return holds ? previous : `${seconds}s`;
}
