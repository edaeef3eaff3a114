import type { Clock, Millis, Random } from "../base/clock.ts";
import { messageOf } from "../base/error.ts";
import type { Logger } from "../base/log.ts";
import { keyText, type Reading, type TargetKey, type ViewId } from "../dns/reading.ts";
import type { Answer } from "../plan/answer.ts";
import { goneAlone } from "../plan/gone-alone.ts";
import { answerOf, isNews } from "../plan/hold/answer-of.ts";
import { unconfirmed } from "../plan/hold/empty.ts";
import { freshState, type HoldState, type LastGood, restoredState, withLastGood } from "../plan/hold/state.ts";
import { step } from "../plan/hold/step.ts";
import type { Lookup } from "../resolver/ports.ts";
import { createDue, type Due } from "../schedule/due.ts";
import { createPump } from "../schedule/pump.ts";
import { createOutageWatch, type OutageWatch } from "./refresh-outage.ts";

export interface RefresherDeps {
  readonly lookup: Lookup;
  /** How many servers a view has; 0 for a view that is gone. */
  readonly serverCountOf: (view: ViewId) => number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /**
   * Called when an answer says something new, never for a mere refresh; see `isNews`. `goodBefore` is when the answer before it was last
   * confirmed: the target has changed no earlier.
   */
  readonly onAnswer: (answer: Answer, goodBefore: Millis | undefined) => void;
  /** Look-ups at once. */
  readonly concurrency: number;
  /** Every reading, for metrics. */
  readonly observe?: (reading: Reading, tookMs: Millis, key: TargetKey) => void;
}

/** One stream of look-ups a key, however many ask for it. */
export interface Refresher {
  /** One more user of the key. The first makes it due at once; `lastGood` helps a key that knows nothing yet. */
  want(key: TargetKey, lastGood?: LastGood): void;
  /** One user less; with the last one the key is forgotten. */
  drop(key: TargetKey): void;
  answer(key: TargetKey): Answer | undefined;
  /** All of them. */
  answers(): Iterable<Answer>;
  /** Looks the key up now, though at most once a second. */
  expedite(key: TargetKey): void;
  /** When the next look-up is due. */
  nextAt(key: TargetKey): Millis | undefined;
  /** Until the signal aborts, and what runs has ended. */
  run(signal: AbortSignal): Promise<void>;
  /** Keys. */
  size(): number;
  /** When the loop last came round, for the health check. */
  heartbeatAt(): Millis;
}

interface Entry {
  state: HoldState;
  users: number;
  /** What `onAnswer` was told last. */
  told: Answer;
  lookedUpAt: Millis;
}

/** What the functions below share. */
interface Parts {
  readonly deps: RefresherDeps;
  /** By `keyText`. */
  readonly entries: Map<string, Entry>;
  readonly due: Due<string>;
  readonly outages: OutageWatch;
}

const EXPEDITE_GAP_MS: Millis = 1_000;
/** After an outage the failing keys come back within this time, not all in the same instant. */
const RECOVERY_SPREAD_MS: Millis = 2_000;

export function createRefresher(deps: RefresherDeps): Refresher {
  const { clock, log, concurrency } = deps;
  const parts: Parts = { deps, entries: new Map(), due: createDue(), outages: createOutageWatch() };
  const { entries, due } = parts;
  const pump = createPump<string>({
    due,
    clock,
    log,
    concurrency,
    start: (text, signal) => lookUp(parts, text, signal),
  });

  return {
    want(key, lastGood) {
      want(parts, key, lastGood);
      pump.wake();
    },
    drop: (key) => drop(parts, key),
    answer(key) {
      const entry = entries.get(keyText(key));
      return entry === undefined ? undefined : answerOf(entry.state);
    },
    *answers() {
      for (const { state } of entries.values()) {
        yield answerOf(state);
      }
    },
    expedite(key) {
      const text = keyText(key);
      const entry = entries.get(text);
      if (entry !== undefined) {
        due.add(text, Math.max(clock.now(), entry.lookedUpAt + EXPEDITE_GAP_MS));
        pump.wake();
      }
    },
    nextAt: (key) => due.at(keyText(key)),
    run: (signal) => pump.run(signal),
    size: () => entries.size,
    heartbeatAt: () => pump.heartbeatAt(),
  };
}

function want(parts: Parts, key: TargetKey, lastGood: LastGood | undefined): void {
  const { deps, entries, due } = parts;
  const text = keyText(key);
  const entry = entries.get(text);
  if (entry === undefined) {
    const now = deps.clock.now();
    const state = lastGood === undefined ? freshState(key, now) : restoredState(key, lastGood, now);
    entries.set(text, { state, users: 1, told: answerOf(state), lookedUpAt: -Infinity });
    due.add(text, now);
    return;
  }
  entry.users += 1;
  if (lastGood !== undefined) {
    entry.state = withLastGood(entry.state, lastGood);
    tell(deps, entry, undefined);
  }
}

function drop({ entries, due }: Parts, key: TargetKey): void {
  const text = keyText(key);
  const entry = entries.get(text);
  if (entry === undefined) {
    return;
  }
  entry.users -= 1;
  if (entry.users === 0) {
    entries.delete(text);
    due.remove(text);
  }
}

