import { domainName } from "../field/domain-name.ts";
import { sequence } from "../field/sequence.ts";

/** NS, CNAME, PTR, MB, MG, MR (RFC 1035 3.3), DNAME (RFC 6672 2.1), NSAP-PTR (RFC 1706 6). */
export const oneName = domainName;
/** MINFO (RFC 1035 3.3.7), RP (RFC 1183 2.2), TALINK. */
export const twoNames = sequence(domainName, domainName);
