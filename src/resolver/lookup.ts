import type { LookupResult, TargetKey, ViewId } from "../dns/lookup-result.ts";
import type { Subnet } from "../dns/address/subnet.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import type { LookupStep } from "./chain/trace.ts";

/** One look-up of one key: never throws for what the network does; ends within its budget (10 s) or when the signal aborts. */
export interface Lookup {
  lookUp(key: TargetKey, options: LookupOptions, signal: AbortSignal): Promise<LookupResult>;
}

export interface LookupOptions {
  /** Ask another server than this one first, where there is one (confirming look-ups). */
  readonly avoid?: string;
  /** Ask for the answer that this network gets (RFC 7871); absent: no server is told of anyone. */
  readonly subnet?: Subnet;
  /** A addresses that the target is known to have: AAAA addresses that have one of them in it may be made by DNS64. */
  readonly ipv4?: readonly string[];
  /** Told each step as it happens; steps of servers that were asked in vain included. */
  readonly observe?: (step: LookupStep) => void;
}

/**
 * Where a key is asked, and what is believed there. `allowPrivate` is part of the view, not of the alias, so that an alias that refuses special-use
 * addresses (RFC 6890) never shares last-good with one that takes them; a special-use address elsewhere is a `special-use` failure.
 */
export interface View {
  readonly id: ViewId;
  /** Never empty. */
  readonly servers: readonly ResolverServer[];
  readonly allowPrivate: boolean;
}

/** The view of an id; undefined when no zone uses it any more. */
export type ViewOf = (id: ViewId) => View | undefined;
