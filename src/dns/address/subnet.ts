import { addressOctets, addressText } from "./address-wire.ts";
import { parseAddress } from "./address.ts";

/** A network: as plain data, so that it can be handed from thread to thread. */
export interface Subnet {
  /** Canonical (RFC 5952); the bits beyond `prefix` are 0. */
  readonly address: string;
  readonly prefix: number;
}

/** Bits that are kept of an address of each family. */
export interface PrefixBits {
  readonly ipv4: number;
  readonly ipv6: number;
}

/** RFC 7871 11.1: what may be told of a client, and what counts as one network. */
export const NETWORK_BITS: PrefixBits = { ipv4: 24, ipv6: 56 };

/** The network of an address as sockets give it: `::ffff:192.0.2.1` counts as IPv4, a zone (`%eth0`) is left out. Undefined: no address. */
export function subnetOf(address: string, bits: PrefixBits = NETWORK_BITS): Subnet | undefined {
  const octets = addressOctets(address.replace(ZONE, ""));
  if (octets === undefined) {
    return undefined;
  }
  const own = isMapped(octets) ? octets.subarray(12) : octets;
  return subnetOfOctets(own, own.length === 4 ? bits.ipv4 : bits.ipv6);
}

/** The first `prefix` bits of 4 or 16 octets; fewer octets stand for ones that are 0. */
export function subnetOfOctets(octets: Uint8Array, prefix: number): Subnet {
  const bits = Math.min(prefix, 8 * octets.length);
  return { address: addressText(maskedOctets(octets, bits)), prefix: bits };
}

/** The same number of octets; those bits that come after the first `prefix` are 0. */
export function maskedOctets(octets: Uint8Array, prefix: number): Uint8Array {
  return octets.map((octet, index) => octet & maskOf(prefix - 8 * index));
}

/** `192.0.2.0/24` or an address alone; undefined for anything else, for a length with leading zeros, and for bits beyond the prefix that are not 0. */
export function parseSubnet(text: string): Subnet | undefined {
  const [head = "", length, ...more] = text.split("/");
  const address = parseAddress(head);
  const octets = address === undefined ? undefined : addressOctets(address);
  if (address === undefined || octets === undefined || more.length > 0) {
    return undefined;
  }
  const prefix = length === undefined ? 8 * octets.length : prefixOf(length, 8 * octets.length);
  return prefix !== undefined && subnetOfOctets(octets, prefix).address === address ? { address, prefix } : undefined;
}

const ZONE = /%.*$/u;

function isMapped(octets: Uint8Array): boolean {
  return octets.length === 16 && octets.subarray(0, 12).every((octet, index) => octet === (index < 10 ? 0 : 255));
}

function maskOf(bits: number): number {
  return bits >= 8 ? 255 : (0xff00 >> Math.max(bits, 0)) & 255;
}

function prefixOf(text: string, most: number): number | undefined {
  const value = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : most + 1;
  return value <= most ? value : undefined;
}
