import type { Millis } from "../base/clock.ts";

/**
 * Returns one sentence for each loop, and for each file, that has not reported progress for more than a minute. The process then
 * needs a restart.
 */
export function stuckLoops(heartbeats: ReadonlyMap<string, Millis>, now: Millis): readonly string[] {
  return [...heartbeats]
    .filter(([, beatAt]) => now - beatAt > STUCK_MS)
    .map(([loop, beatAt]) => `${loop}: no sign of life since ${new Date(beatAt).toISOString()}`);
}

const STUCK_MS: Millis = 60_000;
