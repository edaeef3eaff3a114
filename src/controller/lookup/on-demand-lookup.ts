import type { Millis } from "../../base/clock.ts";
import { keyText, type TargetKey } from "../../dns/lookup-result.ts";
import { liveOf, type LiveReading } from "../../plan/hold/live.ts";
import { lookAt, lookUp } from "./lookup-round.ts";
import type { Entry, RefreshParts } from "./refresher-context.ts";

/** Look-ups for questions at once; a cold name beyond it waits for its turn with the others. */
const MAX_FOR_QUESTIONS = 512;
/** A copy whose end moved by no more than this is the same copy. */
const SAME_COPY_MS: Millis = 1_500;

/**
 * Notes that a question wants the key. Undefined: what is known is good enough, or asking again now is not worth it; else one look-up, which any number of
 * askers share, and which may have to be confirmed by a second one.
 */
export function askFor(parts: RefreshParts, key: TargetKey): Promise<void> | undefined {
  const text = keyText(key);
  const entry = parts.entries.get(text);
  if (entry === undefined) {
    return undefined;
  }
  entry.asked = true;
  return isWanted(entry, parts.deps.clock.now()) ? (entry.running ?? begin(parts, text, entry)) : undefined;
}

/** What stands for the key at query time; undefined: nobody wants it. */
export function liveReading({ entries, deps }: RefreshParts, key: TargetKey): LiveReading | undefined {
  const entry = entries.get(keyText(key));
  if (entry === undefined) {
    return undefined;
  }
  const live = liveOf(entry.state);
  return isPrefetched(entry, live) && live.lookAt > deps.clock.now() ? { ...live, prefetchAt: live.lookAt } : live;
}

function isWanted(entry: Entry, now: Millis): boolean {
  const live = liveOf(entry.state);
  return now >= live.lookAt || (now >= live.prefetchAt && !isPrefetched(entry, live));
}

/** Most recursive servers count down: what they give in advance is the copy that is about to run out. */
function isPrefetched({ prefetchedFor }: Entry, { freshUntil }: LiveReading): boolean {
  return Math.abs(freshUntil - prefetchedFor) <= SAME_COPY_MS;
}

function begin(parts: RefreshParts, text: string, entry: Entry): Promise<void> | undefined {
  const { signal } = parts.phase;
  if (signal === undefined || signal.aborted) {
    return undefined;
  }
  if (parts.forQuestions.size >= MAX_FOR_QUESTIONS) {
    lookAt(parts, text, entry, parts.deps.clock.now());
    parts.wake();
    return undefined;
  }
  parts.deps.onQuestion?.();
  const looking = lookAndConfirm(parts, text, entry, signal).finally(() => parts.forQuestions.delete(looking));
  parts.forQuestions.add(looking);
  return looking;
}

async function lookAndConfirm(parts: RefreshParts, text: string, entry: Entry, signal: AbortSignal): Promise<void> {
  const { freshUntil } = liveOf(entry.state);
  entry.prefetchedFor = freshUntil;
  await lookUp(parts, text, entry, signal);
  if (entry.state.doubt?.kind === "confirming" && !signal.aborted) {
    await lookUp(parts, text, entry, signal);
  }
  if (parts.entries.get(text) === entry && !signal.aborted) {
    // The key's time is counted from this look-up now.
    parts.due.remove(text);
    parts.due.add(text, entry.again ? parts.deps.clock.now() : entry.state.nextAt);
    parts.wake();
  }
}
