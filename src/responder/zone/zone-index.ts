import { ROOT, type Name } from "../../dns/name/name.ts";
import { TYPE } from "../../dns/registry.ts";
import { findIn } from "./find-name.ts";
import type { ZoneView } from "./zone-view.ts";

/** An index of the served zones by name. */
export interface Zones {
  /**
   * Returns the zone of a name: the one with the longest domain at or above it, at label boundaries (RFC 1034 4.3.2 step 2). DS at
   * a zone's apex belongs to the zone above, if that one is served and delegates it (RFC 4035 3.1.4.1). A zone above that doesn't
   * delegate the name would deny that the zone exists (RFC 8020). Undefined: the name is in no zone.
   */
  zoneOf(name: Name, type?: number): ZoneView | undefined;
}

/** Creates an index of zones with different domains. A change of a zone requires a new index. */
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
