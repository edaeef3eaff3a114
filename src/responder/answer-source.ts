import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";
import type { Family, RRset, Seconds } from "../dns/record.ts";
import type { Subnet } from "../dns/address/subnet.ts";

/** One zone of the responder as plain data, so that it can be sent to another thread. */
export interface ServedZone {
  readonly domain: Name;
  /** The base zone: SOA and NS at the apex, and all other RRsets, except A and AAAA at the aliases' hostnames. */
  readonly sets: readonly RRset[];
  /** Sorted by hostname, without duplicates. */
  readonly aliases: readonly ServedAlias[];
  /**
   * Names at and below which another zone has the records. The responder doesn't know them, and does not answer for these names
   * unless the base zone delegates them. Absent: no such names exist.
   */
  readonly reserved?: readonly Name[];
  /** Whether the responder sends the subnets of clients to the targets' resolvers (RFC 7871). */
  readonly clientSubnet: boolean;
}

/** A hostname whose addresses follow a target. */
export interface ServedAlias {
  /** May be a wildcard. */
  readonly name: Name;
  /** The families that can have addresses. A query for another family gets NODATA, without a lookup. */
  readonly families: readonly Family[];
  /**
   * The only target of the alias. While the name has addresses of this target, it has an `HTTPS 0 target` record (RFC 9460 2.4.2).
   * Absent: there is no such record.
   */
  readonly httpsTarget?: Name;
  /** The maximum TTL, which is the smaller of the bounds of the zone and of the alias. */
  readonly maxTtl: Seconds;
}

/** The answer for one family of an alias at query time, after the rules of plan/hold. Times use the clock of the controller, see `systemClock`. */
export type LiveAnswer = ClientAnswer | WeightedAnswer;

/** Several answers. Each client network gets one of them. */
interface WeightedAnswer {
  readonly kind: "weighted";
  /** The earliest useful time for another request to the source. */
  readonly refreshAt: Millis;
  /** The earliest `freshUntil` of the answers. For an answer without addresses, its `refreshAt` counts. */
  readonly freshUntil: Millis;
  /** 2 to 16. */
  readonly choices: readonly ClientAnswer[];
  /** The index in `choices` for each bucket of networks. The number of buckets is a power of two. All threads share the bytes. */
  readonly table: Uint8Array;
}

/** The answer for one client. */
export type ClientAnswer = {
  /** The earliest useful time for another request to the source. */
  readonly refreshAt: Millis;
  /** The answer is valid for this number of first bits of the client subnet. 0 or absent: for all clients. */
  readonly scope?: number;
} & (
  | {
      readonly kind: "addresses";
      /** Sorted, not empty. */
      readonly addresses: readonly string[];
      /**
       * Until this time, the TTL in answers is the remaining time, from 5 s to `maxTtl`. After this time, the addresses are stale
       * data (RFC 8767).
       */
      readonly freshUntil: Millis;
      /**
       * The earliest time at which health checks can replace the addresses. TTLs end before this time, but are at least 5 s. For
       * some networks, they are shorter by up to a fifth, so that not all clients query again at the same time. The addresses
       * remain fresh after this time. From `refreshAt` on, the source can have an answer with a later `ttlUntil`. Absent: there are
       * no health checks.
       */
      readonly ttlUntil?: Millis;
      /**
       * True for addresses that don't come from a lookup of the target: fallback addresses, and published addresses before the
       * target's first answer.
       */
      readonly isSubstitute?: true;
    }
  /** The family is known to have no addresses. The zone's negative TTL applies. */
  | { readonly kind: "none" }
  /** It isn't known whether the family has addresses. The response is SERVFAIL. `detail` is a sentence for users. */
  | { readonly kind: "failed"; readonly detail: string }
);

export interface LiveQuestion {
  /** The zone's domain. */
  readonly zone: Name;
  /** The alias's hostname. For a wildcard, the name with `*`. */
  readonly name: Name;
  readonly family: Family;
  /** The client subnet, truncated to the prefix that may be forwarded (RFC 7871 11.1); only for zones with `clientSubnet`. */
  readonly subnet?: Subnet;
}

/** The source of addresses at query time. */
export interface AnswerSource {
  /**
   * Returns the answer, after a lookup if one is needed. If the lookup takes longer than 1.8 s, it returns the previous answer.
   * Any number of clients share one lookup. Never rejects; undefined: the alias no longer exists.
   */
  live(question: LiveQuestion): Promise<LiveAnswer | undefined>;
}
