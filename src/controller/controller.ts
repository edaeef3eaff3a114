import type { Millis } from "../base/clock.ts";
import { objectKey, type ObjectKey } from "../api/meta.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import type { ZonePlan } from "../plan/zone-plan.ts";
import { createWorkBudget } from "../schedule/work-budget.ts";
import { createOneATurn } from "../schedule/turn-gate.ts";
import { createWorkQueue, type Requeue, type WorkQueue } from "../schedule/work-queue.ts";
import { report, reportOn } from "./reports.ts";
import { createZoneSync, type ZoneSync } from "./responder/zone-sync-loop.ts";
import { planAlias } from "./plan-requests.ts";
import { createSteering, type Steering } from "./health/steering.ts";
import { createLiveAnswers } from "./responder/live-answers.ts";
import {
  passTime,
  refreshTargets,
  onAnswer,
  onInventory,
  onLead,
  onOverdue,
  onSynced,
  onTermEnd,
  onZoneChanged,
} from "./event-handlers.ts";
import {
  hasEveryZone,
  type ControllerDeps,
  isSettled,
  mayWrite,
  planOf,
  type ControllerContext,
  sizesOf,
  targetNames,
} from "./context.ts";
import { heartbeatsOf, queueDepthsOf } from "./queue-metrics.ts";
import { departuresOf, zonesWithViews } from "./departures.ts";
import { checkPropagation, type PropagationCheckDeps } from "./zone/propagation-check.ts";
import { countStates } from "./lookup/answer-state-metrics.ts";
import { createReferences } from "./lookup/references.ts";
import { createRefresher, type Refresher } from "./lookup/refresher.ts";
import type { AnswerSource } from "../responder/answer-source.ts";
import { lastKnownGoodOf } from "./lookup/last-known-good.ts";
import { formerNames, isFinalized, setsHere, sharedHostname } from "./inventory/zone-scope.ts";
import { createWildcards } from "./inventory/wildcards.ts";
import { createWatchedGone } from "./inventory/watched-gone.ts";
import { createStore, type Store } from "./inventory/store.ts";
import { keptNames } from "./inventory/kept-names.ts";
import { saveGuard, watchedGoneIn, watchedNames } from "./guard-inputs.ts";
import { createWants } from "./lookup/target-subscriptions.ts";
import { reconcileZone } from "./zone/reconcile.ts";
import { zoneRefusal } from "./zone/zone-refusal.ts";
import type { ZoneState } from "./zone/state/zone-state.ts";

/** The running controller: a level-triggered loop over zones and aliases, which only its signal ends. */
export interface Controller {
  run(signal: AbortSignal): Promise<void>;
  /** Lets the controller write until the signal aborts: for a leader's term, or for the whole run without a cluster. */
  lead(signal: AbortSignal): void;
  readonly store: Store;
  readonly zoneState: (zone: ObjectKey) => ZoneState | undefined;
  readonly answer: Refresher["answer"];
  /** True while the controller may write. */
  readonly leading: () => boolean;
  /** True once the inventory is known. */
  readonly synced: () => boolean;
  /** True once every DnsZone is known. It remains false while a DnsZone has never been readable. */
  readonly zonesKnown: () => boolean;
  /** True when every known object has been looked up, planned and written. */
  readonly settled: () => boolean;
  /** The answers at query time, for a responder. */
  readonly answers: AnswerSource;
  /** True once the responder has every zone that it can serve. */
  readonly served: () => boolean;
  /** When each loop last made progress, by the name of the loop. */
  readonly heartbeats: () => ReadonlyMap<string, Millis>;
  /** How many lookup streams are in each state, by the name of the state. */
  readonly answerStates: () => ReadonlyMap<string, number>;
  /** The number of lookups that are still without a result after the time that the staleness bound allows. */
  readonly lookupsOverdue: () => number;
  /** The number of keys that wait or run, by the name of the queue. */
  readonly queueDepths: () => ReadonlyMap<string, number>;
  /** The number of remembered entries, by kind. Without objects, all are 0. */
  readonly sizes: () => ReadonlyMap<string, number>;
}

const STATUS_WRITES_AT_ONCE = 16;
/**
 * The maximum number of zones that are handled at once. It is high, because a zone with a blocked backend uses a slot until the
 * deadline. The budget of a backend limits its own concurrent calls.
 */
const ZONES_AT_ONCE = 64;
const REPORTS_AT_ONCE = 8;
/** Failed keys are retried after half a second, and then after longer waits of at most a minute. */
const BACKOFF = { firstMs: 500, maxMs: 60_000, spread: 0.2 };

