import type { Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import { keyText, type LookupResult, type TargetKey, type ViewId } from "../../dns/lookup-result.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { answerOf, isNews } from "../../plan/hold/answer-of.ts";
import { unconfirmed, withoutNxdomain } from "../../plan/hold/empty.ts";
import type { LookupOptions } from "../../resolver/lookup.ts";
import type { HoldState } from "../../plan/hold/state.ts";
import { contradicts, step } from "../../plan/hold/step.ts";
import { entryAnswer, knownState } from "./known-state.ts";
import type { Entry, RefresherDeps, RefresherContext } from "./refresher-context.ts";
import { isOnlyThisFamilyEmpty } from "../../plan/contribution.ts";

/** After an outage the failing keys come back within this time, not all in the same instant. */
const RECOVERY_SPREAD_MS: Millis = 2_000;

/** The key's turn has come. Gives when the next is due; undefined: nobody wants the key any more, or nobody asks for it. */
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
  return context.entries.get(text) === entry ? entry.state.nextAt : undefined;
}

/** One look-up, or the one that is under way. Never rejects. */
export function lookUp(context: RefresherContext, text: string, entry: Entry, signal: AbortSignal): Promise<void> {
  entry.running ??= read(context, text, entry, signal).finally(() => {
    entry.running = undefined;
  });
  return entry.running;
}

/** Has the key looked up at that time, whether questions are followed or not. */
export function scheduleLookup({ due }: RefresherContext, text: string, entry: Entry, at: Millis): void {
  entry.queried = true;
  due.add(text, at);
}

async function read(context: RefresherContext, text: string, entry: Entry, signal: AbortSignal): Promise<void> {
  const { deps, entries, outages } = context;
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
  entry.isSuperseded = false;
  const lastSuccessBefore = before.lastSuccessAt;
  entry.state = step(before, result, input);
  entry.lastLookupAt = now;
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
  if (outages.endsWith(key.view, result, now)) {
    retryFailing(context, key.view, now);
  }
}

/** A result says what the target has, if it is believed: not while most addresses are gone at once, nor an empty answer before it is confirmed. */
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

/** A name that is back may be back in both families: what stands in the other stays until it is asked again, which is now. */
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
    scheduleLookup(context, text, sibling, now);
  }
}

/** A name that has one family exists: NXDOMAIN for the other meant NODATA. */
function correctSibling({ entries, deps }: RefresherContext, key: TargetKey): void {
  const sibling = entries.get(siblingText(key));
  if (sibling?.state.outcome.kind === "nxdomain") {
    sibling.state = withoutNxdomain(sibling.state);
    notifyAnswer(deps, sibling, sibling.state.lastSuccessAt);
  }
}

/** Being good for longer is no news of a family itself, but decides whether the other one is gone alone. */
function notifySibling(context: RefresherContext, before: TargetAnswer, after: TargetAnswer): void {
  const sibling = siblingOf(context, after.key);
  if (sibling !== undefined && isOnlyThisFamilyEmpty(sibling, after) && !isOnlyThisFamilyEmpty(sibling, before)) {
    guarded(context.deps.log, () => context.deps.onAnswer(sibling, sibling.lastSuccessAt));
  }
}

function retryFailing(context: RefresherContext, view: ViewId, now: Millis): void {
  for (const [text, entry] of context.entries) {
    if (entry.state.key.view === view && entry.state.failingSince !== undefined) {
      scheduleLookup(context, text, entry, now + Math.round(RECOVERY_SPREAD_MS * context.deps.random()));
    }
  }
}

/** Says what is new of a key, where something is. */
export function notifyAnswer(
  { log, onAnswer }: RefresherDeps,
  entry: Entry,
  lastSuccessBefore: Millis | undefined,
  isFirst = false,
): void {
  const answer = entryAnswer(entry, entry.state);
  // To a namespace without last known good addresses the first result is always news.
  if (!isFirst && !isNews(entry.notified, answer)) {
    return;
  }
  logNews(log, entry.notified, answer);
  entry.notified = answer;
  guarded(log, () => onAnswer(answer, lastSuccessBefore));
}

/** A look-up that throws is a defect of the look-up; for the key it is one more failure. */
async function resultOf(context: RefresherContext, state: HoldState, signal: AbortSignal): Promise<LookupResult> {
  const { lookup, log } = context.deps;
  try {
    return await lookup.lookUp(state.key, optionsFor(context, state), signal);
  } catch (error) {
    if (!signal.aborted) {
      log.error({ ...fieldsOf(state.key), err: error }, "look-up failed unexpectedly");
    }
    return { kind: "failure", reason: "unreachable", detail: messageOf(error), chain: [] };
  }
}

function optionsFor(context: RefresherContext, { key, avoid }: HoldState): LookupOptions {
  const ipv4 = key.family === "AAAA" ? siblingOf(context, key)?.addresses : undefined;
  return { ...(avoid !== undefined && { avoid }), ...(ipv4 !== undefined && { ipv4 }) };
}

/** A listener that throws must not stop the look-ups. */
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
      after.addresses.length > 0 ? "target fails; last-good stays" : "target fails, and was never read well",
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
