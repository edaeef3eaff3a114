import type { Clock, Millis, Random } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { DnsAlias } from "../api/dns-alias.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import { objectKey, type ObjectKey, type ObjectMeta } from "../api/meta.ts";
import type { Name } from "../dns/name/name.ts";
import type { LookupResult, TargetKey, ViewId } from "../dns/lookup-result.ts";
import type { Lookup } from "../resolver/lookup.ts";
import type { Claim } from "../plan/claims.ts";
import { type LoopInput, namesBehind } from "../plan/loop.ts";
import { planZone, type ZonePlan } from "../plan/zone-plan.ts";
import type { WorkBudget } from "../schedule/work-budget.ts";
import type { WorkQueue } from "../schedule/work-queue.ts";
import type { ZoneSync } from "./responder/zone-sync-loop.ts";
import type { ResponderPort } from "./responder/zone-sync-context.ts";
import type { InvalidObject, Inventory } from "./ports/inventory.ts";
import type { Observer } from "./ports/observer.ts";
import type { Reporter } from "./ports/reporter.ts";
import type { Steering } from "./health/steering.ts";
import type { HealthCheckPort } from "./ports/checks.ts";
import type { VotePort } from "./ports/votes.ts";
import type { EndpointsOf, ProviderFactory } from "./ports/servers.ts";
import type { PropagationCheckDeps } from "./zone/propagation-check.ts";
import type { OverdueLookup } from "./lookup/overdue.ts";
import { hasReadReferences, type References } from "./lookup/references.ts";
import type { Refresher } from "./lookup/refresher.ts";
import type { Wildcards } from "./inventory/wildcards.ts";
import type { WatchedGone } from "./inventory/watched-gone.ts";
import type { Store } from "./inventory/store.ts";
import type { TargetAnswer } from "../plan/target-answer.ts";
import type { TargetSubscriptions } from "./lookup/target-subscriptions.ts";
import type { Deletion } from "./status/finalizer.ts";
import type { ZoneState } from "./zone/state/zone-state.ts";

/** The parts of a controller. cli/compose/compose.ts creates them for a cluster or for a folder. */
export interface ControllerDeps {
  readonly ownerId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly inventory: Inventory;
  readonly reporter: Reporter;
  readonly observer: Observer;
  readonly providerOf: ProviderFactory;
  /** Returns the write location of a zone as text. Two zones with the same text write the same records. */
  readonly writeTargetOf: (zone: DnsZone) => string;
  readonly endpointsOf: EndpointsOf;
  readonly queryServer: PropagationCheckDeps["queryServer"];
  readonly lookup: Lookup;
  readonly viewIdOf: (zone: DnsZone, alias: DnsAlias) => ViewId;
  readonly serverCountOf: (view: ViewId) => number;
  readonly onResult: (key: TargetKey, result: LookupResult, tookMs: Millis) => void;
  /** The maximum number of concurrent lookups. */
  readonly concurrency: number;
  /** Makes health checks. Absent: the installation makes none. */
  readonly healthChecks?: HealthCheckPort;
  /** Consults other replicas about failed health checks. Absent: there are no others. */
  readonly votes?: VotePort;
  /** How long no Lease has been seen. 0: a replica leads, or soon will. Absent: there is no Lease. */
  readonly awayMs?: () => Millis;
  /** Answers queries from the state of the controller, regardless of whether it leads. Absent: there is no responder. */
  readonly responder?: ResponderPort;
}

