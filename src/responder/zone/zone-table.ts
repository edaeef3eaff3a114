import type { Name } from "../../dns/name/name.ts";
import { zonesOf, type Zones } from "./zone-index.ts";
import type { ZoneView } from "./zone-view.ts";

/** The zones of one worker. Each is replaced as a whole. */
export interface ZoneTable {
  readonly zones: Zones;
  /** Increases with every change. */
  readonly epoch: number;
  set(view: ZoneView): void;
  remove(domain: Name): void;
}

export function createZoneTable(): ZoneTable {
  const views = new Map<Name, ZoneView>();
  let zones: Zones | undefined;
  let epoch = 0;
  return {
    get zones() {
      // The index is created by the next query, because many zones can arrive without a query between them.
      zones ??= zonesOf(views.values());
      return zones;
    },
    get epoch() {
      return epoch;
    },
    set: (view) => {
      views.set(view.domain, view);
      zones = undefined;
      epoch += 1;
    },
    remove: (domain) => {
      views.delete(domain);
      zones = undefined;
      epoch += 1;
    },
  };
}
