import { RCODE, TYPE } from "../dns/types.ts";

/** The rcode for types that no zone can have records of (RFC 6895 3.1); undefined for those that are looked up, ANY included. */
export function refusalOf(type: number): number | undefined {
  return REFUSALS.get(type);
}

const MAILB = 253;
const MAILA = 254;

/** Transfers are not given here; mail agents' types are obsolete (RFC 1035 3.2.3); the others stand in packets alone. */
const REFUSALS: ReadonlyMap<number, number> = new Map([
  [0, RCODE.FORMERR],
  [TYPE.OPT, RCODE.FORMERR],
  [TYPE.TKEY, RCODE.FORMERR],
  [TYPE.TSIG, RCODE.FORMERR],
  [TYPE.IXFR, RCODE.REFUSED],
  [TYPE.AXFR, RCODE.REFUSED],
  [MAILB, RCODE.NOTIMP],
  [MAILA, RCODE.NOTIMP],
]);
