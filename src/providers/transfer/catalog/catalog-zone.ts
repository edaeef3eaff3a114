import { createHash } from "node:crypto";
import { byCodeUnit } from "../../../base/order.ts";
import { type Name, nameOfCanonical } from "../../../dns/name/name.ts";
import type { RRset } from "../../../dns/record.ts";

/** The records of a catalog zone of version 2 (RFC 9432 4) without its SOA; the same members in any order give the same sets. */
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

/** RFC 1035 2.3.4: the longest name in a catalog is `ID.zones.` and the catalog's own, and has 254 characters with the final dot. */
export const MAX_CATALOG_NAME = 254 - "0123456789abcdef0123456789abcdef.zones.".length;

/** Refreshed every minute, should a NOTIFY be lost; it never expires at a secondary, which would drop all its zones. */
export function catalogSoa(catalog: Name, serial: number): RRset {
  return { name: catalog, type: "SOA", ttl: TTL, data: [`${INVALID} ${INVALID} ${serial} 60 10 2147483646 0`] };
}

/** RFC 9432 4.1: the id must not change while the zone is the same, or a secondary would reset it. */
function memberId(member: Name): string {
  return createHash("sha256").update(member).digest("hex").slice(0, 32);
}

/** RFC 9432 4.1: clients do not query a catalog zone. */
const INVALID = "invalid.";
const TTL = 0;
