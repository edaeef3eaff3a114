import { sameMembers } from "../../base/order.ts";
import { type RRset, type Seconds, rrsetKey } from "../../dns/record.ts";
import { setsOf, type Shown } from "./convert.ts";

/**
 * Remembers the TTL that a provider lists instead of the requested one, because it has a minimum TTL or lists none. Such an RRset
 * counts as correct, so that it is not written repeatedly. If the provider later lists another TTL, the RRset no longer counts as
 * correct.
 */
export interface RequestedTtls {
  /** The current RRsets, with the requested TTLs. */
  presented(shown: Shown): readonly RRset[];
  learn(requested: RRset, shows: RRset): void;
}

export function createRequestedTtls(): RequestedTtls {
  const learned = new Map<string, Learned>();
  return {
    presented: (shown) => {
      for (const key of learned.keys()) {
        if (!shown.has(key)) {
          learned.delete(key);
        }
      }
      return setsOf(shown).map((set) => {
        const known = learned.get(rrsetKey(set));
        return known?.shows === set.ttl && sameMembers(known.data, set.data) ? { ...set, ttl: known.requested } : set;
      });
    },
    learn: (requested, shows) => {
      if (requested.ttl === shows.ttl) {
        learned.delete(rrsetKey(requested));
      } else {
        learned.set(rrsetKey(requested), { requested: requested.ttl, shows: shows.ttl, data: shows.data });
      }
    },
  };
}

interface Learned {
  readonly requested: Seconds;
  readonly shows: Seconds;
  readonly data: readonly string[];
}
