import type { Millis } from "../../base/clock.ts";
import { sameMembers } from "../../base/order.ts";
import { addressSet } from "../../dns/address/address.ts";
import { keyText, type TargetKey } from "../../dns/lookup-result.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import type { LiveResult } from "../../plan/hold/live.ts";
import {
  freshState,
  type HoldState,
  type LastKnownGood,
  restoredState,
  withLastKnownGood,
} from "../../plan/hold/state.ts";
import { createDue, type Due } from "../../schedule/due.ts";
import { createPooledPump, type PooledPump } from "../../schedule/pooled-pump.ts";
import { lookUpFor, liveResult } from "./on-demand-lookup.ts";
import { entryAnswer, knownFor, knownState, withAddressesOf } from "./known-state.ts";
import { PATIENCE_MS, poolOf, POOLS, type Pool } from "./lookup-pools.ts";
import { lookUpDue, notifyAnswer } from "./lookup-round.ts";
import { createOutageWatch } from "./outage-detector.ts";
import { overdueLookup, reportOverdue, type OverdueLookup } from "./overdue.ts";
import type { Entry, RefresherDeps, RefresherContext } from "./refresher-context.ts";

/** One stream of lookups for each key, regardless of the number of its users. */
export interface Refresher {
  /**
   * Adds a user of the key. With the first user, the key is due at once, unless lookups run only on request. A key without an
   * answer starts with `lastKnownGood`, the answer in a status of the namespace.
   */
  want(key: TargetKey, namespace: string, lastKnownGood?: LastKnownGood): void;
  /** Removes a user of the key. Without users, the key is forgotten. */
  drop(key: TargetKey): void;
  /** The answer for the names of a namespace. Without a namespace, the answer of the stream. */
  answer(key: TargetKey, namespace?: string): TargetAnswer | undefined;
  /** The answers of all streams. */
  answers(): Iterable<TargetAnswer>;
  /** Looks the key up now, but at most once a second. */
  expedite(key: TargetKey): void;
  /**
   * Records a query for the key. Undefined: the answer of {@link Refresher.live} is fresh enough, or another lookup is not useful yet. Otherwise returns a promise that resolves, and never rejects, after
   * one lookup, which all clients share.
   */
  lookUpNow(key: TargetKey): Promise<void> | undefined;
  /** Returns the answer at query time. */
  live(key: TargetKey, namespace?: string): LiveResult | undefined;
  /**
   * Begins a term. All keys are due, and count as unread until a lookup of the term has a result. From the first term on, all
   * keys are looked up when their TTLs expire, and not only on request. An answer that isn't fresh any more is dropped: the key
   * has no answer until {@link Refresher.restore} or its next lookup. {@link Refresher.live} continues to return it until then.
   */
  follow(): void;
  /**
   * Restores a key from a status of the namespace if the status may be newer. This is the case if the key's answer was dropped, or,
   * before the first term, if its last result isn't fresh any more. It has no effect on other keys.
   */
  restore(key: TargetKey, namespace: string, lastKnownGood: LastKnownGood | undefined): void;
  /** The overdue lookup of the key, regardless of the reason. Undefined: its lookup is not overdue. */
  overdue(key: TargetKey): OverdueLookup | undefined;
  /** The number of overdue lookups, updated every 5 s. */
  overdueCount(): number;
  /** The time of the next lookup. */
  nextAt(key: TargetKey): Millis | undefined;
  /** Runs until the signal aborts and the running lookups have ended. */
  run(signal: AbortSignal): Promise<void>;
  /** The number of keys. */
  size(): number;
  /** When the loop last made progress, for the health check. */
  heartbeatAt(): Millis;
}

const EXPEDITE_GAP_MS: Millis = 1_000;

