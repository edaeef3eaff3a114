import { sameMembers } from "../../base/order.ts";
import { type RRset, type Seconds, rrsetKey } from "../../dns/record.ts";
import { setsOf, type Shown } from "./convert.ts";

/**
 * Which TTL a provider shows for a set that was asked for with another: it has a least one, or shows none. Such a set counts as it was asked for, so that it is
 * not written for ever; once the provider shows anything else, that counts.
 */
export interface RequestedTtls {
  /** What stands, with the TTLs that were asked for. */
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
