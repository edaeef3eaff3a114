import type { Millis } from "../../base/clock.ts";
import { byCodeUnit } from "../../base/order.ts";
import type { DnsAlias, HostnameStatus } from "../../api/dns-alias.ts";
import { objectKey, type ObjectKey } from "../../api/meta.ts";
import { addressSet } from "../../dns/address/address.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { FAMILIES } from "../../dns/record.ts";
import type { ActualRRset, Refusal } from "../../plan/change.ts";
import type { Move } from "../inventory/move/name-move.ts";
import type { Contribution } from "../../plan/contribution.ts";
import type { OverdueLookup } from "../lookup/overdue.ts";
import type { Store } from "../inventory/store.ts";
import type { TargetAnswer } from "../../plan/target-answer.ts";
import { ignoresPrivate } from "../../plan/domain/private-addresses.ts";
import type { Steering } from "../health/steering.ts";
import type { SteeringFacts } from "./field/selection-fields.ts";
import { showsList } from "./field/status-limits.ts";
import type { LeavingName, NameRefused, NameWithoutZone } from "./staying-names.ts";
import { NOTHING_CONFIRMED, type Propagation } from "../zone/state/confirmed.ts";
import { NOTHING_PLANNED, type ZoneOutcome } from "../zone/state/planned.ts";
import type { ZoneState } from "../zone/state/zone-state.ts";

/** One hostname of an alias in one zone, with the facts for its verdicts and its status. */
export interface NameInZone {
  readonly hostname: Name;
  readonly zone: ObjectKey;
  /** Undefined: this alias is among the winners. */
  readonly lostTo: ObjectKey | undefined;
  /** True if another alias has the hostname too, so that the addresses of both are published. */
  readonly isShared?: boolean;
  /** The written RRsets of dnsalias. */
  readonly published: readonly ActualRRset[];
  /** True if this process hasn't read the zone yet, so that the written RRsets are unknown. */
  readonly isUnread?: boolean;
  readonly publishedAt: Millis | undefined;
  /** The refusal of an address RRset. */
  readonly refusal: Refusal | undefined;
  /** The refusal of the HTTPS record. The addresses continue without it. */
  readonly withoutHttps: Refusal | undefined;
  readonly loop: readonly Name[] | undefined;
  /** True if the zone leaves out special-use addresses that the alias permits. */
  readonly ignoresPrivate?: boolean;
  readonly contribution: Contribution | undefined;
  readonly outcome: ZoneOutcome;
  readonly propagation: Propagation;
  /**
   * The measured propagation times. Each is at least the time for which caches of the server can keep an old answer. Until there
   * are enough, `expectedLagMs` counts.
   */
  readonly lags: readonly Millis[];
  readonly expectedLagMs: Millis;
}

/** A zone that had a hostname of the alias, and may still have records of that hostname. */
export interface FormerPlace {
  readonly hostname: Name;
  readonly zone: ObjectKey;
  /** Undefined: this process hasn't read the records yet. */
  readonly published: readonly ActualRRset[] | undefined;
  readonly move: Move | undefined;
}

/** All facts about one alias for its conditions and its status. */
export interface AliasFacts {
  readonly alias: DnsAlias;
  readonly inZones: readonly NameInZone[];
  /** The former places of hostnames that the alias has in other zones now. */
  readonly former?: readonly FormerPlace[];
  /** Hostnames without a zone. */
  readonly withoutZone: readonly NameWithoutZone[];
  /** Hostnames that have a zone, but that other DnsZones of their domain refuse. */
  readonly refused?: readonly NameRefused[];
  /** Hostnames that their zone keeps for a limited time. */
  readonly leaving?: readonly LeavingName[];
  readonly now: Millis;
  /** The present overdue lookups of its targets. The answers in a plan don't show them, because they are as old as the plan. */
  readonly overdue?: readonly OverdueLookup[];
  /** The present answers for its targets. A plan has answers only for the hostnames that the alias has. */
  readonly answers?: readonly TargetAnswer[];
  /** Entries of the status for former places that may still have records of the alias. */
  readonly unlisted?: readonly HostnameStatus[];
  /** Why its finalizer can't be set. Until it is set, its names have no first write. Undefined: it can be set. */
  readonly forbidden?: string;
  /** When the finalizer of an alias under deletion is removed in any case. Undefined: it is not under deletion. */
  readonly letGoAt?: Millis;
  /** The selection among its targets. Absent: it merges them all. */
  readonly steering?: SteeringFacts;
  /** Why the installation doesn't make some of its health checks. Absent: it makes them all. */
  readonly healthCheckRefusal?: string;
}

export interface FactsDeps {
  readonly store: Store;
  readonly zoneState: (zone: ObjectKey) => ZoneState | undefined;
  readonly ownerId: string;
  readonly overdueOf?: (alias: ObjectKey) => readonly OverdueLookup[];
  readonly answersOf?: (alias: ObjectKey) => readonly TargetAnswer[];
  readonly steering?: Pick<Steering, "decisionOf" | "refusalOf" | "stretchOf" | "isVoting" | "recordServed">;
}

/** The assumed time of a delivery whose method is unknown: the kubelet's 90 s and a reload. */
const UNKNOWN_LAG_MS = 95_000;

