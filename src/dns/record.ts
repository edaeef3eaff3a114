import type { Name } from "./name/name.ts";

/** Seconds, as in the TTL field and in every TTL setting (RFC 2181 8: 0 to 2^31 - 1). */
export type Seconds = number;

/** The two address types of an alias. A family is one RRset. */
export const FAMILIES = ["A", "AAAA"] as const;
export type Family = (typeof FAMILIES)[number];

/** The record types of an alias at its hostname: addresses, and an HTTPS record that points to the target (RFC 9460). Each is one RRset. */
export const ALIAS_TYPES = [...FAMILIES, "HTTPS"] as const;
export type AliasType = (typeof ALIAS_TYPES)[number];

export function isAliasType(type: string): type is AliasType {
  return ALIAS_TYPES.some((one) => one === type);
}

/**
 * All records of one owner name and type, in class IN. `type` is the mnemonic ("A", "MX"; "TYPE65280" for an unknown type, RFC
 * 3597). `data` is each record's RDATA as zone-file text with absolute names, sorted by code unit, without duplicates.
 */
export interface RRset {
  readonly name: Name;
  readonly type: string;
  readonly ttl: Seconds;
  readonly data: readonly string[];
}

/** One text for each owner name and type, as a key of maps and for sorting. */
export function rrsetKey({ name, type }: Pick<RRset, "name" | "type">): string {
  return `${name} ${type}`;
}
