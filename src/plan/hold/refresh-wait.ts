import type { Millis } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";
import { maxTtl, peakTtl } from "./cycles.ts";
import { clampWait, JITTER, LOOKUP_ALLOWANCE_MS, MAX_WAIT_MS, MIN_WAIT_MS, SLACK_MS } from "./next-lookup.ts";
import { WINDOW_CYCLES } from "./rotation.ts";
import type { HoldState } from "./state.ts";

/**
 * The longest time between a change at the target and our belief in it, while look-ups work: a recursive server may have fetched its copy just before the
 * change, and we may ask just before that copy runs out. It keeps each hop of the chain by itself, so the longest TTL of any of them counts. An empty answer is such a copy too, where it stands in the way of addresses that are held.
 * While the target rotates, the window comes on top.
 */
export function refreshWaitMs(state: HoldState): Millis {
  const negativeTtl = state.addresses.length > 0 ? (state.empty?.negativeTtl ?? 0) : 0;
  const kept = Math.max(maxTtl(state.cycles), negativeTtl);
  const queried = Math.max(peakTtl(state.cycles), negativeTtl);
  const window = state.rotation?.rotating === true ? (WINDOW_CYCLES - 1) * longestWaitMs(queried) : 0;
  return Math.round(kept * 1000 + overshootMs(queried) + LOOKUP_ALLOWANCE_MS + window);
}

/** The longest wait between two look-ups of a target with this TTL. */
function longestWaitMs(ttl: Seconds): Millis {
  return clampWait(ttl * 1000 * (1 + JITTER) + SLACK_MS);
}

/**
 * How long after a copy ran out the look-up comes at worst. With r to go when the copy was read, it comes after clamp(r·1.1 + 1 s, 5 s, 300 s): at r = 0
 * that is 5 s late; the longer r, the later by jitter, up to the r whose wait the maximum cuts.
 */
function overshootMs(ttl: Seconds): Millis {
  const longestUncutMs = (MAX_WAIT_MS - SLACK_MS) / (1 + JITTER);
  return Math.max(MIN_WAIT_MS, Math.min(ttl * 1000, longestUncutMs) * JITTER + SLACK_MS);
}
