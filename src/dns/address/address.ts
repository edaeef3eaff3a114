import { BlockList, isIPv4, isIPv6, SocketAddress } from "node:net";
import { byCodeUnit } from "../../base/order.ts";
import { addressGroups } from "./address-wire.ts";
import type { Family } from "../record.ts";

/**
 * Returns the canonical text of an IPv4 or IPv6 address (RFC 5952). Undefined for other text, and for `1.2.3`, `010.0.0.1`,
 * addresses with a zone, and IPv4-mapped addresses.
 */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) {
    return text;
  }
  if (!isIPv6(text) || text.includes("%")) {
    return undefined;
  }
  return isMapped(text) ? undefined : new SocketAddress({ address: text, family: "ipv6" }).address;
}

/** The record type of the address. The text must come from {@link parseAddress}. */
export function familyOf(address: string): Family {
  return address.includes(":") ? "AAAA" : "A";
}

/** The addresses sorted and without duplicates, so that equal sets are equal lists. */
export function addressSet(addresses: Iterable<string>): readonly string[] {
  return [...new Set(addresses)].sort(byCodeUnit);
}

/**
 * True for an address that a public name must not have. Such addresses are those of the special-purpose registries (RFC 6890),
 * multicast addresses, and all IPv6 addresses outside 2000::/3. IPv4 addresses inside ::ffff:0:0/96 and 64:ff9b::/96 are among
 * these IPv6 addresses.
 */
export function isSpecialUse(address: string): boolean {
  if (isIPv4(address)) {
    return SPECIAL_V4.check(address, "ipv4");
  }
  return !GLOBAL_V6.check(address, "ipv6") || SPECIAL_V6.check(address, "ipv6");
}

/** True for a special-use address that a host can have. Addresses for documentation are not among them (RFC 5737, RFC 3849, RFC 9637). */
export function isPrivate(address: string): boolean {
  return isSpecialUse(address) && !DOCUMENTATION.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

const SPECIAL_V4 = blockList("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]);
const GLOBAL_V6 = blockList("ipv6", [["2000::", 3]]);
const SPECIAL_V6 = blockList("ipv6", [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);

const DOCUMENTATION = new BlockList();
for (const network of ["192.0.2.0", "198.51.100.0", "203.0.113.0"]) {
  DOCUMENTATION.addSubnet(network, 24, "ipv4");
}
DOCUMENTATION.addSubnet("2001:db8::", 32, "ipv6");
DOCUMENTATION.addSubnet("3fff::", 20, "ipv6");

function blockList(family: "ipv4" | "ipv6", prefixes: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, length] of prefixes) {
    list.addSubnet(network, length, family);
  }
  return list;
}

/** True for an address in ::ffff:0:0/96. No host has such an address (RFC 4291 2.5.5.2). */
function isMapped(address: string): boolean {
  return addressGroups(address).slice(0, 6).join(":") === MAPPED_HEAD;
}

const MAPPED_HEAD = "0:0:0:0:0:65535";