export function createController(deps: ControllerDeps): Controller {
  const context = assemble(deps);
  const { refresher, zoneQueue, propagationQueue, aliasQueue, reportQueue, claimQueue, phase } = context;
  return {
    async run(signal) {
      await Promise.all([
        deps.inventory.run(
          { onEvent: (event) => onInventory(context, event), onSynced: () => onSynced(context) },
          signal,
        ),
        refresher.run(signal),
        context.steering.run(signal),
        context.zoneSync?.run(signal),
        ...[zoneQueue, propagationQueue, aliasQueue, reportQueue, claimQueue].map((queue) => queue.run(signal)),
      ]);
    },
    lead(signal) {
      phase.term = signal;
      if (!signal.aborted) {
        signal.addEventListener("abort", () => onTermEnd(context), { once: true });
        onLead(context);
      }
    },
    store: context.store,
    zoneState: (zone) => context.zones.get(zone),
    answer: (key) => refresher.answer(key),
    leading: () => mayWrite(context),
    synced: () => phase.synced,
    zonesKnown: () => phase.synced && hasEveryZone(context),
    settled: () => isSettled(context),
    answers: createLiveAnswers({
      store: context.store,
      refresher,
      leavingClaim: (zone, name) => context.zoneSync?.leavingClaim(zone, name),
      servedZone: (domain) => context.zoneSync?.zoneOf(domain),
      wildcardsOf: (name) => context.wildcards.answeringFor(name),
      viewIdOf: deps.viewIdOf,
      lookup: deps.lookup,
      onQuestion: () => deps.responder?.lookupStarted(),
      selectionOf: (alias) => context.steering.selectionOf(alias),
      earliestSwitch: (alias, targets) => context.steering.earliestSwitch(alias, targets),
      clock: deps.clock,
    }),
    served: () => phase.synced && !phase.settling && (context.zoneSync?.settled() ?? true),
    heartbeats: () => heartbeatsOf(context),
    answerStates: () => countStates(context.refresher.answers()),
    lookupsOverdue: () => refresher.overdueCount(),
    queueDepths: () => queueDepthsOf(context),
    sizes: () => sizesOf(context),
  };
}

/** Creates the loops and joins them. Each loop receives its parts as arguments, and calls the controller back. */
function assemble(deps: ControllerDeps): ControllerContext {
  const store = createStore(deps.writeTargetOf, () => deps.clock.now());
  const refresher: Refresher = createRefresher({
    lookup: deps.lookup,
    serverCountOf: deps.serverCountOf,
    clock: deps.clock,
    random: deps.random,
    log: deps.log,
    concurrency: deps.concurrency,
    namespaceOf: (key) => subscriptions.namespaceOf(key),
    onOverdue: (key) => onOverdue(context, key),
    onAnswer: (answer, lastSuccessBefore) => onAnswer(context, answer, lastSuccessBefore),
    observe: (result, tookMs, key) => deps.onResult(key, result, tookMs),
    onQuestion: () => deps.responder?.lookupStarted(),
    follows: false,
  });
  const subscriptions = createWants({
    zonesOf: (alias, hostname) => zonesWithViews(store, alias, hostname),
    viewIdOf: deps.viewIdOf,
    want: (key, { meta, status }) =>
      refresher.want(key, meta.namespace, lastKnownGoodOf(key, status, deps.clock.now())),
    drop: (key) => refresher.drop(key),
  });
  const termQueue = (name: string, atOnce: number, handle: Handle): WorkQueue =>
    createQueue(
      deps,
      name,
      atOnce,
      withinTerm(() => context, handle),
    );
  const context: ControllerContext = {
    deps,
    store,
    subscriptions,
    refresher,
    references: createReferences(),
    steering: steeringOf(deps, () => context),
    zoneSync: zoneSyncOf(deps, store, () => context),
    zones: new Map(),
    edited: new Map(),
    invalid: new Map(),
    deletions: new Map(),
    badPins: new Map(),
    zoneDeletions: new Map(),
    withdrawing: new Set(),
    unserved: new Map(),
    watchedGone: createWatchedGone(deps.clock),
    wildcards: createWildcards(store),
    zoneQueue: termQueue("zones", ZONES_AT_ONCE, (zone, signal) => reconcile(context, zone, signal)),
    propagationQueue: termQueue("proof", ZONES_AT_ONCE, (zone, signal) => checkZone(context, zone, signal)),
    aliasQueue: termQueue("aliases", STATUS_WRITES_AT_ONCE, (key, signal) => report(context, key, signal)),
    reportQueue: termQueue("reports", REPORTS_AT_ONCE, (zone, signal) => reportOn(context, zone, signal)),
    claimQueue: createQueue(deps, "claims", 1, async (key) => passTime(context, key)),
    planTurn: createOneATurn(),
    planning: createWorkBudget({ clock: deps.clock, ...PLANNING }),
    phase: { synced: false, term: undefined, everLed: false, settling: false },
  };
  return context;
}

function steeringOf(deps: ControllerDeps, context: () => ControllerContext): Steering {
  const { clock, random, log, observer, reporter, healthChecks, votes, awayMs } = deps;
  return createSteering({
    port: healthChecks,
    votes,
    clock,
    random,
    log,
    observer,
    isLeading: () => mayWrite(context()),
    // Without a responder, a replica that has never led knows no addresses, and has no clients.
    awayMs: awayMs && (() => (context().phase.everLed || deps.responder !== undefined ? awayMs() : 0)),
    aliasKeys: () => [...context().store.aliases()].map(({ meta }) => objectKey(meta)),
    aliasOf: (key) => context().store.alias(key),
    streamsOf: (key) => context().subscriptions.streamsOf(key),
    answer: (key, namespace) => context().refresher.answer(key, namespace),
    sharedHostname: (alias) => sharedHostname(context().store, alias),
    onEvent: (alias, event) => reporter.event(alias, event),
    onChanged: (alias, lastSuccessAt) => planAlias(context(), alias, lastSuccessAt),
    onDecided: ({ meta }) => context().aliasQueue.add(objectKey(meta)),
  });
}

