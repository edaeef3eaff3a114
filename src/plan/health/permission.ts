import { isSpecialUse } from "../../dns/address/address.ts";
import { embeddingOf } from "../../dns/address/publishable.ts";
import { hasAddress, type Subnet } from "../../dns/address/subnet.ts";

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** The rules of the installation for addresses of checks. */
export interface CheckRules {
  readonly ports: readonly PortRange[];
  /** Networks of special-use addresses that the operator allows. */
  readonly allowed: readonly Subnet[];
  /** Addresses that are never checked: those of the API server and of dnsalias itself. */
  readonly forbidden: ReadonlySet<string>;
}

/**
 * The wire server of Azure and the IPv6 metadata service of AWS (EC2 IMDS). They return credentials, so they are never checked.
 * Their addresses are global unicast, or unique local, which an operator can allow.
 */
const METADATA: ReadonlySet<string> = new Set(["168.63.129.16", "fd00:ec2::254"]);

export function allowsPort({ ports }: CheckRules, port: number): boolean {
  return ports.some(({ first, last }) => port >= first && port <= last);
}

/** Whether checks may connect to the address. It must be global unicast, or in an allowed network, and must not contain an IPv4 address. */
export function allowsAddress({ allowed, forbidden }: CheckRules, address: string): boolean {
  if (METADATA.has(address) || forbidden.has(address) || embeddingOf(address) !== undefined) {
    return false;
  }
  return !isSpecialUse(address) || allowed.some((network) => hasAddress(network, address));
}
