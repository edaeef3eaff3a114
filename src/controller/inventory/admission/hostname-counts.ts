import type { ObjectKey } from "../../../api/meta.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { IsOverLimit } from "../../../plan/claims.ts";

/** The aliases of one namespace in a DnsZone that limits their hostnames. */
export interface LimitedPlace {
  readonly zone: ObjectKey;
  readonly namespace: string;
}

/** The hostnames of each namespace in the DnsZones that limit them, and those beyond the limit. */
export interface HostnameCounts {
  /** Replaces the places in which a hostname counts. */
  set(hostname: Name, places: readonly LimitedPlace[]): void;
  /** Call it after a status change of an alias with the hostname, because the change can affect which hostnames are the youngest. */
  statusChanged(hostname: Name): void;
  /** Decides the places that changed since the last call. Returns the hostnames that are newly beyond the limit, or no longer beyond it. */
  decide(overLimit: (place: LimitedPlace, hostnames: ReadonlySet<Name>) => ReadonlySet<Name>): readonly Name[];
  readonly isOver: IsOverLimit;
  readonly size: number;
}

interface Entry extends LimitedPlace {
  readonly hostnames: Set<Name>;
  over: ReadonlySet<Name>;
}

const NONE: ReadonlySet<Name> = new Set();

export function createHostnameCounts(): HostnameCounts {
  const entries = new Map<string, Entry>();
  const byName = new Map<Name, readonly Entry[]>();
  const changed = new Set<Entry>();
  const entryOf = (place: LimitedPlace): Entry => {
    const id = idOf(place);
    const entry = entries.get(id) ?? { ...place, hostnames: new Set<Name>(), over: NONE };
    entries.set(id, entry);
    return entry;
  };
  return {
    set(hostname, places) {
      for (const entry of byName.get(hostname) ?? []) {
        entry.hostnames.delete(hostname);
        changed.add(entry);
      }
      for (const place of places) {
        const entry = entryOf(place);
        entry.hostnames.add(hostname);
        changed.add(entry);
      }
      if (places.length === 0) {
        byName.delete(hostname);
      } else {
        byName.set(hostname, places.map(entryOf));
      }
    },
    statusChanged(hostname) {
      for (const entry of byName.get(hostname) ?? []) {
        if (entry.over.size > 0) {
          changed.add(entry);
        }
      }
    },
    decide(overLimit) {
      const moved: Name[] = [];
      for (const entry of changed) {
        const { over: before, hostnames } = entry;
        entry.over = overLimit(entry, hostnames);
        moved.push(...before.symmetricDifference(entry.over));
        if (hostnames.size === 0) {
          entries.delete(idOf(entry));
        }
      }
      changed.clear();
      return moved;
    },
    isOver: (zone, namespace, hostname) => entries.get(idOf({ zone, namespace }))?.over.has(hostname) === true,
    get size() {
      return entries.size;
    },
  };
}

function idOf({ zone, namespace }: LimitedPlace): string {
  return `${zone} ${namespace}`;
}