export function factsOf(deps: FactsDeps, alias: DnsAlias, now: Millis): AliasFacts {
  const inZones: NameInZone[] = [];
  const withoutZone: NameWithoutZone[] = [];
  const leaving: LeavingName[] = [];
  const refused: NameRefused[] = [];
  for (const hostname of [...alias.spec.hostnames].sort(byCodeUnit)) {
    const match = deps.store.matchOf(alias, hostname);
    if (match.kind === "none") {
      const { kind: _, ...why } = match;
      withoutZone.push({ hostname, ...why });
      continue;
    }
    if (match.leaving !== undefined) {
      leaving.push({ hostname, leaving: match.leaving });
    }
    refused.push(...(match.refused ?? []).map((why) => ({ hostname, ...why })));
    for (const zone of match.zones) {
      inZones.push({
        ...nameInZone(deps, alias, hostname, objectKey(zone.meta)),
        ...(ignoresPrivate(zone, alias) && { ignoresPrivate: true }),
      });
    }
  }
  const overdue = deps.overdueOf?.(objectKey(alias.meta)) ?? [];
  const answers = deps.answersOf?.(objectKey(alias.meta)) ?? [];
  const former = formerPlaces(deps, inZones);
  return {
    alias,
    inZones,
    former,
    withoutZone,
    leaving,
    refused,
    now,
    overdue,
    answers,
    ...steeringFacts(deps, alias),
  };
}

function steeringFacts({ steering }: FactsDeps, alias: DnsAlias): Pick<AliasFacts, "steering" | "healthCheckRefusal"> {
  const decision = steering?.decisionOf(alias);
  const refusal = steering?.refusalOf(alias);
  return {
    ...(steering !== undefined &&
      decision !== undefined && {
        steering: { decision, stretchOf: (address) => steering.stretchOf(address), isVoting: steering.isVoting },
      }),
    ...(refusal !== undefined && { healthCheckRefusal: refusal }),
  };
}

function formerPlaces({ store, zoneState }: FactsDeps, inZones: readonly NameInZone[]): readonly FormerPlace[] {
  const hostnames = new Set(inZones.flatMap(({ hostname, lostTo }) => (lostTo === undefined ? [hostname] : [])));
  return [...hostnames].flatMap((hostname) =>
    store.former.zonesOf(hostname).map((zone) => {
      const state = zoneState(zone);
      const isRead = state?.observed.readAt !== undefined;
      return {
        hostname,
        zone,
        published: isRead ? publishedIn(state, hostname) : undefined,
        move: state?.planned.moves.get(hostname),
      };
    }),
  );
}

function publishedIn(state: ZoneState | undefined, hostname: Name): readonly ActualRRset[] {
  return FAMILIES.flatMap((type) => state?.observed.owned.get(`${hostname} ${type}`) ?? []);
}

function nameInZone(deps: FactsDeps, alias: DnsAlias, hostname: Name, zone: ObjectKey): NameInZone {
  const state = deps.zoneState(zone);
  const claim = deps.store.claimsIn(zone).get(hostname);
  const key = objectKey(alias.meta);
  const lost = claim?.losers.find((loser) => objectKey(loser.alias.meta) === key);
  const published = publishedIn(state, hostname);
  const planned = state?.planned ?? NOTHING_PLANNED;
  const { publishedTimes, propagation } = state?.confirmed ?? NOTHING_CONFIRMED;
  return {
    hostname,
    zone,
    lostTo: lost?.winner,
    ...((claim?.winners.length ?? 0) > 1 && { isShared: true }),
    published: lost === undefined ? published : [],
    ...(lost === undefined && state?.observed.readAt === undefined && { isUnread: true }),
    publishedAt: publishedTimes.get(hostname) ?? publishedBefore(alias, hostname, zone, published),
    refusal: planned.refusals.find(({ name, type }) => name === hostname && type !== "HTTPS"),
    withoutHttps: planned.refusals.find(({ name, type }) => name === hostname && type === "HTTPS"),
    loop: planned.plan?.loops.get(hostname),
    contribution: planned.plan?.contributions.get(key),
    outcome: planned.outcome,
    propagation,
    lags: lagsOf(state),
    expectedLagMs: expectedLag(state),
  };
}

/**
 * The measured propagation times. If the last delivery could not be expedited, the usual time counts as a measured one, because the
 * measured deliveries may have been expedited.
 */
function lagsOf(state: ZoneState | undefined): readonly Millis[] {
  const { propagationTimes } = state?.confirmed ?? NOTHING_CONFIRMED;
  const measured = propagationTimes.map((lag) => Math.max(lag, state?.handle.provider.cachedForMs ?? 0));
  return state?.deliveryProblem === undefined ? measured : [...measured, expectedLag(state)];
}

function expectedLag(state: ZoneState | undefined): Millis {
  const { expectedLagMs = UNKNOWN_LAG_MS, expeditedLagMs = expectedLagMs } = state?.handle.provider ?? {};
  return state?.deliveryProblem === undefined ? expeditedLagMs : expectedLagMs;
}

/** The `publishedTime` in the status, if the status lists the same addresses. They were served before this controller started. */
function publishedBefore(
  alias: DnsAlias,
  hostname: Name,
  zone: ObjectKey,
  published: readonly ActualRRset[],
): Millis | undefined {
  const entry = alias.status?.hostnames.find((one) => one.hostname === displayName(hostname) && one.zone === zone);
  const isSame = showsList(entry?.addresses ?? [], addressSet(published.flatMap((set) => set.data)));
  const at = Date.parse(entry?.publishedTime ?? "");
  return isSame && !Number.isNaN(at) ? at : undefined;
}
