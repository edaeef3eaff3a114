import { parseAddress } from "../../../dns/address/address.ts";
import type { ServingSpec } from "../../dns-zone.ts";
import type { ServedByText } from "../shared-fields.ts";

export function endpointsOf(servedBy: ServedByText | undefined): ServingSpec["endpoints"] {
  if (servedBy?.service !== undefined) {
    return { kind: "service", ...servedBy.service };
  }
  return servedBy?.addresses === undefined
    ? { kind: "none" }
    : {
        kind: "addresses",
        addresses: servedBy.addresses.map(({ address, port }) => ({ address: parseAddress(address) ?? address, port })),
      };
}
