import { ipv4, ipv6 } from "../field/ip-address.ts";

/** A (RFC 1035 3.4.1). */
export const a = ipv4;
/** AAAA (RFC 3596 2.2). */
export const aaaa = ipv6;
