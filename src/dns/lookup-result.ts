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
 * The result of one lookup of one key. `chain` is every name from the target to the owner of the addresses, both ends
 * included. `ttl` is the least TTL of every hop and the addresses as this answer had them (recursive resolvers count down), `longestTtl` the
 * largest: a recursive resolver may use a changed hop for that long. `scope` is present if the query had a subnet. The answer applies to that number of its
 * first bits, 0 for all clients; of a chain the longest scope of its hops counts (RFC 7871 7.2.1). `negativeTtl` is
 * min(SOA TTL, SOA MINIMUM) of the answer (RFC 2308 5), 0 if the answer had none. `server` is the one whose answer was accepted.
 */
export type LookupResult =
  | {
      readonly kind: "positive";
      readonly chain: readonly Name[];
      readonly addresses: readonly string[];
      readonly ttl: Seconds;
      readonly maxTtl: Seconds;
      readonly server: string;
      /** The AD bit, over a server that is trusted to have validated (RFC 4035). */
      readonly authenticated: boolean;
      /** True: the target has more addresses, and these are a steady subset of them. */
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
      /** One sentence for users: the server and its behavior. */
      readonly detail: string;
      readonly chain: readonly Name[];
      /** special-use: prefixes of the network's NAT64. An address in them isn't published, whenever it was read. */
      readonly nat64?: readonly { readonly address: string; readonly prefix: number }[];
    };
