import type { Millis } from "../../../base/clock.ts";
import type { ObjectKey } from "../../../api/meta.ts";

/** Users often change labels in two steps. A name that loses its zone because of a label of its namespace or a selector therefore remains for this time. */
export const GRACE_MS: Millis = 60_000;

/** The DnsZones that no longer admit a namespace, with the time until which its names stay there. */
export interface AdmissionGrace {
  lost(zone: ObjectKey, namespace: string, now: Millis): void;
  regained(zone: ObjectKey, namespace: string): void;
  zoneGone(zone: ObjectKey): void;
  /** Undefined: the zone admits the namespace, or the time is over. */
  until(zone: ObjectKey, namespace: string): Millis | undefined;
  /** Removes entries whose time is over, and returns their namespaces. */
  expire(now: Millis): ReadonlySet<string>;
  /** The earliest time at which an entry ends. */
  next(): Millis | undefined;
  readonly size: number;
}

export function createAdmissionGrace(): AdmissionGrace {
  const byZone = new Map<ObjectKey, Map<string, Millis>>();
  const remove = (zone: ObjectKey, namespace: string): void => {
    const namespaces = byZone.get(zone);
    namespaces?.delete(namespace);
    if (namespaces?.size === 0) {
      byZone.delete(zone);
    }
  };
  const entries = (): readonly (readonly [ObjectKey, string, Millis])[] =>
    [...byZone].flatMap(([zone, namespaces]) => [...namespaces].map(([name, at]) => [zone, name, at] as const));
  return {
    lost(zone, namespace, now) {
      const namespaces = byZone.get(zone) ?? new Map<string, Millis>();
      byZone.set(zone, namespaces.set(namespace, namespaces.get(namespace) ?? now + GRACE_MS));
    },
    regained: remove,
    zoneGone: (zone) => void byZone.delete(zone),
    until: (zone, namespace) => byZone.get(zone)?.get(namespace),
    expire(now) {
      const over = entries().filter(([, , at]) => at <= now);
      over.forEach(([zone, namespace]) => remove(zone, namespace));
      return new Set(over.map(([, namespace]) => namespace));
    },
    next() {
      const times = entries().map(([, , at]) => at);
      return times.length === 0 ? undefined : Math.min(...times);
    },
    get size() {
      return byZone.size;
    },
  };
}
