import type { Name } from "../../dns/name/name.ts";
import { zonesOf, type Zones } from "./zone-index.ts";
import type { ZoneView } from "./zone-view.ts";

/** The zones of one worker, each swapped as a whole. */
export interface ZoneTable {
  readonly zones: Zones;
  /** Rises with every change. */
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
      // Many zones can come one after the other, with no question in between.
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
