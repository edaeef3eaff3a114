import { parseAddress } from "../../../dns/address/address.ts";

interface ServerText {
  readonly address: string;
  readonly port?: number;
}

const DNS_PORT = 53;

/** The address in canonical form, and the port of DNS unless the item has another one: items of lists have no defaults in the schema. */
export function serverOf({ address, port = DNS_PORT }: ServerText): {
  readonly address: string;
  readonly port: number;
} {
  return { address: parseAddress(address) ?? address, port };
}