export function createRefresher(deps: RefresherDeps): Refresher {
  const { context, pump } = assemble(deps);
  const { clock } = deps;
  const { due, entries, phase } = context;
  return {
    want(key, namespace, lastKnownGood) {
      want(context, key, namespace, lastKnownGood);
      // Another user can change the namespace in whose turn the key is looked up.
      pump.replace(keyText(key));
      pump.wake();
    },
    drop: (key) => drop(context, key),
    answer(key, namespace) {
      const entry = entries.get(keyText(key));
      const now = clock.now();
      return entry === undefined
        ? undefined
        : entryAnswer(entry, namespace === undefined ? knownState(entry, now) : knownFor(entry, namespace, now));
    },
    *answers() {
      for (const entry of entries.values()) {
        yield entryAnswer(entry, knownState(entry, clock.now()));
      }
    },
    expedite: (key) => expedite(context, key),
    lookUpNow: (key) => lookUpFor(context, key),
    live: (key, namespace) => liveResult(context, key, namespace),
    follow: () => follow(context),
    restore: (key, namespace, lastKnownGood) => restore(context, key, namespace, lastKnownGood),
    overdue(key) {
      const entry = entries.get(keyText(key));
      return entry === undefined ? undefined : overdueLookup(entry, clock.now());
    },
    overdueCount: () => entries.values().reduce((count, { isOverdue }) => count + (isOverdue ? 1 : 0), 0),
    nextAt: (key) => due.at(keyText(key)),
    async run(signal) {
      phase.signal = signal;
      await pump.run(signal);
      await Promise.all(context.forQuestions);
    },
    size: () => entries.size,
    heartbeatAt: () => pump.heartbeatAt(),
  };
}

function assemble(deps: RefresherDeps): { readonly context: RefresherContext; readonly pump: PooledPump<string> } {
  const due = createDue<string>();
  const entries = new Map<string, Entry>();
  const pump = createLookupPump(
    deps,
    due,
    entries,
    (text, signal) => lookUpDue(context, text, signal),
    (texts) => reportOverdue(context, texts),
  );
  const context: RefresherContext = {
    deps,
    entries,
    due,
    outages: createOutageWatch(),
    forget(text) {
      pump.remove(text);
      due.remove(text);
    },
    forQuestions: new Set(),
    wake: () => pump.wake(),
    schedule(text, entry, at) {
      entry.queried = true;
      due.add(text, at);
      pump.replace(text);
    },
    phase: { follows: deps.follows ?? true, signal: undefined },
  };
  return { context, pump };
}

function createLookupPump(
  { clock, log, concurrency, namespaceOf = () => "" }: RefresherDeps,
  due: Due<string>,
  entries: ReadonlyMap<string, Entry>,
  start: (text: string, signal: AbortSignal) => Promise<Millis | undefined>,
  onUnfinished: (texts: Iterable<string>) => void,
): PooledPump<string> {
  return createPooledPump<string, Pool>({
    due,
    clock,
    log,
    concurrency,
    pools: POOLS,
    patienceMs: (pool) => PATIENCE_MS[pool],
    placeOf(text) {
      const entry = entries.get(text);
      return entry === undefined
        ? { pool: "failing", claim: { turn: "", share: "" } }
        : { pool: poolOf(entry), claim: { turn: namespaceOf(entry.state.key), share: entry.state.key.view } };
    },
    start,
    onSlow(text) {
      const entry = entries.get(text);
      // A query may wait for the key.
      if (entry === undefined || entry.queried) {
        return false;
      }
      entry.slowness += 1;
      entry.queried = true;
      return true;
    },
    onRound: onUnfinished,
  });
}

function want(
  { deps, entries, due, phase }: RefresherContext,
  key: TargetKey,
  namespace: string,
  lastKnownGood: LastKnownGood | undefined,
): void {
  const text = keyText(key);
  const entry = entries.get(text);
  if (entry !== undefined) {
    entry.users += 1;
    if (lastKnownGood !== undefined && !entry.isSuperseded && entry.state.read === undefined) {
      addRestored(deps, entry, namespace, lastKnownGood);
    }
    return;
  }
  const now = deps.clock.now();
  const state = lastKnownGood === undefined ? freshState(key, now) : restoredState(key, lastKnownGood, now);
  entries.set(text, {
    state,
    users: 1,
    notified: entryAnswer({ unread: "pending" }, state),
    lastLookupAt: -Infinity,
    queried: false,
    running: undefined,
    requeue: false,
    unread: "pending",
    restoredFrom: lastKnownGood === undefined ? undefined : namespace,
    restoredAt: lastKnownGood?.publishedAt ?? Infinity,
    restored: undefined,
    isSuperseded: false,
    own: undefined,
    slowness: 0,
    isRetry: false,
    retries: 0,
    retriedAt: -Infinity,
    isOverdue: false,
    prefetchedFor: -Infinity,
  });
  if (phase.follows) {
    due.add(text, now);
  }
}

/**
 * Stores the last known good addresses in a status of the namespace. Those of the first namespace also become the state of the
 * stream, for example to detect a result that lacks most addresses. If a namespace has several statuses, the status with the latest
 * publication counts.
 */
