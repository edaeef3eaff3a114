import { addressBytes } from "../address/address-wire.ts";
import { maskedBytes, type Subnet, subnetOfBytes } from "../address/subnet.ts";

/** The fields of an EDNS client-subnet option (RFC 7871 6). */
export interface ClientSubnet {
  /** 0 only with a source prefix of 0, which means that the option has no address. */
  readonly family: 0 | 4 | 6;
  readonly sourcePrefix: number;
  readonly scopePrefix: number;
  /** Only the bytes that contain bits of the source prefix. */
  readonly bytes: Uint8Array;
}

export type ClientSubnetRead =
  | { readonly kind: "read"; readonly option: ClientSubnet }
  /** One sentence for users. */
  | { readonly kind: "malformed"; readonly problem: string };

/**
 * Reads the option strictly, as RFC 7871 6 requires: only the necessary bytes, no bits after the prefix, and a prefix that fits
 * the address. Never throws.
 */
export function readClientSubnet(data: Uint8Array): ClientSubnetRead {
  const [high = 0, low = 0, sourcePrefix = 0, scopePrefix = 0] = data;
  const family = FAMILIES.get((high << 8) | low);
  if (data.length < HEAD_BYTES || family === undefined) {
    return malformed(data.length < HEAD_BYTES ? "too short" : "an unknown family");
  }
  const bytes = data.subarray(HEAD_BYTES);
  if (sourcePrefix > BITS[family] || scopePrefix > BITS[family]) {
    return malformed("a prefix longer than an address");
  }
  if (bytes.length !== Math.ceil(sourcePrefix / 8)) {
    return malformed("another number of octets than the source prefix needs");
  }
  if (maskedBytes(bytes, sourcePrefix).some((byte, index) => byte !== bytes[index])) {
    return malformed("bits beyond the source prefix");
  }
  return { kind: "read", option: { family, sourcePrefix, scopePrefix, bytes } };
}

/** The data of the option. `scope` is 0 in queries. */
export function clientSubnetData({ address, prefix }: Subnet, scope = 0): Uint8Array {
  const bytes = addressBytes(address);
  if (bytes === undefined) {
    throw new TypeError(`not an address: ${address}`);
  }
  const family = bytes.length === 4 ? 1 : 2;
  return Uint8Array.of(0, family, prefix, scope, ...maskedBytes(bytes, prefix).subarray(0, Math.ceil(prefix / 8)));
}

/** Returns the subnet of the option, truncated to `bits`. Undefined if the option has no subnet. */
export function subnetOfOption({ family, sourcePrefix, bytes }: ClientSubnet, bits: number): Subnet | undefined {
  if (family === 0 || sourcePrefix === 0) {
    return undefined;
  }
  const whole = new Uint8Array(BITS[family] / 8);
  whole.set(bytes);
  return subnetOfBytes(whole, Math.min(sourcePrefix, bits));
}

/** Family, source prefix and scope prefix. */
const HEAD_BYTES = 4;

/** IANA "Address Family Numbers". Stub resolvers send 0 to forbid forwarding (RFC 7871 7.1.2). */
const FAMILIES: ReadonlyMap<number, ClientSubnet["family"]> = new Map([
  [0, 0],
  [1, 4],
  [2, 6],
]);

const BITS = { 0: 0, 4: 32, 6: 128 } as const;

function malformed(problem: string): ClientSubnetRead {
  return { kind: "malformed", problem };
}