function zoneSyncOf(deps: ControllerDeps, store: Store, context: () => ControllerContext): ZoneSync | undefined {
  const { responder: port, clock, random, log, observer, reporter } = deps;
  if (port === undefined) {
    return undefined;
  }
  return createZoneSync({
    port,
    store,
    clock,
    random,
    log,
    observe: observer.queue("served"),
    recordBase: (zone, encloserOf) => void context().wildcards.record(zone, "responder", encloserOf),
    onProblem(zone, { reason, message }) {
      // Each replica serves zones separately, and only the leader reports problems.
      if (mayWrite(context())) {
        reporter.event(zone, { type: reason === "NotServed" ? "Normal" : "Warning", reason, message });
      }
    },
  });
}

/** A plan waits at least 50 ms, so that simultaneous changes of many answers lead to one write. */
const PLANNING = { restShare: 5, minWaitMs: 50, maxWaitMs: 2_000 };

type Handle = (key: string, signal: AbortSignal) => Promise<Requeue>;

function createQueue(deps: ControllerDeps, name: string, concurrency: number, handle: Handle): WorkQueue {
  const { clock, random, log, observer } = deps;
  return createWorkQueue({ clock, random, log, concurrency, handle, backoff: BACKOFF, observe: observer.queue(name) });
}

/**
 * Aborts the handler at the end of the term, because another replica may write as soon as the Lease is lost. The next term starts
 * all work again.
 */
function withinTerm(context: () => ControllerContext, handle: Handle): Handle {
  // One signal for each term, not for each round: a signal that lives long remembers every signal that depends on it.
  let joined: { readonly term: AbortSignal; readonly signal: AbortSignal; readonly both: AbortSignal } | undefined;
  return async (key, signal) => {
    const { term } = context().phase;
    if (term !== undefined && (joined?.term !== term || joined.signal !== signal)) {
      joined = { term, signal, both: AbortSignal.any([signal, term]) };
    }
    try {
      return await handle(key, term === undefined ? signal : (joined?.both ?? signal));
    } catch (error) {
      if (term?.aborted === true) {
        return { requeue: "done" };
      }
      throw error;
    }
  };
}

async function reconcile(context: ControllerContext, zone: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  // A plan runs without interruption, and takes time for a large zone. Several plans in one turn would block the event loop for too long.
  await context.planTurn();
  const { deps, store, zones } = context;
  const state = zones.get(zone);
  if (state === undefined) {
    return { requeue: "done" };
  }
  return reconcileZone(
    {
      ownerId: deps.ownerId,
      clock: deps.clock,
      log: deps.log,
      reporter: deps.reporter,
      observer: deps.observer,
      plan: (of) => planWithinBudget(context, of),
      refusalOf: (of) => zoneRefusal(store, of),
      mayNotDelete: (of) => keptNames(store, context.invalid.values(), of),
      mayWrite: () => mayWrite(context),
      isFinalized: (of, name) => deps.reporter.withoutFinalizers === true || isFinalized(store, of, name),
      isWatched: (of) => watchedNames(context, of),
      saveGuard: (of, guard, inner) => saveGuard(context, of, guard, inner),
      aliasOf: (key) => store.alias(key),
      formerNames: (of) => [...formerNames(store, of), ...watchedGoneIn(context, of)],
      targetNames: (of) => targetNames(context, of),
      recordRead: (of, { encloserOf }) => context.wildcards.record(of, "backend", encloserOf),
      departures: departuresOf(context),
      setsHere: (of, names, sets) => setsHere(store, of, names, sets),
      onChanged: (of, names) => onZoneChanged(context, of, names),
      refreshTargets: (of, names) => refreshTargets(context, of, names),
      onWritten: (of) => context.propagationQueue.add(of),
    },
    state,
    signal,
  );
}

function planWithinBudget(context: ControllerContext, zone: DnsZone): ZonePlan {
  const { clock } = context.deps;
  const startedAt = clock.now();
  const plan = planOf(context, zone);
  context.planning.spend(clock.now() - startedAt);
  return plan;
}

async function checkZone(context: ControllerContext, zone: ObjectKey, signal: AbortSignal): Promise<Requeue> {
  const { clock, log, observer, endpointsOf, queryServer } = context.deps;
  const state = context.zones.get(zone);
  const onChanged: PropagationCheckDeps["onChanged"] = (of, names) => onZoneChanged(context, of, names);
  return state === undefined || !mayWrite(context)
    ? { requeue: "done" }
    : checkPropagation({ clock, log, observer, endpointsOf, queryServer, onChanged }, state, signal);
}
