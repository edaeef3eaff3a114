import type { Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import { keyText, type LookupResult, type TargetKey } from "../../dns/lookup-result.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { answerOf, isNews } from "../../plan/hold/answer-of.ts";
import { unconfirmed, withoutNxdomain } from "../../plan/hold/empty.ts";
import type { LookupOptions } from "../../resolver/lookup.ts";
import type { HoldState } from "../../plan/hold/state.ts";
import { contradicts, step } from "../../plan/hold/step.ts";
import { entryAnswer, knownState } from "./known-state.ts";
import type { Entry, RefresherDeps, RefresherContext } from "./refresher-context.ts";
import { retry, retryView } from "./retry-failing.ts";
import { isOnlyThisFamilyEmpty } from "../../plan/target-outcome.ts";

/**
 * Makes the due lookup of a key. Returns the time of the next one. Undefined: no alias uses the key any more, or lookups run only
 * for queries and no query has arrived.
 */
export async function lookUpDue(
  context: RefresherContext,
  text: string,
  signal: AbortSignal,
): Promise<Millis | undefined> {
  const entry = context.entries.get(text);
  if (entry === undefined || !(context.phase.follows || entry.queried)) {
    return undefined;
  }
  await lookUp(context, text, entry, signal);
  if (context.entries.get(text) !== entry) {
    return undefined;
  }
  return entry.slowness > 0 ? context.deps.clock.now() : entry.state.nextAt;
}

/** Makes one lookup, or returns the one in progress. Never rejects. */
export function lookUp(context: RefresherContext, text: string, entry: Entry, signal: AbortSignal): Promise<void> {
  entry.running ??= read(context, text, entry, signal).finally(() => {
    entry.running = undefined;
  });
  return entry.running;
}

async function read(context: RefresherContext, text: string, entry: Entry, signal: AbortSignal): Promise<void> {
  const { deps, entries } = context;
  const { key } = entry.state;
  const startedAt = deps.clock.now();
  entry.queried = false;
  entry.requeue = false;
  const result = await resultOf(context, entry.state, signal);
  if (entries.get(text) !== entry || signal.aborted) {
    return;
  }
  const now = deps.clock.now();
  const input = {
    now,
    random: deps.random,
    serverCount: deps.serverCountOf(key.view),
    sibling: siblingOf(context, key),
  };
  const before = knownState(entry, now);
  const isFirst = entry.lastLookupAt === -Infinity;
  recordLookup(entry, result, now);
  const lastSuccessBefore = before.lastSuccessAt;
  entry.state = step(before, result, input);
  entry.own = isAnswered(entry.state)
    ? undefined
    : entry.own && { ...entry.own, state: step(entry.own.state, result, input) };
  entry.unread = isConclusive(entry.state, result, now) ? undefined : entry.unread && "failing";
  if (entry.state.read !== undefined) {
    entry.restored = undefined;
  }
  entry.queried ||= entry.state.doubt?.kind === "confirming";
  guarded(deps.log, () => deps.observe?.(result, now - startedAt, key));
  if (before.emptySince === undefined && entry.state.emptySince !== undefined && contradicts(result, input.sibling)) {
    deps.log.warn(
      fieldsOf(key),
      "resolver answers NXDOMAIN for one family of a target that has the other; taken as NODATA",
    );
  }
  if (result.kind === "positive") {
    correctSibling(context, key);
  }
  if (before.emptySince !== undefined && entry.state.emptySince === undefined) {
    doubtSibling(context, answerOf(before), now);
  }
  notifySibling(context, answerOf(before), answerOf(entry.state));
  notifyAnswer(deps, entry, lastSuccessBefore, isFirst);
  if ((isFirst || before.failingSince !== undefined) && result.kind !== "failure") {
    retrySibling(context, key, now);
  }
  recordOutage(context, before, result, now);
  if (entry.isOverdue) {
    entry.isOverdue = false;
    guarded(deps.log, () => deps.onOverdue?.(key));
  }
}

/** Records that the lookup was made, regardless of its result. */
function recordLookup(entry: Entry, result: LookupResult, now: Millis): void {
  entry.isSuperseded = false;
  entry.slowness = 0;
  entry.isRetry = false;
  entry.retries = result.kind === "failure" ? entry.retries : 0;
  entry.lastLookupAt = now;
}

/** True if a lookup has returned addresses, or the emptiness is confirmed. */
function isAnswered({ read, emptySince }: HoldState): boolean {
  return read !== undefined || emptySince !== undefined;
}

/**
 * True if the result is accepted as the state of the target. A result that lacks most of the addresses isn't accepted at first, and
 * an empty answer isn't accepted until it is confirmed.
 */
function isConclusive({ lastSuccessAt, emptySince }: HoldState, { kind }: LookupResult, now: Millis): boolean {
  switch (kind) {
    case "positive":
      return lastSuccessAt === now;
    case "nodata":
    case "nxdomain":
      return emptySince !== undefined;
    case "failure":
      return false;
  }
}

function siblingOf(context: RefresherContext, key: TargetKey): TargetAnswer | undefined {
  const sibling = context.entries.get(siblingText(key));
  return sibling === undefined ? undefined : answerOf(knownState(sibling, context.deps.clock.now()));
}

function siblingText(key: TargetKey): string {
  return keyText({ ...key, family: key.family === "A" ? "AAAA" : "A" });
}

/**
 * If one family has addresses again, the other family may have some too. The other family is looked up now, and its last known good
 * addresses remain until then.
 */
function doubtSibling(context: RefresherContext, recovered: TargetAnswer, now: Millis): void {
  const text = siblingText(recovered.key);
  const sibling = context.entries.get(text);
  if (
    sibling?.state.emptySince !== undefined &&
    sibling.state.addresses.length > 0 &&
    !isOnlyThisFamilyEmpty(answerOf(sibling.state), recovered)
  ) {
    sibling.state = unconfirmed(sibling.state);
    notifyAnswer(context.deps, sibling, sibling.state.lastSuccessAt);
    context.schedule(text, sibling, now);
  }
}

/** A name with one family exists, so NXDOMAIN for the other family meant NODATA. */
function correctSibling({ entries, deps }: RefresherContext, key: TargetKey): void {
  const sibling = entries.get(siblingText(key));
  if (sibling?.state.outcome.kind === "nxdomain") {
    sibling.state = withoutNxdomain(sibling.state);
    notifyAnswer(deps, sibling, sibling.state.lastSuccessAt);
  }
}

/**
 * Reports the other family if this result shows that only the other family is empty. A repeated success of this family isn't
 * reported itself.
 */
function notifySibling(context: RefresherContext, before: TargetAnswer, after: TargetAnswer): void {
  const sibling = siblingOf(context, after.key);
  if (sibling !== undefined && isOnlyThisFamilyEmpty(sibling, after) && !isOnlyThisFamilyEmpty(sibling, before)) {
    guarded(context.deps.log, () => context.deps.onAnswer(sibling, sibling.lastSuccessAt));
  }
}

/** Looks up the other family too, because the servers answer for the first time, or again. */
function retrySibling(context: RefresherContext, key: TargetKey, now: Millis): void {
  const text = siblingText(key);
  const sibling = context.entries.get(text);
  if (sibling?.state.failingSince !== undefined) {
    retry(context, text, sibling, now);
  }
}

function recordOutage(context: RefresherContext, before: HoldState, result: LookupResult, now: Millis): void {
  const { view } = before.key;
  const reading = {
    result,
    before: conditionOf(before),
    isAnyWell: () =>
      context.entries
        .values()
        .some(
          ({ state }) =>
            state.key.view === view && keyText(state.key) !== keyText(before.key) && conditionOf(state) === "well",
        ),
  };
  if (context.outages.endsWith(view, reading, now)) {
    retryView(context, view, now).catch((error: unknown) => {
      context.deps.log.error({ err: error, view }, "failed lookups not retried");
    });
  }
}

function conditionOf({ outcome, failingSince }: HoldState): "well" | "failing" | "new" {
  if (failingSince !== undefined) {
    return "failing";
  }
  return outcome.kind === "unknown" ? "new" : "well";
}

/** Reports a change of a key's answer, if there is one. */
export function notifyAnswer(
  { log, onAnswer }: RefresherDeps,
  entry: Entry,
  lastSuccessBefore: Millis | undefined,
  isFirst = false,
): void {
  const answer = entryAnswer(entry, entry.state);
  // For a namespace without last known good addresses, the first result is always reported.
  if (!isFirst && !isNews(entry.notified, answer)) {
    return;
  }
  logNews(log, entry.notified, answer);
  entry.notified = answer;
  guarded(log, () => onAnswer(answer, lastSuccessBefore));
}

/** A lookup that throws is a defect. For the key, it counts as one more failure. */
async function resultOf(context: RefresherContext, state: HoldState, signal: AbortSignal): Promise<LookupResult> {
  const { lookup, log } = context.deps;
  try {
    return await lookup.lookUp(state.key, optionsFor(context, state), signal);
  } catch (error) {
    if (!signal.aborted) {
      log.error({ ...fieldsOf(state.key), err: error }, "lookup failed unexpectedly");
    }
    return { kind: "failure", reason: "unreachable", detail: messageOf(error), chain: [] };
  }
}

function optionsFor(context: RefresherContext, { key, avoid }: HoldState): LookupOptions {
  const ipv4 = key.family === "AAAA" ? siblingOf(context, key)?.addresses : undefined;
  return { ...(avoid !== undefined && { avoid }), ...(ipv4 !== undefined && { ipv4 }) };
}

/** An exception of a listener must not stop the lookups. */
function guarded(log: Logger, listener: () => void): void {
  try {
    listener();
  } catch (error) {
    log.error({ err: error }, "listener failed unexpectedly");
  }
}

function logNews(log: Logger, before: TargetAnswer, after: TargetAnswer): void {
  const fields = { ...fieldsOf(after.key), outcome: after.outcome, addresses: after.addresses };
  if (after.outcome.kind === "failure" && before.failingSince === undefined) {
    log.warn(
      fields,
      after.addresses.length > 0
        ? "target fails; keeping the last known good addresses"
        : "target fails, and has no last known good addresses",
    );
  } else if (before.failingSince !== undefined && after.failingSince === undefined) {
    log.info(fields, "target answers again");
  } else if (before.addresses !== after.addresses && before.addresses.length > 0) {
    log.info({ ...fields, before: before.addresses }, "target has other addresses");
  } else if (before.emptySince === undefined && after.emptySince !== undefined && after.lastSuccessAt !== undefined) {
    log.warn(fields, "target is empty; confirmed");
  } else {
    log.debug(fields, "target read");
  }
}

function fieldsOf(key: TargetKey): { readonly target: string; readonly type: string; readonly view: string } {
  return { target: key.target, type: key.family, view: key.view };
}
