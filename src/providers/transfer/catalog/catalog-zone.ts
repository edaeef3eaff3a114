import { createHash } from "node:crypto";
import { byCodeUnit } from "../../../base/order.ts";
import { type Name, nameOfCanonical } from "../../../dns/name/name.ts";
import type { RRset } from "../../../dns/record.ts";

/** The records of a catalog zone of version 2 (RFC 9432 4) without its SOA. The order of the members doesn't change the result. */
export function catalogSets(catalog: Name, members: Iterable<Name>): readonly RRset[] {
  const version = nameOfCanonical(`version.${catalog}`);
  return [
    { name: catalog, type: "NS", ttl: TTL, data: [INVALID] },
    { name: version, type: "TXT", ttl: TTL, data: ['"2"'] },
    ...[...new Set(members)].sort(byCodeUnit).map((member) => ({
      name: nameOfCanonical(`${memberId(member)}.zones.${catalog}`),
      type: "PTR",
      ttl: TTL,
      data: [member],
    })),
  ];
}

/** RFC 1035 2.3.4: the longest name in a catalog is `ID.zones.` plus the catalog's own name. It has 254 characters with the final dot. */
export const MAX_CATALOG_NAME = 254 - "0123456789abcdef0123456789abcdef.zones.".length;

/**
 * The SOA of a catalog zone. Secondaries refresh the catalog every minute, in case a NOTIFY is lost. The catalog never expires,
 * because a secondary would then drop all of its zones.
 */
export function catalogSoa(catalog: Name, serial: number): RRset {
  return { name: catalog, type: "SOA", ttl: TTL, data: [`${INVALID} ${INVALID} ${serial} 60 10 2147483646 0`] };
}

/** RFC 9432 4.1: the id must not change while the zone is the same. Otherwise a secondary resets the zone. */
function memberId(member: Name): string {
  return createHash("sha256").update(member).digest("hex").slice(0, 32);
}

/** RFC 9432 4.1: clients do not query a catalog zone. */
const INVALID = "invalid.";
const TTL = 0;
