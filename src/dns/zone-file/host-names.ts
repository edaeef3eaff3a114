import { displayName, type Name } from "../name/name.ts";
import { FAMILIES, type RRset } from "../record.ts";

/**
 * The names without addresses of their own that NS, MX, and SRV records point to, each with a clause that names the record. An
 * owner of addresses at such a name would answer for the zone, or receive its mail.
 */
export function hostNames(records: readonly RRset[]): ReadonlyMap<string, string> {
  const own = new Set<string>(records.filter(({ type }) => ADDRESS_TYPES.has(type)).map(({ name }) => name));
  const hosts = new Map<string, string>();
  for (const { name, type, data } of records) {
    for (const text of POINTING_TYPES.has(type) ? data : []) {
      const host = text.slice(text.lastIndexOf(" ") + 1).toLowerCase();
      if (host !== "." && !own.has(host) && !hosts.has(host)) {
        hosts.set(host, `the ${type} record at ${displayName(name)} points to it`);
      }
    }
  }
  return hosts;
}

/** The target is the last field in each of these types (RFC 1035 3.3.9, 3.3.11, RFC 2782). */
const POINTING_TYPES: ReadonlySet<string> = new Set(["NS", "MX", "SRV"]);
const ADDRESS_TYPES: ReadonlySet<string> = new Set([...FAMILIES, "CNAME"]);

/** True if a name is a host of the zone and the alias isn't in the DnsZone's own namespace. */
export function isClosedHost(
  hosts: ReadonlyMap<string, string>,
  name: Name,
  { zone, alias }: { readonly zone: string; readonly alias: string },
): boolean {
  return zone !== alias && hosts.has(name);
}
