import type { Millis } from "../../../base/clock.ts";
import type { DnsZone } from "../../../api/dns-zone.ts";
import type { ZoneProvider } from "../../../providers/provider.ts";
import type { WriterHolds } from "./concurrent-writer.ts";
import { type Confirmed, NOTHING_CONFIRMED, withdrawn } from "./confirmed.ts";
import { nothingObserved, type Observed, ownedNames, providerChanged } from "./observed.ts";
import { NOTHING_PLANNED, placeChanged, type Planned } from "./planned.ts";
import type { Repairs } from "./repairs.ts";

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
  readonly planned: Planned;
  readonly writerHolds: WriterHolds;
  readonly repairs: Repairs;
  readonly confirmed: Confirmed;
  /** How long the last reconcile took: a slow zone is asked for less often. */
  tookMs: Millis;
  /** The backend asked not to be called before this. */
  notBefore: Millis;
}

export function newZoneState(zone: DnsZone, provider: ZoneProvider): ZoneState {
  return {
    zone,
    provider,
    next: undefined,
    observed: nothingObserved(provider.lists),
    planned: NOTHING_PLANNED,
    confirmed: NOTHING_CONFIRMED,
    tookMs: 0,
    notBefore: 0,
    writerHolds: new Map(),
    repairs: new Map(),
  };
}

/** Replaces values of the state. */
export function replace(
  state: ZoneState,
  values: Partial<Pick<ZoneState, "observed" | "planned" | "confirmed" | "writerHolds" | "repairs">>,
): void {
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
  const { observed, planned } = state;
  const fresh = newZoneState(state.zone, state.provider);
  Object.assign(state, fresh);
  replace(state, {
    observed: { ...fresh.observed, inputVersion: observed.inputVersion },
    planned: placeChanged(planned),
  });
  return { provider: provider.id, names: ownedNames(observed).size };
}

/** Replaces what is known of the backend. Names that have no records of ours there have nothing that servers could confirm. */
export function observe(state: ZoneState, observed: Observed): void {
  replace(state, { observed, confirmed: withdrawn(state.confirmed, ownedNames(observed)) });
}
