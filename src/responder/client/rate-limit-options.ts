import type { Subnet } from "../../dns/address/subnet.ts";

/**
 * The limits of UDP responses to one network. Plain data, and the same for all workers. Each worker counts by itself, so two
 * workers send at most twice as much. A rate is a number per second; 0 means no limit.
 */
export interface RateLimitOptions {
  /** Answers with data, for each client network (/24, /56), name and type. */
  readonly positivePerSecond: number;
  /** NXDOMAIN and NODATA, for each client network and zone. */
  readonly negativePerSecond: number;
  /** REFUSED, FORMERR, SERVFAIL and similar answers, for each client network. */
  readonly errorsPerSecond: number;
  /** Queries of one client: an IPv4 address, or an IPv6 /64, because one host can have all of it. */
  readonly clientQueriesPerSecond: number;
  /** Queries of one client network. */
  readonly networkQueriesPerSecond: number;
  /** The size of a burst, as the number of seconds at the full rate. A burst has at least one packet. */
  readonly burstSeconds: number;
  /** Every n-th answer beyond the limits is sent truncated (TC), so that a real client repeats the query over TCP. 1: all; 0: none. */
  readonly slip: number;
  /** Networks without limits, for caches such as CoreDNS that send the queries of many clients. The list replaces the default networks. */
  readonly exempt: readonly Subnet[];
  /** The number of counters in memory, rounded up to a power of two. Each takes 16 bytes. */
  readonly accounts: number;
}

/**
 * The limits are far above the rate of resolvers. A resolver that respects TTLs queries a name and type at most once in 5 s, so a
 * rate of 200 allows a thousand resolvers in one /24. A client with a valid cookie or over TCP is not limited. The limits are far
 * below the rate of an attack by reflection. Loopback networks are exempt, because their addresses cannot be forged from outside
 * the host.
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
