import { addressBytes } from "./address-wire.ts";
import { type Subnet, subnetOfBytes } from "./subnet.ts";

/**
 * The NAT64 prefixes by which a DNS64 server made these AAAA addresses of `ipv4only.arpa` (RFC 7050 section 3): those that put 192.0.0.170 or
 * 192.0.0.171 where RFC 6052 section 2.2 puts the IPv4 address. Sorted by length, without duplicates; empty for a server without DNS64.
 */
export function nat64Prefixes(addresses: readonly string[]): readonly Subnet[] {
  const found = new Map<string, Subnet>();
  for (const [prefix, places] of LAYOUTS) {
    for (const bytes of addresses.flatMap((address) => addressBytes(address) ?? [])) {
      if (bytes.length === 16 && isWellKnown(places.map((place) => bytes[place]))) {
        const subnet = subnetOfBytes(bytes, prefix);
        found.set(`${subnet.address}/${prefix}`, subnet);
      }
    }
  }
  return [...found.values()];
}

/** By the length of the prefix: the bytes that the IPv4 address has. Byte 8 is 0 and is skipped. */
const LAYOUTS: readonly (readonly [number, readonly number[]])[] = [
  [32, [4, 5, 6, 7]],
  [40, [5, 6, 7, 9]],
  [48, [6, 7, 9, 10]],
  [56, [7, 9, 10, 11]],
  [64, [9, 10, 11, 12]],
  [96, [12, 13, 14, 15]],
];

function isWellKnown([first, second, third, last]: readonly (number | undefined)[]): boolean {
  return first === 192 && second === 0 && third === 0 && (last === 170 || last === 171);
}
