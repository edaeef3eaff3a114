import type { AliasType } from "../dns/record.ts";

/** The endpoints of ExternalDNS 0.22 can have A, AAAA, CNAME, TXT, SRV, NS, PTR, MX and NAPTR, but not HTTPS. */
export const EXTERNAL_DNS_LACKS: readonly AliasType[] = ["HTTPS"];
