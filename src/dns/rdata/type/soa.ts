import { domainName } from "../field/domain-name.ts";
import { period, uint32 } from "../field/integer.ts";
import { sequence } from "../field/sequence.ts";

/** SOA (RFC 1035 3.3.13). */
export const soa = sequence(domainName, domainName, uint32, period, period, period, period);
