import { addressBytes } from "./address-wire.ts";
import { type Subnet, subnetOfBytes } from "./subnet.ts";

/**
 * Returns the NAT64 prefixes in these AAAA addresses of `ipv4only.arpa` (RFC 7050 section 3). A prefix counts if 192.0.0.170 or
 * 192.0.0.171 follows it in the layout of RFC 6052 section 2.2. Sorted by length, without duplicates; empty for a server without
 * DNS64.
 */
export function nat64Prefixes(addresses: readonly string[]): readonly Subnet[] {
  return prefixesBefore(addresses, WELL_KNOWN);
}

/**
 * Returns the prefixes of AAAA addresses that a DNS64 server created from these A addresses of the same name. Sorted by length,
 * without duplicates.
 */
export function prefixesBefore(addresses: readonly string[], ipv4: readonly string[]): readonly Subnet[] {
  const found = new Map<string, Subnet>();
  const wanted = new Set(ipv4.flatMap((address) => addressBytes(address)?.join() ?? []));
  const all = addresses.flatMap((address) => addressBytes(address) ?? []).filter(({ length }) => length === 16);
  for (const [prefix, places] of LAYOUTS) {
    for (const bytes of all) {
      if (hasZeroBits(bytes, prefix) && wanted.has(places.map((place) => bytes[place]).join())) {
        const subnet = subnetOfBytes(bytes, prefix);
        found.set(`${subnet.address}/${prefix}`, subnet);
      }
    }
  }
  return [...found.values()];
}

/** RFC 7050 section 8.2. */
const WELL_KNOWN = ["192.0.0.170", "192.0.0.171"];

/** RFC 6052 section 2.2: bits 64 to 71 are 0, unless they belong to the prefix. */
function hasZeroBits(bytes: Uint8Array, prefix: number): boolean {
  return prefix > 64 || bytes[8] === 0;
}

/** For each prefix length, the positions of the IPv4 address's bytes. Byte 8 is skipped. */
const LAYOUTS: readonly (readonly [number, readonly number[]])[] = [
  [32, [4, 5, 6, 7]],
  [40, [5, 6, 7, 9]],
  [48, [6, 7, 9, 10]],
  [56, [7, 9, 10, 11]],
  [64, [9, 10, 11, 12]],
  [96, [12, 13, 14, 15]],
];
