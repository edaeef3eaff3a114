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
import type { EndpointsOf, ProviderFactory } from "./ports/servers.ts";
import type { PropagationCheckDeps } from "./zone/propagation-check.ts";
import type { OverdueLookup } from "./lookup/overdue.ts";
import { hasReadReferences, type References } from "./lookup/references.ts";
import type { Refresher } from "./lookup/refresher.ts";
import type { Wildcards } from "./inventory/wildcards.ts";
import type { WatchedGone } from "./inventory/watched-gone.ts";
import type { Store } from "./inventory/store.ts";
import type { TargetSubscriptions } from "./lookup/target-subscriptions.ts";
import type { Deletion } from "./status/finalizer.ts";
import type { ZoneState } from "./zone/state/zone-state.ts";

/** What a controller is made of; cli/compose/compose.ts fills it for a cluster or for a folder. */
export interface ControllerDeps {
  readonly ownerId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly inventory: Inventory;
  readonly reporter: Reporter;
  readonly observer: Observer;
  readonly providerOf: ProviderFactory;
  /** One text for each place that a zone can be written to. */
  readonly writeTargetOf: (zone: DnsZone) => string;
  readonly endpointsOf: EndpointsOf;
  readonly queryServer: PropagationCheckDeps["queryServer"];
  readonly lookup: Lookup;
  readonly viewIdOf: (zone: DnsZone, alias: DnsAlias) => ViewId;
  readonly serverCountOf: (view: ViewId) => number;
  readonly onResult: (key: TargetKey, result: LookupResult, tookMs: Millis) => void;
  /** Look-ups under way at once. */
  readonly concurrency: number;
  /** Makes health checks; absent: the installation makes none. */
  readonly healthChecks?: HealthCheckPort;
  /** Answers questions by what the controller knows, whether it leads or not; absent: nothing is answered. */
  readonly responder?: ResponderPort;
}

/** What the loops of one controller share. */
export interface ControllerContext {
  readonly deps: ControllerDeps;
  readonly store: Store;
  readonly subscriptions: TargetSubscriptions;
  readonly refresher: Refresher;
  /** The objects that aliases refer to. */
  readonly references: References;
  /** Selects among the targets of aliases, by health and priority. */
  readonly steering: Steering;
  /** What the responder serves; undefined: there is none. */
  readonly zoneSync: ZoneSync | undefined;
  readonly zones: Map<ObjectKey, ZoneState>;
  /** Aliases that are new or have another spec since they were settled last. */
  readonly edited: Map<ObjectKey, "new" | "changed">;
  /** Edits that could not be read, by {@link kindKey}. */
  readonly invalid: Map<string, InvalidObject>;
  /** Aliases under deletion that wait for their withdrawal. */
  readonly deletions: Map<ObjectKey, Deletion>;
  /** DnsZones under deletion that do. */
  readonly zoneDeletions: Map<ObjectKey, Deletion>;
  /** Those of them whose objects are gone. */
  readonly withdrawing: Set<ObjectKey>;
  /** Objects that go only because their CustomResourceDefinition is being deleted, by {@link kindKey}: their names stay as they are. */
  readonly unserved: Map<string, ObjectMeta>;
  /** Names whose aliases this process saw go or change. */
  readonly watchedGone: WatchedGone;
  /** Which wildcards answer for names that no alias has. */
  readonly wildcards: Wildcards;
  /** Plans and writes zones. */
  readonly zoneQueue: WorkQueue;
  /** Asks the servers of zones for what was written. */
  readonly propagationQueue: WorkQueue;
  /** Brings statuses and finalizers of aliases up to date. */
  readonly aliasQueue: WorkQueue;
  /** Brings statuses of zones up to date. */
  readonly reportQueue: WorkQueue;
  /** Has names decided again that stay where they are for a while. */
  readonly claimQueue: WorkQueue;
  /** One zone is planned a turn of the event loop. */
  readonly planTurn: () => Promise<void>;
  /** Plans of all zones together hold the event loop for at most about a sixth of the time. */
  readonly planning: WorkBudget;
  readonly phase: Phase;
}

interface Phase {
  /** The inventory is known. */
  synced: boolean;
  /** May write until it aborts; undefined before the first term. */
  term: AbortSignal | undefined;
  /** Has led once: look-ups go on from then, even while the apiserver is away. */
  everLed: boolean;
  /** Noted names are being decided. */
  settling: boolean;
}

/** Objects of two kinds can have one key. */
export function kindKey(kind: InvalidObject["kind"], key: ObjectKey): string {
  return `${kind} ${key}`;
}

type PlanContext = Pick<ControllerContext, "deps" | "store" | "refresher" | "wildcards" | "steering">;

/** What the zone should hold by what is known now. */
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

/** The names of which the zone's backend has to say whether they exist, because a wildcard of the zone may answer for them: targets of aliases, and the names of their chains. */
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

/** The lookups of the alias's targets that have no result beyond their bound. */
export function overdueOf({ subscriptions, refresher }: ControllerContext, alias: ObjectKey): readonly OverdueLookup[] {
  return [...subscriptions.streamsOf(alias)].flatMap((stream) => refresher.overdue(stream) ?? []);
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
    // As nearly always; a plan asks for every name that it has.
    return store.claimsIn(only).get(name)?.winners ?? [];
  }
  return zones.size === 0 ? [] : [...zones].flatMap((zone) => store.claimsIn(zone).get(name)?.winners ?? []);
}

/** False while a DnsZone exists of which no valid spec is known. One that matches no names without the consent of another doesn't count. */
export function hasEveryZone({ invalid, store }: ControllerContext): boolean {
  return [...invalid.values()].every(
    ({ kind, key }) => kind !== "DnsZone" || store.zone(key) !== undefined || store.missingConsents(key) !== undefined,
  );
}

/** True within a term. */
export function mayWrite({ phase }: ControllerContext): boolean {
  return phase.term?.aborted === false;
}
