import type { Millis } from "../../base/clock.ts";
import { keyText, type TargetKey } from "../../dns/lookup-result.ts";
import { liveOf, type LiveResult } from "../../plan/hold/live.ts";
import type { HoldState } from "../../plan/hold/state.ts";
import { knownFor } from "./known-state.ts";
import { lookUp } from "./lookup-round.ts";
import type { Entry, RefresherContext } from "./refresher-context.ts";

/** Maximum number of concurrent lookups for queries. Above this number, a name without an answer waits. */
const MAX_FOR_QUESTIONS = 512;
/** Two copies whose expiry times differ by no more than this are the same copy. */
const SAME_COPY_MS: Millis = 1_500;

/**
 * Records a query for the key. Undefined: the known answer is fresh enough, or another lookup is not useful now. Otherwise
 * returns one lookup, which may include a confirmation. Any number of clients share it.
 */
export function lookUpFor(context: RefresherContext, key: TargetKey): Promise<void> | undefined {
  const text = keyText(key);
  const entry = context.entries.get(text);
  if (entry === undefined) {
    return undefined;
  }
  entry.queried = true;
  return isWanted(entry, context.deps.clock.now()) ? (entry.running ?? begin(context, text, entry)) : undefined;
}

/** Returns the answer for the key at query time; undefined: no alias uses it. */
export function liveResult(
  { entries, deps }: RefresherContext,
  key: TargetKey,
  namespace: string | undefined,
): LiveResult | undefined {
  const entry = entries.get(keyText(key));
  if (entry === undefined) {
    return undefined;
  }
  const live = liveOf(liveState(entry, namespace, deps.clock.now()));
  return isPrefetched(entry, live) && live.nextLookupAt > deps.clock.now()
    ? { ...live, prefetchAt: live.nextLookupAt }
    : live;
}

function liveState(entry: Entry, namespace: string | undefined, now: Millis): HoldState {
  const { state, own } = entry;
  if (namespace === undefined) {
    return own?.state ?? state;
  }
  return own === undefined || own.replacedIn.has(namespace) ? knownFor(entry, namespace, now) : own.state;
}

function isWanted(entry: Entry, now: Millis): boolean {
  const live = liveOf(entry.own?.state ?? entry.state);
  return now >= live.nextLookupAt || (now >= live.prefetchAt && !isPrefetched(entry, live));
}

/**
 * True if an early lookup has already returned the copy that is about to expire. Another one would return it again, because most
 * recursive resolvers count TTLs down.
 */
function isPrefetched({ prefetchedFor }: Entry, { freshUntil }: LiveResult): boolean {
  return Math.abs(freshUntil - prefetchedFor) <= SAME_COPY_MS;
}

function begin(context: RefresherContext, text: string, entry: Entry): Promise<void> | undefined {
  const { signal } = context.phase;
  if (signal === undefined || signal.aborted) {
    return undefined;
  }
  if (context.forQuestions.size >= MAX_FOR_QUESTIONS) {
    context.schedule(text, entry, context.deps.clock.now());
    context.wake();
    return undefined;
  }
  context.deps.onQuestion?.();
  const looking = lookUpAndConfirm(context, text, entry, signal).finally(() => context.forQuestions.delete(looking));
  context.forQuestions.add(looking);
  return looking;
}

async function lookUpAndConfirm(
  context: RefresherContext,
  text: string,
  entry: Entry,
  signal: AbortSignal,
): Promise<void> {
  const { freshUntil } = liveOf(entry.own?.state ?? entry.state);
  entry.prefetchedFor = freshUntil;
  await lookUp(context, text, entry, signal);
  if (entry.state.doubt?.kind === "confirming" && !signal.aborted) {
    await lookUp(context, text, entry, signal);
  }
  if (context.entries.get(text) === entry && !signal.aborted) {
    // The schedule of the key is now based on this lookup.
    context.forget(text);
    context.due.add(text, entry.requeue ? context.deps.clock.now() : entry.state.nextAt);
    context.wake();
  }
}