/** The state that the loops of one controller share. */
export interface ControllerContext {
  readonly deps: ControllerDeps;
  readonly store: Store;
  readonly subscriptions: TargetSubscriptions;
  readonly refresher: Refresher;
  /** The objects that aliases refer to. */
  readonly references: References;
  /** Selects among the targets of aliases, by health and priority. */
  readonly steering: Steering;
  /** Keeps the responder's zones current. Undefined: there is no responder. */
  readonly zoneSync: ZoneSync | undefined;
  readonly zones: Map<ObjectKey, ZoneState>;
  /** Aliases that are new, or whose spec has changed since they were last settled. */
  readonly edited: Map<ObjectKey, "new" | "changed">;
  /** Edits that could not be read, by {@link kindKey}. */
  readonly invalid: Map<string, InvalidObject>;
  /** Aliases under deletion whose records are not withdrawn yet. */
  readonly deletions: Map<ObjectKey, Deletion>;
  /** The invalid values of `dnsalias.io/pin` that were reported. */
  readonly badPins: Map<ObjectKey, string>;
  /** DnsZones under deletion whose records are not withdrawn yet. */
  readonly zoneDeletions: Map<ObjectKey, Deletion>;
  /** The DnsZones of `zoneDeletions` whose objects no longer exist. */
  readonly withdrawing: Set<ObjectKey>;
  /**
   * Objects that are being deleted only because their CustomResourceDefinition is being deleted, by {@link kindKey}. Their records
   * remain.
   */
  readonly unserved: Map<string, ObjectMeta>;
  /** Names whose aliases were deleted or changed while this process ran. */
  readonly watchedGone: WatchedGone;
  /** The wildcards that answer for names without an alias. */
  readonly wildcards: Wildcards;
  /** Plans and writes zones. */
  readonly zoneQueue: WorkQueue;
  /** Queries the servers of zones for the written records. */
  readonly propagationQueue: WorkQueue;
  /** Updates the statuses and finalizers of aliases. */
  readonly aliasQueue: WorkQueue;
  /** Updates the statuses of zones. */
  readonly reportQueue: WorkQueue;
  /** Ends pins, and decides names again when their limited time in their old zone is over. */
  readonly claimQueue: WorkQueue;
  /** Resolves in a turn of the event loop in which no other zone is planned. */
  readonly planTurn: () => Promise<void>;
  /** The plans of all zones together block the event loop for at most about a sixth of the time. */
  readonly planning: WorkBudget;
  readonly phase: Phase;
}

interface Phase {
  /** True once the inventory is known. */
  synced: boolean;
  /** This process may write until the signal aborts. Undefined before the first term. */
  term: AbortSignal | undefined;
  /** True once this process has led. From then on, lookups continue, even while the API server is not available. */
  everLed: boolean;
  /** True while recorded names are being decided. */
  settling: boolean;
}

/** Returns a key with the kind, because a DnsAlias and a DnsZone can have the same {@link ObjectKey}. */
export function kindKey(kind: InvalidObject["kind"], key: ObjectKey): string {
  return `${kind} ${key}`;
}

type PlanContext = Pick<ControllerContext, "deps" | "store" | "refresher" | "wildcards" | "steering">;

/** The desired records of the zone for the present state. */
export function planOf(
  { deps, store, refresher, wildcards, steering }: PlanContext,
  zone: DnsZone,
  claims: ReadonlyMap<Name, Claim> = store.claimsIn(objectKey(zone.meta)),
): ZonePlan {
  return planZone({
    zone,
    claims,
    answerOf: (target, family, view, namespace) => refresher.answer({ target, family, view }, namespace),
    viewIdOf: deps.viewIdOf,
    claimantsOf: (name) => claimantsOf(store, name),
    wildcardsOf: (name) => wildcards.answeringFor(name),
    selectionOf: (alias) => steering.selectionOf(alias),
    now: deps.clock.now(),
  });
}

/**
 * The names whose existence the zone's backend has to report, because a wildcard of the zone may answer for them. They are the
 * targets of aliases, and the names in their chains.
 */
export function targetNames(
  { deps, store, refresher, wildcards }: Pick<ControllerContext, "deps" | "store" | "refresher" | "wildcards">,
  zone: DnsZone,
): readonly Name[] {
  const chainOf: LoopInput["chainOf"] = (alias, target, family) =>
    refresher.answer({ target, family, view: deps.viewIdOf(zone, alias) }, alias.meta.namespace)?.chain ?? [];
  return wildcards.concerned(zone, namesOfAll(store.aliases(), chainOf));
}

