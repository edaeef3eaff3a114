import type { AliasType } from "../dns/record.ts";

/** ExternalDNS 0.22 has A, AAAA, CNAME, TXT, SRV, NS, PTR, MX and NAPTR in its endpoints, and no HTTPS. */
export const EXTERNAL_DNS_LACKS: readonly AliasType[] = ["HTTPS"];
