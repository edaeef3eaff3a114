import type { ExchangeRequest, Protocol, ResolverServer } from "../../../src/transport/exchange.ts";

export const never = new AbortController().signal;
const PADDING = new Uint8Array(10);

/** A message of the least length, told apart by its id. */
export function message(id: number): Uint8Array {
  return Buffer.concat([Uint8Array.of(id >> 8, id), PADDING]);
}

export function idOf(bytes: Uint8Array): number {
  return ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
}

export function asking(id: number, options: Partial<ExchangeRequest> = {}): ExchangeRequest {
  return { query: message(id), timeoutMs: 2_000, accept: (response) => idOf(response) === id, ...options };
}

export function at(port: number, protocol: Protocol): ResolverServer {
  return { protocol, address: "127.0.0.1", port };
}