/** One look-up, and when the next is due; undefined: nobody wants the key any more. */
async function lookUp(parts: Parts, text: string, signal: AbortSignal): Promise<Millis | undefined> {
  const { deps, entries, outages } = parts;
  const entry = entries.get(text);
  if (entry === undefined) {
    return undefined;
  }
  const { key } = entry.state;
  const startedAt = deps.clock.now();
  const reading = await readingOf(deps, entry.state, signal);
  if (entries.get(text) !== entry) {
    return undefined;
  }
  if (signal.aborted) {
    return entry.state.nextAt;
  }
  const now = deps.clock.now();
  const context = {
    now,
    random: deps.random,
    serverCount: deps.serverCountOf(key.view),
    sibling: siblingOf(parts, key),
  };
  const before = entry.state;
  const goodBefore = before.goodAt;
  entry.state = step(before, reading, context);
  entry.lookedUpAt = now;
  guarded(deps.log, () => deps.observe?.(reading, now - startedAt, key));
  if (before.emptySince !== undefined && entry.state.emptySince === undefined) {
    doubtSibling(parts, answerOf(before), now);
  }
  tellSibling(parts, answerOf(before), answerOf(entry.state));
  tell(deps, entry, goodBefore);
  if (outages.endsWith(key.view, reading, now)) {
    retryFailing(parts, key.view, now);
  }
  return entry.state.nextAt;
}

function siblingOf({ entries }: Parts, key: TargetKey): Answer | undefined {
  const sibling = entries.get(siblingText(key));
  return sibling === undefined ? undefined : answerOf(sibling.state);
}

function siblingText(key: TargetKey): string {
  return keyText({ ...key, family: key.family === "A" ? "AAAA" : "A" });
}

/** A name that is back may be back in both families: what stands in the other stays until it is asked again, which is now. */
function doubtSibling({ deps, entries, due }: Parts, recovered: Answer, now: Millis): void {
  const text = siblingText(recovered.key);
  const sibling = entries.get(text);
  if (
    sibling?.state.emptySince !== undefined &&
    sibling.state.addresses.length > 0 &&
    !goneAlone(answerOf(sibling.state), recovered)
  ) {
    sibling.state = unconfirmed(sibling.state);
    tell(deps, sibling, sibling.state.goodAt);
    due.add(text, now);
  }
}

/** Being good for longer is no news of a family itself, but decides whether the other one is gone alone. */
function tellSibling(parts: Parts, before: Answer, after: Answer): void {
  const sibling = siblingOf(parts, after.key);
  if (sibling !== undefined && goneAlone(sibling, after) && !goneAlone(sibling, before)) {
    guarded(parts.deps.log, () => parts.deps.onAnswer(sibling, sibling.goodAt));
  }
}

function retryFailing({ deps, entries, due }: Parts, view: ViewId, now: Millis): void {
  for (const [text, { state }] of entries) {
    if (state.key.view === view && state.failingSince !== undefined) {
      due.add(text, now + Math.round(RECOVERY_SPREAD_MS * deps.random()));
    }
  }
}

function tell({ log, onAnswer }: RefresherDeps, entry: Entry, goodBefore: Millis | undefined): void {
  const answer = answerOf(entry.state);
  if (!isNews(entry.told, answer)) {
    return;
  }
  logNews(log, entry.told, answer);
  entry.told = answer;
  guarded(log, () => onAnswer(answer, goodBefore));
}

/** A look-up that throws is a defect of the look-up; for the key it is one more failure. */
async function readingOf({ lookup, log }: RefresherDeps, state: HoldState, signal: AbortSignal): Promise<Reading> {
  try {
    return await lookup.look(state.key, state.avoid === undefined ? {} : { avoid: state.avoid }, signal);
  } catch (error) {
    if (!signal.aborted) {
      log.error({ ...fieldsOf(state.key), err: error }, "look-up failed unexpectedly");
    }
    return { kind: "failure", reason: "unreachable", detail: messageOf(error), chain: [] };
  }
}

/** A listener that throws must not stop the look-ups. */
function guarded(log: Logger, listener: () => void): void {
  try {
    listener();
  } catch (error) {
    log.error({ err: error }, "listener failed unexpectedly");
  }
}

function logNews(log: Logger, before: Answer, after: Answer): void {
  const fields = { ...fieldsOf(after.key), outcome: after.outcome, addresses: after.addresses };
  if (after.outcome.kind === "failure" && before.failingSince === undefined) {
    log.warn(fields, "target fails; last-good stays");
  } else if (before.failingSince !== undefined && after.failingSince === undefined) {
    log.info(fields, "target answers again");
  } else if (before.addresses !== after.addresses && before.addresses.length > 0) {
    log.info({ ...fields, before: before.addresses }, "target has other addresses");
  } else if (before.emptySince === undefined && after.emptySince !== undefined && after.goodAt !== undefined) {
    log.warn(fields, "target is empty; confirmed");
  } else {
    log.debug(fields, "target read");
  }
}

function fieldsOf(key: TargetKey): { readonly target: string; readonly type: string; readonly view: string } {
  return { target: key.target, type: key.family, view: key.view };
}
