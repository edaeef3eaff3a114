import { parseAddress } from "../../../dns/address/address.ts";

interface ServerText {
  readonly address: string;
  readonly port?: number;
}

const DNS_PORT = 53;

/** The address in canonical form, and the port. The default port is set here, because the schema of a list item has no defaults. */
export function serverOf({ address, port = DNS_PORT }: ServerText): {
  readonly address: string;
  readonly port: number;
} {
  return { address: parseAddress(address) ?? address, port };
}
