import type { Subnet } from "../../dns/address/subnet.ts";

/**
 * How much one network may make us send over UDP. Plain data, the same for all workers; each worker counts by itself, so that with two of them at most twice
 * as much goes out. A rate is a number a second; 0: without a limit.
 */
export interface RateLimitOptions {
  /** Answers with data, for each client network (/24, /56), name and type. */
  readonly positivePerSecond: number;
  /** NXDOMAIN and NODATA, for each client network and zone. */
  readonly negativePerSecond: number;
  /** REFUSED, FORMERR, SERVFAIL and the like, for each client network. */
  readonly errorsPerSecond: number;
  /** Queries of one client: an IPv4 address, or an IPv6 /64, as one host may have all of that. */
  readonly clientQueriesPerSecond: number;
  /** Queries of one client network. */
  readonly networkQueriesPerSecond: number;
  /** The burst, in seconds of the rate; at least one packet. */
  readonly burstSeconds: number;
  /** Every n-th answer beyond the limits is sent truncated (TC), so that a real client repeats the query over TCP. 1: all; 0: none. */
  readonly slip: number;
  /** Networks without limits, for caches such as CoreDNS, which send the queries of many clients. Replaces the default networks. */
  readonly exempt: readonly Subnet[];
  /** Number of counters in memory, rounded up to a power of two; 16 bytes each. */
  readonly accounts: number;
}

/**
 * The limits are far above the rate of resolvers. One that respects TTLs queries a name and type at most once in 5 s, so 200 a second are a thousand resolvers in one /24. A
 * client with a valid cookie or over TCP is not limited. The limits are far below the rate of an attack by reflection. Loopback addresses cannot be forged from outside.
 */
export const DEFAULT_RATE_LIMITS: RateLimitOptions = {
  positivePerSecond: 200,
  negativePerSecond: 200,
  errorsPerSecond: 50,
  clientQueriesPerSecond: 2_000,
  networkQueriesPerSecond: 5_000,
  burstSeconds: 2,
  slip: 2,
  exempt: [
    { address: "127.0.0.0", prefix: 8 },
    { address: "::1", prefix: 128 },
  ],
  accounts: 65_536,
};
