import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";
import type { Family, RRset, Seconds } from "../dns/record.ts";
import type { Subnet } from "../dns/address/subnet.ts";

/** One zone as the responder serves it; plain data, so that it can be handed from thread to thread. */
export interface ServedZone {
  readonly domain: Name;
  /** The base zone: SOA and NS at the apex, and every other set, without A and AAAA at the aliases' owner names. */
  readonly sets: readonly RRset[];
  /** By owner name, without duplicates. */
  readonly aliases: readonly ServedAlias[];
  /** Names at and below which another zone has the records, which the responder doesn't know: nothing is said of them, unless the base zone delegates them. Absent: none. */
  readonly reserved?: readonly Name[];
  /** The subnets of clients are sent to the resolvers of the targets (RFC 7871). */
  readonly clientSubnet: boolean;
}

/** An owner name whose addresses follow a target. */
export interface ServedAlias {
  /** May be a wildcard. */
  readonly name: Name;
  /** The families that may have addresses; the other one is NODATA without a lookup. */
  readonly families: readonly Family[];
  /** The one target, for an `HTTPS 0 target` record (RFC 9460 2.4.2) while the name has addresses of the target; absent: none. */
  readonly httpsTarget?: Name;
  /** Bounds of the zone and of the alias. */
  readonly maxTtl: Seconds;
}

/** The answer for one family of an alias at query time, after the rules of plan/hold. Times use the clock of the controller, see `systemClock`. */
export type LiveAnswer = ClientAnswer | WeightedAnswer;

/** Each client network gets one of several answers. */
interface WeightedAnswer {
  readonly kind: "weighted";
  /** As that of {@link ClientAnswer}. */
  readonly refreshAt: Millis;
  /** The earliest one of the answers; that of an answer without addresses is its `refreshAt`. */
  readonly freshUntil: Millis;
  /** 2 to 16. */
  readonly choices: readonly ClientAnswer[];
  /** The index in `choices` for each bucket of networks; a power of two of them. All threads share the bytes. */
  readonly table: Uint8Array;
}

/** The answer for a client. */
export type ClientAnswer = {
  /** It is not worth asking the source again before this. */
  readonly refreshAt: Millis;
  /** The number of bits of the client subnet for which it is valid; 0 or absent: for all clients. */
  readonly scope?: number;
} & (
  | {
      readonly kind: "addresses";
      /** Sorted, not empty. */
      readonly addresses: readonly string[];
      /** Given out until then with a TTL that counts down to it, at least 5 and at most the alias's `maxTtl`; after it only as stale data (RFC 8767). */
      readonly freshUntil: Millis;
      /**
       * When health checks can replace the addresses. The TTL doesn't reach beyond it, and is shorter by up to a fifth, so that clients don't return at once; but it is at least 5, and the addresses
       * are fresh after it. The source has a later time from `refreshAt` on. Absent: there are no health checks.
       */
      readonly ttlUntil?: Millis;
      /** They are the alias's fallback addresses, and not its target's. Absent: they aren't. */
      readonly isFallback?: true;
    }
  /** The family has no addresses; the zone's negative TTL counts. */
  | { readonly kind: "none" }
  /** There never was usable data: SERVFAIL only for this family. `detail` is a sentence for users. */
  | { readonly kind: "failed"; readonly detail: string }
);

export interface LiveQuestion {
  /** The zone's domain. */
  readonly zone: Name;
  /** The alias's owner name: for a wildcard the name with `*`. */
  readonly name: Name;
  readonly family: Family;
  /** The client subnet, truncated to the prefix that may be forwarded (RFC 7871 11.1); only for zones with `clientSubnet`. */
  readonly subnet?: Subnet;
}

/** Where addresses come from at query time. */
export interface AnswerSource {
  /**
   * Returns the answer after a lookup, if one is needed. If the lookup takes longer than 1.8 s, it returns the previous answer. Any number of clients share one
   * lookup. Never rejects; undefined: the alias no longer exists.
   */
  live(question: LiveQuestion): Promise<LiveAnswer | undefined>;
}
