import { byCodeUnit } from "../../base/order.ts";
import { labelsOf, type Name } from "../name/name.ts";
import { isGenericText } from "../rdata/generic.ts";
import type { RRset } from "../record.ts";
import { typeNumber } from "../registry.ts";

/**
 * Returns RRsets as zone-file text. Each line has one record with its absolute name and its TTL. The SOA is first, then the names
 * follow from the apex down, each sorted by type. The order of the input doesn't change the result. The text needs no `$ORIGIN`
 * and `$TTL`.
 */
export function renderRecords(sets: readonly RRset[]): string {
  return sets
    .map((set) => ({ set, key: sortKey(set) }))
    .sort((a, b) => byCodeUnit(a.key, b.key))
    .flatMap(({ set }) => [...set.data].sort(byCodeUnit).map((data) => line(set, data)))
    .join("");
}

function line({ name, type, ttl }: RRset, data: string): string {
  const shownType = isGenericText(data) ? `TYPE${typeNumber(type)}` : type;
  return `${name}\t${ttl}\tIN\t${shownType}${data === "" ? "" : `\t${data}`}\n`;
}

/** Sorts names by their labels from the right (RFC 4034 6.1, as text), and the SOA before every other type. */
function sortKey({ name, type }: RRset): string {
  return `${reversed(name)}\u0000\u0000${type === "SOA" ? "" : type}`;
}

function reversed(name: Name): string {
  return [...labelsOf(name)].reverse().join("\u0000");
}
