import { isSpecialUse } from "../../dns/address/address.ts";
import { readClientSubnet, subnetOfOption } from "../../dns/message/edns-client-subnet.ts";
import { NETWORK_BITS, type Subnet, subnetOf } from "../../dns/address/subnet.ts";

/** Whose answer is wanted. Read it for zones with `clientSubnet` alone: elsewhere the option is left out of account, and of the answer (RFC 7871 7.2.1). */
export type DnsClientSubnet =
  | {
      readonly kind: "asker";
      /** What to look up with, at most 24 bits of IPv4 and 56 of IPv6. Undefined: the general answer, as the asker wants nothing told, or is at a special-use address. */
      readonly subnet?: Subnet;
      /** The query's option; undefined: it had none, and the answer has none. */
      readonly option?: Uint8Array;
    }
  /** FORMERR; one sentence for people. */
  | { readonly kind: "malformed"; readonly problem: string };

/**
 * RFC 7871 7.1 and 7.2.1. `option`: the data of the query's client-subnet option. Without one it is the peer's own network that counts; with a source
 * prefix of 0 nothing is told of anyone. Special-use addresses (RFC 6890) mean nothing at a distance and are never forwarded (RFC 7871 11.1 and 10).
 */
export function subnetOfClient(option: Uint8Array | undefined, peer: string): DnsClientSubnet {
  if (option === undefined) {
    return client(subnetOf(peer), undefined);
  }
  const read = readClientSubnet(option);
  if (read.kind === "malformed") {
    return read;
  }
  const { family, scopePrefix } = read.option;
  if (scopePrefix !== 0) {
    return { kind: "malformed", problem: "a scope in a query" };
  }
  return client(subnetOfOption(read.option, family === 6 ? NETWORK_BITS.ipv6 : NETWORK_BITS.ipv4), option);
}

/**
 * The data of the answer's option: the query's own with a scope (RFC 7871 7.2.1). `scope`: of the answer that was looked up for the asker's subnet; 0 for what is the
 * same for everyone, as are all records but an alias's addresses; undefined: the general answer stands in, which another subnet need not get: so it holds for no more than who asked.
 */
export function answerOption(option: Uint8Array, scope: number | undefined): Uint8Array {
  const [, family, sourcePrefix = 0] = option;
  const most = Math.min(sourcePrefix, family === 2 ? NETWORK_BITS.ipv6 : NETWORK_BITS.ipv4);
  const data = option.slice();
  data[3] = Math.min(scope ?? most, most);
  return data;
}

function client(subnet: Subnet | undefined, option: Uint8Array | undefined): DnsClientSubnet {
  const isSent = subnet !== undefined && !isSpecialUse(subnet.address);
  return { kind: "asker", ...(isSent && { subnet }), ...(option !== undefined && { option }) };
}
