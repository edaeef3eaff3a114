import type { Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";
import type { ViewId } from "../../dns/lookup-result.ts";
import { createOneATurn } from "../../schedule/turn-gate.ts";
import type { Entry, RefresherContext } from "./refresher-context.ts";

/** After an outage, the failing keys are looked up within this time, and not all at the same moment. */
const RECOVERY_SPREAD_MS: Millis = 2_000;
/** The minimum time between the first early lookup of a key and the second one. The time then doubles each time. */
const FIRST_GAP_MS: Millis = 60_000;
const MAX_DOUBLINGS = 10;
/** Keys that are scheduled in one turn of the event loop. */
const SLICE = 5_000;

/**
 * Looks up the failing keys of a view within 2 s, because its servers answer again. Both families of a target are looked up
 * together.
 */
export async function retryView(context: RefresherContext, view: ViewId, now: Millis): Promise<void> {
  const failing = [...context.entries].filter(
    ([, { state }]) => state.key.view === view && state.failingSince !== undefined,
  );
  const turn = createOneATurn();
  const delays = new Map<Name, Millis>();
  for (const [index, [text, entry]] of failing.entries()) {
    if (index % SLICE === SLICE - 1) {
      await turn();
    }
    const { target } = entry.state.key;
    const delay = delays.get(target) ?? Math.round(RECOVERY_SPREAD_MS * context.deps.random());
    delays.set(target, delay);
    retry(context, text, entry, now + delay);
  }
  context.wake();
}

/**
 * Looks up a failing key early. If it fails again, the next early lookup comes after a minute at the earliest, and the wait
 * doubles each time. A target that no longer exists fails permanently, however often its servers have outages.
 */
export function retry(context: RefresherContext, text: string, entry: Entry, at: Millis): void {
  const { retries, retriedAt } = entry;
  if (context.entries.get(text) !== entry || entry.state.failingSince === undefined) {
    return;
  }
  if (retries > 0 && at < retriedAt + FIRST_GAP_MS * 2 ** Math.min(retries - 1, MAX_DOUBLINGS)) {
    return;
  }
  entry.retries += 1;
  entry.retriedAt = at;
  entry.isRetry = true;
  context.schedule(text, entry, at);
}
