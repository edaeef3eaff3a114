import type { Millis } from "../../../base/clock.ts";
import type { DnsZone } from "../../../api/dns-zone.ts";
import type { ZoneProvider } from "../../../providers/provider.ts";
import type { WriterHolds } from "./concurrent-writer.ts";
import { type Confirmed, NOTHING_CONFIRMED, withdrawn } from "./confirmed.ts";
import { nothingObserved, type Observed, ownedNames, providerChanged } from "./observed.ts";
import { NOTHING_PLANNED, placeChanged, type Planned } from "./planned.ts";
import type { Repairs } from "./repairs.ts";

/** A DnsZone and its provider. */
interface ZoneHandle {
  readonly zone: DnsZone;
  readonly provider: ZoneProvider;
  /** The earliest time of the next call to the backend. */
  readonly notBefore: Millis;
}

interface NextHandle extends Pick<ZoneHandle, "zone" | "provider"> {
  /** True if the provider writes to another location than the previous one. */
  readonly isElsewhere: boolean;
}

/** The records at a location that the DnsZone no longer names. */
export interface LeftBehind {
  /** The id of the provider of the old location. */
  readonly provider: string;
  readonly names: number;
}

/** The memory of one zone between two rounds. A restart loses this memory, and the next round reads the state again. */
export interface ZoneState {
  /** The DnsZone and the provider of the last round. They are replaced only between rounds. */
  readonly handle: ZoneHandle;
  /** The DnsZone and the provider of the next round. Undefined: they don't change. */
  readonly next: NextHandle | undefined;
  readonly observed: Observed;
  readonly planned: Planned;
  readonly writerHolds: WriterHolds;
  readonly repairs: Repairs;
  readonly confirmed: Confirmed;
  /**
   * Why the delivery of the last write could not be expedited, as a clause for users. Undefined: it was expedited, or the provider
   * can't expedite deliveries.
   */
  readonly deliveryProblem: string | undefined;
}

export function newZoneState(zone: DnsZone, provider: ZoneProvider): ZoneState {
  return {
    handle: { zone, provider, notBefore: 0 },
    next: undefined,
    observed: nothingObserved(provider.lists),
    planned: NOTHING_PLANNED,
    confirmed: NOTHING_CONFIRMED,
    writerHolds: new Map(),
    repairs: new Map(),
    deliveryProblem: undefined,
  };
}

/** Replaces values of the state. */
export function replace(state: ZoneState, values: Partial<ZoneState>): void {
  Object.assign(state, values);
}

/** Sets the DnsZone and the provider of the next round. A round in progress continues with its own DnsZone and provider. */
export function setNext(state: ZoneState, next: NextHandle): void {
  replace(state, { next: { ...next, isElsewhere: next.isElsewhere || state.next?.isElsewhere === true } });
}

/**
 * Starts a round with the next DnsZone and provider. If the write location changes, the known state of the backend is dropped.
 * Returns the records that remain at the old location.
 */
export function takeNext(state: ZoneState): LeftBehind | undefined {
  const { next, handle } = state;
  if (next === undefined) {
    return undefined;
  }
  const { zone, provider } = next;
  const isSame = provider === handle.provider;
  replace(state, { next: undefined, handle: { zone, provider, notBefore: isSame ? handle.notBefore : 0 } });
  if (!isSame) {
    replace(state, { observed: providerChanged(state.observed, provider.lists), deliveryProblem: undefined });
  }
  if (!next.isElsewhere) {
    return undefined;
  }
  const { observed, planned } = state;
  const fresh = newZoneState(zone, provider);
  replace(state, {
    ...fresh,
    observed: { ...fresh.observed, inputVersion: observed.inputVersion },
    planned: placeChanged(planned),
  });
  return { provider: handle.provider.id, names: ownedNames(observed).size };
}

/** Sets the earliest time of the next call to the backend. It no longer applies when the provider is replaced. */
export function retryNotBefore(state: ZoneState, notBefore: Millis): void {
  replace(state, { handle: { ...state.handle, notBefore } });
}

/** Replaces the known state of the backend. Names without records of dnsalias need no propagation check. */
export function observe(state: ZoneState, observed: Observed): void {
  replace(state, { observed, confirmed: withdrawn(state.confirmed, ownedNames(observed)) });
}
