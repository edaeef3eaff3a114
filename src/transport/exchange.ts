import type { Millis } from "../base/clock.ts";

export type Protocol = "udp" | "tcp" | "tls" | "https";

/** The address, the protocol and the name of a DNS server. */
export interface ResolverServer {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** For tls and https: the name that its certificate must contain. Absent: the address. */
  readonly serverName?: string;
  /** https: absent means /dns-query (RFC 8484). */
  readonly path?: string;
}

/**
 * A query as bytes, and a check of its answer. `accept` checks each packet that arrives at the port, so that a forged one does
 * not end the wait.
 */
export interface ExchangeRequest {
  readonly query: Uint8Array;
  readonly timeoutMs: Millis;
  readonly accept: (response: Uint8Array) => boolean;
}

export type ExchangeResult =
  | { readonly kind: "response"; readonly response: Uint8Array; readonly tookMs: Millis }
  | { readonly kind: "timeout" }
  | { readonly kind: "unreachable"; readonly message: string };

/** Sends one query to one server, and waits for a packet that `accept` takes. Never throws for faults of the network. */
export type Exchange = (
  server: ResolverServer,
  request: ExchangeRequest,
  signal: AbortSignal,
) => Promise<ExchangeResult>;
