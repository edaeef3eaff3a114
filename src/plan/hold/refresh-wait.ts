import type { Millis } from "../../base/clock.ts";
import type { Seconds } from "../../dns/record.ts";
import { maxTtl, peakTtl } from "./cycles.ts";
import { clampWait, JITTER, LOOKUP_ALLOWANCE_MS, MAX_WAIT_MS, MIN_WAIT_MS, SLACK_MS } from "./next-lookup.ts";
import { WINDOW_CYCLES } from "./rotation.ts";
import type { HoldState } from "./state.ts";

/**
 * The longest time between a change at the target and its acceptance, while lookups work. A recursive resolver can have read its
 * copy just before the change, and the lookup can come just before that copy expires. The resolver keeps each hop of the chain
 * separately, so the longest TTL counts. If dnsalias keeps addresses despite an empty answer, the negative TTL of that answer
 * counts too. While the target rotates, the rotation window is added.
 */
export function refreshWaitMs(state: HoldState): Millis {
  const negativeTtl = state.addresses.length > 0 ? (state.empty?.negativeTtl ?? 0) : 0;
  const kept = Math.max(maxTtl(state.cycles), negativeTtl);
  const queried = Math.max(peakTtl(state.cycles), negativeTtl);
  const window = state.rotation?.rotating === true ? (WINDOW_CYCLES - 1) * longestWaitMs(queried) : 0;
  return Math.round(kept * 1000 + overshootMs(queried) + LOOKUP_ALLOWANCE_MS + window);
}

/** The longest wait between two lookups of a target with this TTL. */
function longestWaitMs(ttl: Seconds): Millis {
  return clampWait(ttl * 1000 * (1 + JITTER) + SLACK_MS);
}

/**
 * The largest delay of a lookup after a copy expires. If the copy has r seconds left, the lookup comes after clamp(r·1.1 + 1 s, 5
 * s, 300 s). With r = 0, the lookup is 5 s late. The jitter grows with r, until the maximum limits the wait.
 */
function overshootMs(ttl: Seconds): Millis {
  const longestUncutMs = (MAX_WAIT_MS - SLACK_MS) / (1 + JITTER);
  return Math.max(MIN_WAIT_MS, Math.min(ttl * 1000, longestUncutMs) * JITTER + SLACK_MS);
}