function addRestored(deps: RefresherDeps, entry: Entry, namespace: string, lastKnownGood: LastKnownGood): void {
  const { publishedAt = Infinity } = lastKnownGood;
  const { restoredFrom, restoredAt, state } = entry;
  if (restoredFrom === undefined || (restoredFrom === namespace && state.addresses.length === 0)) {
    entry.restoredFrom = namespace;
    entry.restoredAt = publishedAt;
    entry.state = withLastKnownGood(state, lastKnownGood);
    notifyAnswer(deps, entry, undefined);
  } else if (restoredFrom === namespace && publishedAt > restoredAt && state.emptySince === undefined) {
    replaceRestored(deps, entry, lastKnownGood);
  } else if (restoredFrom !== namespace) {
    entry.restored ??= new Map();
    const known = entry.restored.get(namespace);
    if (known === undefined || publishedAt > (known.publishedAt ?? Infinity)) {
      entry.restored.set(namespace, lastKnownGood);
    }
  }
}

function replaceRestored(deps: RefresherDeps, entry: Entry, lastKnownGood: LastKnownGood): void {
  const { state } = entry;
  entry.restoredAt = lastKnownGood.publishedAt ?? Infinity;
  if (sameMembers(state.addresses, lastKnownGood.addresses)) {
    return;
  }
  entry.state =
    entry.unread === "pending"
      ? restoredState(state.key, lastKnownGood, deps.clock.now())
      : withAddressesOf(state, { ...lastKnownGood, addresses: addressSet(lastKnownGood.addresses) });
  notifyAnswer(deps, entry, undefined);
}

function drop({ entries, forget }: RefresherContext, key: TargetKey): void {
  const text = keyText(key);
  const entry = entries.get(text);
  if (entry === undefined) {
    return;
  }
  entry.users -= 1;
  if (entry.users === 0) {
    entries.delete(text);
    forget(text);
  }
}

function expedite(context: RefresherContext, key: TargetKey): void {
  const text = keyText(key);
  const entry = context.entries.get(text);
  if (entry !== undefined) {
    // The lookup in progress can have started before the reason for this one.
    entry.requeue = true;
    context.schedule(text, entry, Math.max(context.deps.clock.now(), entry.lastLookupAt + EXPEDITE_GAP_MS));
    context.wake();
  }
}

function follow(context: RefresherContext): void {
  const { phase, entries, due, deps } = context;
  const isFirst = !phase.follows;
  phase.follows = true;
  const now = deps.clock.now();
  for (const [text, entry] of entries) {
    if (isFirst && (entry.state.read?.until ?? -Infinity) <= now) {
      supersede(entry);
    }
    entry.unread = "pending";
    entry.notified = { ...entry.notified, unread: "pending" };
    due.add(text, now);
  }
  context.wake();
}

/**
 * Drops the answer for plans. Answers at query time still use it if a lookup of this replica returned it. Addresses from a status
 * can be restored from the object.
 */
function supersede(entry: Entry): void {
  entry.isSuperseded = true;
  if (entry.state.read !== undefined) {
    entry.own = { state: entry.state, replacedIn: new Set() };
    entry.restoredFrom = undefined;
  }
}

/** The precision of times in a status. */
const STATUS_TIME_MS: Millis = 1_000;

/** True if a lookup was successful after the last change of the published addresses. */
function isNewer({ lastSuccessAt = -Infinity }: HoldState, { publishedAt = Infinity }: LastKnownGood): boolean {
  return lastSuccessAt >= publishedAt + STATUS_TIME_MS;
}

function restore(
  { deps, entries, phase }: RefresherContext,
  key: TargetKey,
  namespace: string,
  lastKnownGood: LastKnownGood | undefined,
): void {
  const entry = entries.get(keyText(key));
  if (entry === undefined || lastKnownGood === undefined) {
    return;
  }
  const now = deps.clock.now();
  const { read, addresses } = entry.state;
  if (entry.own !== undefined && !isNewer(entry.own.state, lastKnownGood)) {
    entry.own.replacedIn.add(namespace);
  }
  const isOlder = !phase.follows && read !== undefined && read.until <= now && !isNewer(entry.state, lastKnownGood);
  if (entry.isSuperseded || (isOlder && !sameMembers(addresses, lastKnownGood.addresses))) {
    entry.isSuperseded = false;
    entry.restoredFrom = namespace;
    entry.restoredAt = lastKnownGood.publishedAt ?? Infinity;
    entry.restored = undefined;
    entry.state = restoredState(key, lastKnownGood, now);
    notifyAnswer(deps, entry, undefined);
  } else if (read === undefined) {
    addRestored(deps, entry, namespace, lastKnownGood);
  }
}
