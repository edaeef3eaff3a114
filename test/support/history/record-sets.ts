import type { Family, RRset } from "../../../src/dns/record.ts";

/** An A or AAAA RRset that dnsalias manages, as its place shows it. Names are absolute, `shop.example.com.`. */
export interface RecordSet {
  readonly name: string;
  readonly type: Family;
  readonly data: readonly string[];
}

/** The RRsets between the two marker lines of a zone file. */
export function setsInZoneFile(text: string | undefined): readonly RecordSet[] {
  const managed = /^; BEGIN dnsalias [^\n]*\n(.*?)^; END dnsalias$/ms.exec(text ?? "")?.[1] ?? "";
  const sets = new Map<string, { name: string; type: Family; data: string[] }>();
  for (const line of managed.split("\n")) {
    const [name = "", , , type, address = ""] = line.split(/\s+/);
    if (type === "A" || type === "AAAA") {
      const set = sets.get(`${name} ${type}`) ?? { name, type, data: [] };
      set.data.push(address);
      sets.set(`${name} ${type}`, set);
    }
  }
  return [...sets.values()];
}

/** The RRsets whose names have a marker of the owner id `me` (docs/concepts/ownership.md). */
export function setsWithMarker(sets: readonly RRset[], domains: readonly string[]): readonly RecordSet[] {
  const markers = new Set<string>(
    sets
      .filter(({ type, data }) => type === "TXT" && data.some((text) => /heritage=dnsalias.*owner=me\b/.test(text)))
      .map(({ name }) => name),
  );
  return sets.flatMap(({ name, type, data }) =>
    (type === "A" || type === "AAAA") && markerNamesOf(name, domains).some((marker) => markers.has(marker))
      ? [{ name, type, data }]
      : [],
  );
}

function markerNamesOf(name: string, domains: readonly string[]): readonly string[] {
  return name.startsWith("*.") ? domains.map((domain) => `_dnsalias._wildcard.${domain}`) : [`_dnsalias.${name}`];
}

export function setKey({ name, type }: RecordSet): string {
  return `${name} ${type}`;
}

/** The addresses at a name, of both families. */
export function addressesAt(sets: readonly RecordSet[], name: string): readonly string[] {
  return sets.filter((set) => set.name === name).flatMap(({ data }) => data);
}
