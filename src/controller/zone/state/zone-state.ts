import type { Millis } from "../../../base/clock.ts";
import type { DnsZone } from "../../../api/dns-zone.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { Refusal } from "../../../plan/change.ts";
import type { Move } from "../../inventory/move/name-move.ts";
import { EMPTY_WINDOW, type GuardWindow } from "../../../plan/guard-window.ts";
import type { ZonePlan } from "../../../plan/zone-plan.ts";
import type { ZoneProvider } from "../../../providers/provider.ts";
import { type Confirmed, NOTHING_CONFIRMED, type PendingChange, withdrawn } from "./confirmed.ts";
import { nothingObserved, type Observed, ownedNames, providerChanged } from "./observed.ts";
import type { Repairs } from "./drift.ts";

/** Where one zone's publishing stands; `reason` is a condition reason of docs/reasons.md. */
export type ZoneOutcome =
  | { readonly kind: "pending" }
  | { readonly kind: "ok" }
  /** Nothing will change until somebody acts; what is served stays. */
  | { readonly kind: "refused"; readonly reason: string; readonly message: string }
  /** Being retried. */
  | { readonly kind: "failed"; readonly message: string; readonly since: Millis }
  | { readonly kind: "held"; readonly message: string; readonly hash: string };

/** A name whose records another process of this installation wrote: ours are not put over them before we have looked for ourselves. */
interface PeerHold {
  readonly until: Millis;
  readonly waitMs: Millis;
}

/** A DnsZone and the provider that was made for it. */
interface NextHandle {
  readonly zone: DnsZone;
  readonly provider: ZoneProvider;
  /** The provider writes to another place than the one before. */
  readonly isElsewhere: boolean;
}

/** What is at a place that the DnsZone names no more. */
export interface LeftBehind {
  /** The id of its provider. */
  readonly provider: string;
  readonly names: number;
}

/** Everything that is remembered of one zone between two reconciles; lost at a restart, and then read again. */
export interface ZoneState {
  /** The DnsZone and its provider as of the last round that began; both are replaced together, between rounds. */
  zone: DnsZone;
  provider: ZoneProvider;
  /** What the next round begins with; undefined: the same. */
  next: NextHandle | undefined;
  readonly observed: Observed;
  /** Names that are not written for the first time, because none of their aliases has its finalizer yet. */
  unfinalized: ReadonlySet<Name>;
  plan: ZonePlan | undefined;
  outcome: ZoneOutcome;
  /** Refused changes of the last plan, and writes of it that the backend rejects. */
  refusals: readonly Refusal[];
  /** Those of `refusals` that the backend rejected at the last write. */
  rejected: readonly Refusal[];
  readonly confirmed: Confirmed;
  /** The oldest change that no plan has taken up yet. */
  changePendingSince: PendingChange | undefined;
  /** The same for the changes that a plan has taken up and that are not yet written. */
  planningSince: PendingChange | undefined;
  /** Owner names whose aliases were reported while a change was not planned yet: they are reported again with the plan. */
  readonly reportedAhead: Set<Name>;
  /** How long the last reconcile took: a slow zone is asked for less often. */
  tookMs: Millis;
  /** The backend asked not to be called before this. */
  notBefore: Millis;
  /** Names whose records another process of this installation wrote. */
  readonly writerHolds: Map<Name, PeerHold>;
  /** Times of the last repairs of foreign edits of a whole text, newest last. */
  repairs: readonly Millis[];
  /** The same for single record sets of a backend that others write too. */
  setRepairs: Repairs;
  /** The names with records here that other zones have now, as of the last round. */
  moves: ReadonlyMap<Name, Move>;
  /** When the next of them is to be decided though nothing was heard. */
  movesDueAt: Millis | undefined;
  guardWindow: GuardWindow;
  /** The guard has judged a plan in this process. */
  isJudged: boolean;
  /** The deletes of the last plan, by {@link rrsetKey}, with the time at which each was planned first. */
  deletesPlanned: ReadonlyMap<string, Millis>;
  /** The hash of the plan whose approval was used: the annotation approves once. */
  usedApproval: string | undefined;
}

export function newZoneState(zone: DnsZone, provider: ZoneProvider): ZoneState {
  return {
    zone,
    provider,
    next: undefined,
    observed: nothingObserved(provider.lists),
    unfinalized: new Set(),
    plan: undefined,
    outcome: { kind: "pending" },
    refusals: [],
    rejected: [],
    confirmed: NOTHING_CONFIRMED,
    changePendingSince: undefined,
    reportedAhead: new Set(),
    planningSince: undefined,
    tookMs: 0,
    notBefore: 0,
    writerHolds: new Map(),
    repairs: [],
    setRepairs: new Map(),
    moves: new Map(),
    movesDueAt: undefined,
    guardWindow: EMPTY_WINDOW,
    isJudged: false,
    deletesPlanned: new Map(),
    usedApproval: undefined,
  };
}

/** Replaces values of the state. */
export function replace(state: ZoneState, values: Partial<Pick<ZoneState, "observed" | "confirmed">>): void {
  Object.assign(state, values);
}

/** A round that is under way ends with the DnsZone and the provider that it began with; the next one begins with these. */
export function setNext(state: ZoneState, next: NextHandle): void {
  state.next = { ...next, isElsewhere: next.isElsewhere || state.next?.isElsewhere === true };
}

/** Begins a round: takes over what is next. Nothing that is known of one place holds for another. Returns what stays behind there. */
export function takeNext(state: ZoneState): LeftBehind | undefined {
  const { next, provider } = state;
  state.next = undefined;
  if (next === undefined) {
    return undefined;
  }
  state.zone = next.zone;
  state.provider = next.provider;
  if (next.provider !== provider) {
    state.notBefore = 0;
    replace(state, { observed: providerChanged(state.observed, next.provider.lists) });
  }
  if (!next.isElsewhere) {
    return undefined;
  }
  const { observed, changePendingSince, planningSince } = state;
  const fresh = newZoneState(state.zone, state.provider);
  Object.assign(state, fresh, { changePendingSince, planningSince });
  replace(state, { observed: { ...fresh.observed, inputVersion: observed.inputVersion } });
  return { provider: provider.id, names: ownedNames(observed).size };
}

/** Replaces what is known of the backend. Names that have no records of ours there have nothing that servers could confirm. */
export function observe(state: ZoneState, observed: Observed): void {
  replace(state, { observed, confirmed: withdrawn(state.confirmed, ownedNames(observed)) });
}
