import { addressText } from "../../dns/address/address-wire.ts";
import type { WireRecord } from "../../dns/message/message.ts";
import type { Seconds } from "../../dns/record.ts";
import { TYPE } from "../../dns/registry.ts";

/** The address of an A or AAAA record as canonical text (RFC 5952). Undefined if the RDATA has the wrong length. */
export function addressOfRdata({ type, rdata }: WireRecord): string | undefined {
  switch (type) {
    case TYPE.A:
      return rdata.length === 4 ? addressText(rdata) : undefined;
    case TYPE.AAAA:
      return rdata.length === 16 ? addressText(rdata) : undefined;
    default:
      return undefined;
  }
}

/** Returns how long a negative answer with this SOA is valid: the smaller of the SOA's TTL and its MINIMUM field (RFC 2308 5). */
export function negativeTtlOfSoa({ rdata, ttl }: WireRecord): Seconds {
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.byteLength);
  return rdata.length < MINIMUM_BYTES ? 0 : Math.min(ttl, view.getUint32(rdata.length - MINIMUM_BYTES));
}

/** RFC 1035 3.3.13: MINIMUM is the last field. */
const MINIMUM_BYTES = 4;
