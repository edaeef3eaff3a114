import { isSpecialUse } from "../../dns/address/address.ts";
import { readClientSubnet, subnetOfOption } from "../../dns/message/edns-client-subnet.ts";
import { NETWORK_BITS, type Subnet, subnetOf } from "../../dns/address/subnet.ts";

/** The subnet of a query. Read it only for zones with `clientSubnet`. Other zones ignore the option, and their answers don't have it (RFC 7871 7.2.1). */
export type DnsClientSubnet =
  | {
      readonly kind: "asker";
      /**
       * The subnet for the lookup: at most 24 bits of IPv4 and 56 of IPv6. Undefined: the answer for all clients, because the
       * client forbids forwarding or has a special-use address.
       */
      readonly subnet?: Subnet;
      /** The option in the query. Undefined: the query had none, so the answer has none. */
      readonly option?: Uint8Array;
    }
  /** The answer is FORMERR. `problem` is one sentence for users. */
  | { readonly kind: "malformed"; readonly problem: string };

/**
 * Returns the subnet of a client by RFC 7871 7.1 and 7.2.1. `option` is the data of the query's client-subnet option. Without this
 * option, the subnet is the network of the peer. With a source prefix of 0, no subnet is sent. Special-use addresses (RFC 6890)
 * have no meaning elsewhere and are never forwarded (RFC 7871 11.1 and 10).
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
 * Returns the data of the client-subnet option in the answer: the option of the query with a scope (RFC 7871 7.2.1). `scope` is the
 * scope of the live answer for the client subnet. It is 0 for records that are the same for all clients: all records except the
 * addresses of an alias. Undefined: the addresses for all clients are sent, and the response is valid only for the queried subnet.
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
