import { BlockList, isIPv6 } from "node:net";
import { isSpecialUse } from "./address.ts";
import type { Subnet } from "./subnet.ts";

/** Decides which addresses of a target are published. */
export interface AddressPolicy {
  /** True: special-use addresses (RFC 6890) are published too, except those in {@link EMBEDDING_NETWORKS}. */
  readonly allowPrivate: boolean;
  /** Prefixes of the network's own NAT64 (RFC 6052 2.2). Their addresses exist only behind that NAT64. */
  readonly nat64?: readonly Subnet[];
}

/** IPv6 networks whose addresses contain an IPv4 address. They are never published, regardless of `allowPrivate`. */
export const EMBEDDING_NETWORKS: readonly (Subnet & { readonly what: string })[] = [
  { address: "::", prefix: 96, what: "an IPv4-compatible address (RFC 4291 section 2.5.5.1)" },
  { address: "::ffff:0:0", prefix: 96, what: "an IPv4-mapped address (RFC 4291 section 2.5.5.2)" },
  { address: "::ffff:0:0:0", prefix: 96, what: "an IPv4-translated address (RFC 2765 section 2.1)" },
  { address: "64:ff9b::", prefix: 96, what: "a NAT64 address (RFC 6052 section 2.1)" },
  { address: "64:ff9b:1::", prefix: 48, what: "a NAT64 address (RFC 8215)" },
  { address: "2001::", prefix: 32, what: "a Teredo address (RFC 4380 section 4)" },
  { address: "2002::", prefix: 16, what: "a 6to4 address (RFC 3056 section 2)" },
];

/** The first address that is not published, with the reason as a clause for users. Undefined: all are published. */
export function refusedAddress(addresses: readonly string[], policy: AddressPolicy): string | undefined {
  for (const address of addresses) {
    const embedding = embeddingOf(address) ?? nat64Of(address, policy.nat64 ?? []);
    if (embedding !== undefined) {
      return `the address ${address}, ${embedding}, which is never published`;
    }
    if (!policy.allowPrivate && isSpecialUse(address)) {
      return `the special-use address ${address} (RFC 6890), which needs spec.allowPrivate`;
    }
  }
  return undefined;
}

/**
 * Returns the description of the network in {@link EMBEDDING_NETWORKS} that contains the address. Undefined: none of them contains
 * it. `::` and `::1` are special-use addresses, not IPv4-compatible ones.
 */
export function embeddingOf(address: string): string | undefined {
  return isIPv6(address) && !SINGLE_ADDRESSES.check(address, "ipv6")
    ? CHECKS.find(({ list }) => list.check(address, "ipv6"))?.what
    : undefined;
}

/**
 * Returns the addresses that are neither in {@link EMBEDDING_NETWORKS} nor in these prefixes. No policy publishes addresses in
 * these networks.
 */
export function withoutEmbedding(addresses: readonly string[], nat64: readonly Subnet[]): readonly string[] {
  const kept = addresses.filter((address) => embeddingOf(address) === undefined && !isInNat64(address, nat64));
  return kept.length === addresses.length ? addresses : kept;
}

export function isInNat64(address: string, nat64: readonly Subnet[]): boolean {
  return isIPv6(address) && nat64.some((subnet) => listOf(subnet).check(address, "ipv6"));
}

function nat64Of(address: string, nat64: readonly Subnet[]): string | undefined {
  const own = isIPv6(address) ? nat64.find((subnet) => listOf(subnet).check(address, "ipv6")) : undefined;
  return own && `a NAT64 address of this network's prefix ${own.address}/${own.prefix} (RFC 7050)`;
}

function listOf({ address, prefix }: Subnet): BlockList {
  const list = new BlockList();
  list.addSubnet(address, prefix, "ipv6");
  return list;
}

const CHECKS = EMBEDDING_NETWORKS.map((network) => ({ what: network.what, list: listOf(network) }));
const SINGLE_ADDRESSES = listOf({ address: "::", prefix: 127 });