function* namesOfAll(aliases: Iterable<DnsAlias>, chainOf: LoopInput["chainOf"]): Generator<Name> {
  for (const alias of aliases) {
    yield* namesBehind({ chainOf }, alias);
  }
}

/** The lookups of the alias's targets that are overdue. */
export function overdueOf({ subscriptions, refresher }: ControllerContext, alias: ObjectKey): readonly OverdueLookup[] {
  return [...subscriptions.streamsOf(alias)].flatMap((stream) => refresher.overdue(stream) ?? []);
}

/** The present answers for the alias's targets. */
export function answersOf({ subscriptions, refresher }: ControllerContext, alias: ObjectKey): readonly TargetAnswer[] {
  return [...subscriptions.streamsOf(alias)].flatMap((stream) => refresher.answer(stream) ?? []);
}

export function isSettled({ phase, zones, subscriptions, store, refresher, steering }: ControllerContext): boolean {
  if (!phase.synced || !phase.everLed || phase.settling || [...store.zones()].length !== zones.size) {
    return false;
  }
  const planned = [...zones.values()].every(
    ({ planned: { outcome, changePendingSince, changePlannedSince } }) =>
      outcome.kind !== "pending" &&
      changePendingSince === undefined &&
      (changePlannedSince === undefined || outcome.kind !== "ok"),
  );
  return (
    planned &&
    [...store.aliases()].every(
      (alias) =>
        isResolved(subscriptions.streamsOf(objectKey(alias.meta)), refresher) &&
        hasReadReferences(alias) &&
        !steering.isPending(alias),
    )
  );
}

export function sizesOf(context: ControllerContext): ReadonlyMap<string, number> {
  const { store, subscriptions, refresher, zones, invalid, edited } = context;
  const { zoneQueue, propagationQueue, aliasQueue, reportQueue } = context;
  return new Map([
    ["streams", refresher.size()],
    ["subscriptions", subscriptions.size()],
    ["references", context.references.size()],
    ["steering", context.steering.size()],
    ["zones", zones.size],
    ["invalid", invalid.size],
    ["edited", edited.size],
    ["bad pins", context.badPins.size],
    ["deletions", context.deletions.size + context.zoneDeletions.size],
    ["unserved", context.unserved.size],
    ["zones to do", zoneQueue.size()],
    ["propagation checks to do", propagationQueue.size()],
    ["aliases to do", aliasQueue.size()],
    ["reports to do", reportQueue.size()],
    ["claims to do", context.claimQueue.size()],
    ...store.sizes(),
  ]);
}

function isResolved(streams: Iterable<TargetKey>, refresher: Refresher): boolean {
  return [...streams].every((stream) => (refresher.answer(stream)?.outcome.kind ?? "unknown") !== "unknown");
}

function claimantsOf(store: Store, name: Name): readonly DnsAlias[] {
  const zones = store.zonesOfName(name);
  const [only] = zones;
  if (zones.size === 1 && only !== undefined) {
    // A plan calls this for each of its names, and nearly always with one zone.
    return store.claimsIn(only).get(name)?.winners ?? [];
  }
  return zones.size === 0 ? [] : [...zones].flatMap((zone) => store.claimsIn(zone).get(name)?.winners ?? []);
}

/**
 * False while an existing DnsZone has no known valid spec. A DnsZone that lacks the consent of an older DnsZone doesn't count,
 * because it matches no names.
 */
export function hasEveryZone({ invalid, store }: ControllerContext): boolean {
  return [...invalid.values()].every(
    ({ kind, key }) => kind !== "DnsZone" || store.zone(key) !== undefined || store.missingConsents(key) !== undefined,
  );
}

/** True during a term of leadership. */
export function mayWrite({ phase }: ControllerContext): boolean {
  return phase.term?.aborted === false;
}
