import { setImmediate as turn } from "node:timers/promises";
import type { Millis } from "../../base/clock.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import type { ObjectKey } from "../../api/meta.ts";
import type { Name } from "../../dns/name/name.ts";
import { createWorkQueue } from "../../schedule/work-queue.ts";
import type { Claim } from "../../plan/claims.ts";
import { leavingClaim, recordLeaving } from "./leaving-names.ts";
import { isUnserved, servedAbove, syncZone } from "./sync-zone.ts";
import type { ZoneSyncDeps, ZoneSyncState } from "./zone-sync-context.ts";

/** Keeps the responder's zones equal to the inventory and the base zones. */
export interface ZoneSync {
  /** Reports a change of the zone: of its spec, of its base zone, or of the owner of a name. */
  touch(zone: ObjectKey): void;
  /** Reports a changed answer for this hostname of the zone. */
  changed(zone: ObjectKey, name: Name): void;
  /** The DnsZone that is served for a domain. */
  zoneOf(domain: Name): DnsZone | undefined;
  /** For a name that moves to another zone: the aliases that the old zone's answers follow until the new zone is served. */
  leavingClaim(zone: DnsZone, name: Name): Claim | undefined;
  /** True once every zone was sent to the responder, or is known not to be servable. */
  settled(): boolean;
  run(signal: AbortSignal): Promise<void>;
  heartbeatAt(): Millis;
}

const ZONES_AT_ONCE = 4;
/** Changes of many aliases within this time lead to one version of the zone. */
const GATHER_MS: Millis = 50;

export function createZoneSync(deps: ZoneSyncDeps): ZoneSync {
  const { clock, random, log, store, observe } = deps;
  const state: ZoneSyncState = {
    byDomain: new Map(),
    domainOf: new Map(),
    served: new Map(),
    bases: new Map(),
    reported: new Map(),
    leaving: new Map(),
    unhandled: new Set(),
  };
  const changes = gathered((domain, names) => deps.port.changed(domain, names));
  const queue = createWorkQueue({
    clock,
    random,
    log,
    concurrency: ZONES_AT_ONCE,
    observe,
    async handle(domain, signal) {
      const before = neighborOf(deps, state, domain);
      const requeue = await syncZone(deps, state, domain, signal);
      dependentsOf(deps, state, domain, before).forEach(enqueue);
      return requeue;
    },
  });
  const enqueue = (domain: Name | undefined): void => {
    if (domain !== undefined) {
      queue.add(domain, { afterMs: GATHER_MS });
    }
  };
  return {
    touch(key) {
      recordLeaving(deps, state, key);
      const before = state.domainOf.get(key);
      const now = store.zone(key)?.spec.domain;
      if (before !== now) {
        move(state, key, before, now);
        enqueue(before);
      }
      enqueue(now);
    },
    changed(key, name) {
      const domain = state.domainOf.get(key);
      if (domain !== undefined && state.served.get(domain)?.zone === key) {
        changes(domain, name);
      }
    },
    zoneOf(domain) {
      const served = state.served.get(domain);
      return served === undefined ? undefined : store.zone(served.zone);
    },
    leavingClaim: (zone, name) => leavingClaim(deps, state, zone, name),
    settled: () => state.unhandled.size === 0,
    run: (signal) => queue.run(signal),
    heartbeatAt: () => queue.heartbeatAt(),
  };
}

interface Neighbor {
  readonly served: unknown;
  readonly isUnserved: boolean;
}

/** The properties of a zone that other zones depend on. */
function neighborOf(deps: ZoneSyncDeps, state: ZoneSyncState, domain: string): Neighbor {
  return { served: state.served.get(domain), isUnserved: isUnserved(deps, state, domain) };
}

/** The domains of the zones that depend on the changes of a zone. */
function dependentsOf(
  deps: ZoneSyncDeps,
  state: ZoneSyncState,
  domain: string,
  before: Neighbor,
): readonly (Name | undefined)[] {
  const now = neighborOf(deps, state, domain);
  const above = now.isUnserved === before.isUnserved ? [] : [servedAbove(state, domain)];
  // If this zone is served now, other zones no longer have to answer for names that move to it.
  const waiting = now.served === before.served ? [] : [...state.leaving.keys()];
  return [...above, ...waiting.map((zone) => deps.store.zone(zone)?.spec.domain)];
}

function move(state: ZoneSyncState, key: ObjectKey, before: Name | undefined, now: Name | undefined): void {
  if (before !== undefined) {
    const keys = state.byDomain.get(before);
    keys?.delete(key);
    if (keys?.size === 0) {
      state.byDomain.delete(before);
    }
    state.domainOf.delete(key);
    state.reported.delete(key);
    state.leaving.delete(key);
  }
  if (now !== undefined) {
    const keys = state.byDomain.get(now) ?? new Set();
    state.byDomain.set(now, keys.add(key));
    state.domainOf.set(key, now);
    if (!state.served.has(now)) {
      state.unhandled.add(now);
    }
  }
}

/** Collects the changes of one turn of the event loop, because a changed target can belong to ten thousand names. */
function gathered(report: (domain: Name, names: readonly Name[]) => void): (domain: Name, name: Name) => void {
  const waiting = new Map<Name, Set<Name>>();
  const flush = async (): Promise<void> => {
    await turn();
    const all = [...waiting];
    waiting.clear();
    all.forEach(([domain, names]) => report(domain, [...names]));
  };
  return (domain, name) => {
    if (waiting.size === 0) {
      void flush();
    }
    waiting.set(domain, (waiting.get(domain) ?? new Set()).add(name));
  };
}
