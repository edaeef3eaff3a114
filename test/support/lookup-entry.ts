import { entryAnswer } from "../../src/controller/lookup/known-state.ts";
import type { Entry } from "../../src/controller/lookup/refresher-context.ts";
import type { TargetKey } from "../../src/dns/lookup-result.ts";
import { parseName } from "../../src/dns/name/name.ts";
import { freshState, type HoldState } from "../../src/plan/hold/state.ts";

/** The key of a target's A records. */
export function targetKey(target = "cdn.test", more: Partial<TargetKey> = {}): TargetKey {
  return { target: parseName(target), family: "A", view: "default", ...more };
}

/** An entry of the refresher that was never looked up, but for what a test says. */
export function lookupEntry(state: Partial<HoldState> = {}, more: Partial<Entry> = {}): Entry {
  const whole = { ...freshState(state.key ?? targetKey(), 0), ...state };
  return {
    state: whole,
    users: 1,
    notified: entryAnswer({ unread: undefined }, whole),
    lastLookupAt: -Infinity,
    queried: false,
    running: undefined,
    requeue: false,
    unread: undefined,
    restoredFrom: undefined,
    restoredAt: Infinity,
    restored: undefined,
    isSuperseded: false,
    own: undefined,
    slowness: 0,
    isRetry: false,
    retries: 0,
    retriedAt: -Infinity,
    isOverdue: false,
    prefetchedFor: -Infinity,
    ...more,
  };
}
