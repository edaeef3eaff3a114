import { addressBytes, addressText } from "./address-wire.ts";
import { parseAddress } from "./address.ts";

/** A network as plain data, so that it can be sent to another thread. */
export interface Subnet {
  /** Canonical (RFC 5952); the bits beyond `prefix` are 0. */
  readonly address: string;
  readonly prefix: number;
}

/** How many bits of an address are kept, by family. */
export interface PrefixBits {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** RFC 7871 11.1: the maximum number of bits of a client's address that a query contains. A client network has this size too. */
export const NETWORK_BITS: PrefixBits = { ipv4: 24, ipv6: 56 };

/**
 * The network of an address in the form that sockets report. `::ffff:192.0.2.1` counts as IPv4, and a zone (`%eth0`) is ignored.
 * Undefined: the text is not an address.
 */
export function subnetOf(address: string, bits: PrefixBits = NETWORK_BITS): Subnet | undefined {
  const bytes = addressBytes(address.replace(ZONE, ""));
  if (bytes === undefined) {
    return undefined;
  }
  const own = isMapped(bytes) ? bytes.subarray(12) : bytes;
  return subnetOfBytes(own, own.length === 4 ? bits.ipv4 : bits.ipv6);
}

/** Returns the first `prefix` bits of 4 or 16 bytes. Missing bytes count as 0. */
export function subnetOfBytes(bytes: Uint8Array, prefix: number): Subnet {
  const bits = Math.min(prefix, 8 * bytes.length);
  return { address: addressText(maskedBytes(bytes, bits)), prefix: bits };
}

/** Returns the same number of bytes. The bits after the first `prefix` are 0. */
export function maskedBytes(bytes: Uint8Array, prefix: number): Uint8Array {
  return bytes.map((byte, index) => byte & maskOf(prefix - 8 * index));
}

/** Parses `192.0.2.0/24` or an address. Undefined for other text, for a length with leading zeros, and if a bit after the prefix is 1. */
export function parseSubnet(text: string): Subnet | undefined {
  const [head = "", length, ...more] = text.split("/");
  const address = parseAddress(head);
  const bytes = address === undefined ? undefined : addressBytes(address);
  if (address === undefined || bytes === undefined || more.length > 0) {
    return undefined;
  }
  const prefix = length === undefined ? 8 * bytes.length : prefixOf(length, 8 * bytes.length);
  return prefix !== undefined && subnetOfBytes(bytes, prefix).address === address ? { address, prefix } : undefined;
}

/** Whether the network contains the address, which must be canonical. */
export function hasAddress({ address: network, prefix }: Subnet, address: string): boolean {
  const bytes = addressBytes(address);
  return (
    bytes !== undefined &&
    bytes.length === addressBytes(network)?.length &&
    subnetOfBytes(bytes, prefix).address === network
  );
}

/** Only an IPv6 address has a zone (RFC 4007 11). */
const ZONE = /(?<=:[^%]*)%.*$/u;

function isMapped(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes.subarray(0, 12).every((byte, index) => byte === (index < 10 ? 0 : 255));
}

function maskOf(bits: number): number {
  return bits >= 8 ? 255 : (0xff00 >> Math.max(bits, 0)) & 255;
}

function prefixOf(text: string, most: number): number | undefined {
  const value = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : most + 1;
  return value <= most ? value : undefined;
}
