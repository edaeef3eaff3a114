import type { LookupResult, TargetKey, ViewId } from "../dns/lookup-result.ts";
import type { Subnet } from "../dns/address/subnet.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import type { LookupStep } from "./chain/trace.ts";

/** One lookup of one key. Never throws for faults of the network. Ends within its budget (10 s) or if the signal aborts. */
export interface Lookup {
  lookUp(key: TargetKey, options: LookupOptions, signal: AbortSignal): Promise<LookupResult>;
}

export interface LookupOptions {
  /** The server that is queried last, if there is another one. Used by confirming lookups. */
  readonly avoid?: string;
  /** The client subnet of the queries (RFC 7871). Absent: queries have no client subnet. */
  readonly subnet?: Subnet;
  /** Known A addresses of the target. An AAAA address that contains one of them may come from DNS64. */
  readonly ipv4?: readonly string[];
  /** Receives each step when it happens, including queries without a usable answer. */
  readonly observe?: (step: LookupStep) => void;
}

/**
 * The servers of a key, and the rules for their answers. `allowPrivate` is part of the view, not of the alias. An alias that
 * refuses special-use addresses (RFC 6890) therefore never shares last known good addresses with one that accepts them. Without
 * `allowPrivate`, a special-use address is a `special-use` failure.
 */
export interface View {
  readonly id: ViewId;
  /** Never empty. */
  readonly servers: readonly ResolverServer[];
  readonly allowPrivate: boolean;
}

/** The view of an id. Undefined if no zone uses it any more. */
export type ViewOf = (id: ViewId) => View | undefined;
