import { ROOT, type Name } from "../../dns/name/name.ts";
import { TYPE } from "../../dns/registry.ts";
import { findIn } from "./find-name.ts";
import type { ZoneView } from "./zone-view.ts";

/** The zones that are served, for finding the one of a name. */
export interface Zones {
  /**
   * The zone with the longest domain that is the name or above it, at label boundaries (RFC 1034 4.3.2 step 2); for DS at a zone's apex the zone
   * above, where that is served too and delegates it (RFC 4035 3.1.4.1): another one would deny the zone (RFC 8020). Undefined: the name is foreign.
   */
  zoneOf(name: Name, type?: number): ZoneView | undefined;
}

/** An index of zones with different domains; a zone that changes makes a new one. */
export function zonesOf(views: Iterable<ZoneView>): Zones {
  const byDomain = new Map<string, ZoneView>();
  for (const view of views) {
    byDomain.set(view.domain, view);
  }
  const root = byDomain.get(ROOT);
  const nearest = (name: string): ZoneView | undefined => {
    for (let at = name; at !== "" && at !== ROOT; at = at.slice(at.indexOf(".") + 1)) {
      const view = byDomain.get(at);
      if (view !== undefined) {
        return view;
      }
    }
    return root;
  };
  const delegating = (name: Name): ZoneView | undefined => {
    const view = name === ROOT ? undefined : nearest(name.slice(name.indexOf(".") + 1));
    return view !== undefined && findIn(view, name).kind === "cut" ? view : undefined;
  };
  return {
    zoneOf: (name, type) => {
      const view = nearest(name);
      return type === TYPE.DS && view?.domain === name ? (delegating(name) ?? view) : view;
    },
  };
}
