import { rrsetKey } from "../../../dns/record.ts";
import type { Millis } from "../../../base/clock.ts";
import type { DnsZone } from "../../../api/dns-zone.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { ActualRRset, Refusal } from "../../../plan/change.ts";
import type { InheritedNames } from "../../../plan/inherited/inherited.ts";
import type { Move } from "../../inventory/move/name-move.ts";
import { EMPTY_WINDOW, type GuardWindow } from "../../../plan/guard-window.ts";
import type { ZonePlan } from "../../../plan/zone-plan.ts";
import type { ActualZone, InputProblem, ZoneProvider } from "../../../providers/provider.ts";
import { type Confirmed, NOTHING_CONFIRMED, type PendingChange, withdrawn } from "./confirmed.ts";
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
  /** Undefined: to be read before the next plan. */
  actual: ActualZone | undefined;
  /** Counts news of the spec, of an input or of a new term: what was read before the last of them may be out of date. */
  news: number;
  /** The written record sets that are ours, by {@link rrsetKey}; what was last known while `actual` is to be read anew. */
  own: ReadonlyMap<string, ActualRRset>;
  /** Whether the backend lists the RRsets of ours; undefined: not known before the first read. */
  lists: boolean | undefined;
  /** Names that are not written for the first time, because none of their aliases has its finalizer yet. */
  unfinalized: ReadonlySet<Name>;
  /** What names have of which no target has shown whose it is; undefined until the first read of a term. */
  inherited: InheritedNames | undefined;
  /** For whose aliases each name is published, by namespace. */
  readonly publishedFor: Map<Name, string>;
  readAt: Millis;
  /** The owner names that the last read was asked about, former ones too: what stands at others is not known. */
  readFor: ReadonlySet<Name>;
  plan: ZonePlan | undefined;
  outcome: ZoneOutcome;
  /** What was wrong with an input of the zone at the last read; names follow without it. */
  inputProblem: InputProblem | undefined;
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
    actual: undefined,
    news: 0,
    own: new Map(),
    lists: provider.lists,
    unfinalized: new Set(),
    inherited: undefined,
    publishedFor: new Map(),
    readAt: 0,
    readFor: new Set(),
    plan: undefined,
    outcome: { kind: "pending" },
    inputProblem: undefined,
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
export function replace(state: ZoneState, values: Partial<Pick<ZoneState, "confirmed">>): void {
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
    state.lists = next.provider.lists;
  }
  if (!next.isElsewhere) {
    return undefined;
  }
  const names = new Set([...state.own.values()].map(({ name }) => name)).size;
  const { news, changePendingSince, planningSince } = state;
  Object.assign(state, newZoneState(state.zone, state.provider), { news, changePendingSince, planningSince });
  return { provider: provider.id, names };
}

/** Has the backend read again, also by a round that is under way and has read it already. */
export function inputChanged(state: ZoneState): void {
  state.actual = undefined;
  state.news += 1;
}

/** Takes over what the backend holds. */
export function setActual(state: ZoneState, actual: ActualZone, ownerId: string): void {
  state.actual = actual;
  state.own = new Map(actual.sets.filter((set) => set.owner === ownerId).map((set) => [rrsetKey(set), set]));
  const names = new Set([...state.own.values()].map(({ name }) => name));
  replace(state, { confirmed: withdrawn(state.confirmed, names) });
  [...state.publishedFor.keys()].filter((name) => !names.has(name)).forEach((name) => state.publishedFor.delete(name));
}
