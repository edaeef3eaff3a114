import type { Name } from "./name/name.ts";
import type { Family, Seconds } from "./record.ts";

/** The recursive resolvers of a lookup: the list of the controller, or `spec.resolvers` of a DnsZone. Equal lists have equal ids. */
export type ViewId = string;

/** Identifies one lookup stream; see {@link keyText}. */
export interface TargetKey {
  readonly target: Name;
  readonly family: Family;
  readonly view: ViewId;
}

/** One text for each key, for maps: `target family view`. */
export function keyText(key: TargetKey): string {
  return `${key.target} ${key.family} ${key.view}`;
}

export const FAILURE_REASONS = [
  "timeout",
  "servfail",
  "refused",
  "rcode",
  "malformed",
  "truncated",
  "bogus",
  "loop",
  "too-deep",
  "special-use",
  "unreachable",
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/**
 * The result of one lookup of one key. `chain`: every name from the target to the owner of the addresses, both included. `ttl`: the
 * smallest TTL of all hops and addresses in this answer (recursive resolvers count TTLs down). `maxTtl`: the largest one, because a
 * recursive resolver can use an old hop for that long. `scope`: present if the query had a subnet. It is the length of the prefix
 * of that subnet for which the answer is valid; 0 means all clients. In a chain, the longest scope counts (RFC 7871 7.2.1).
 * `negativeTtl`: min(SOA TTL, SOA MINIMUM) of the answer (RFC 2308 5), or 0 without a SOA. `server`: the server of the accepted
 * answer.
 */
export type LookupResult =
  | {
      readonly kind: "positive";
      readonly chain: readonly Name[];
      readonly addresses: readonly string[];
      readonly ttl: Seconds;
      readonly maxTtl: Seconds;
      readonly server: string;
      /** The AD bit of a server that is trusted to validate (RFC 4035). */
      readonly authenticated: boolean;
      /** True: the target has more addresses, and these are a stable subset of them. */
      readonly isSubset?: boolean;
      readonly scope?: number;
    }
  | {
      readonly kind: "nodata" | "nxdomain";
      readonly chain: readonly Name[];
      readonly negativeTtl: Seconds;
      readonly server: string;
      readonly scope?: number;
    }
  | {
      readonly kind: "failure";
      readonly reason: FailureReason;
      /** One sentence for users: the server and its failure. */
      readonly detail: string;
      readonly chain: readonly Name[];
      /**
       * For special-use: prefixes of the network's NAT64. An address with such a prefix isn't published, even if an earlier lookup
       * returned it.
       */
      readonly nat64?: readonly { readonly address: string; readonly prefix: number }[];
    };
