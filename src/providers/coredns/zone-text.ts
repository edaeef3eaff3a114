import { byCodeUnit } from "../../base/order.ts";
import type { Name } from "../../dns/name/name.ts";
import { type AliasType, isAliasType, type RRset, type Seconds } from "../../dns/record.ts";
import { renderRecords } from "../../dns/zone-file/print-zone-file.ts";
import { type BaseZone, readBaseZone, withSerial } from "../base-zone.ts";
import { ownerNameIn } from "../owner-name.ts";
import { canonical, type OwnedRRset } from "../owned-rrset.ts";
import { fingerprint } from "../fingerprint.ts";

/**
 * Returns the whole zone file as a function of the serial: the records of the base zone, then those of dnsalias between markers. The same base, RRsets,
 * owner, and serial lead to the same bytes. Order, comments, and the serial of the base zone don't matter.
 */
export function zoneRenderer(base: BaseZone, sets: readonly OwnedRRset[], ownerId: string): (serial: number) => string {
  const own = renderRecords(sets.map(toRRset));
  const head = `; ${base.origin} written by dnsalias owner=${ownerId} base=${base.fingerprint} own=${fingerprint(own)}\n${NOTE}`;
  const tail = `${base.othersText}; BEGIN dnsalias owner=${ownerId}\n${own}; END dnsalias\n`;
  return (serial) => head + renderRecords([withSerial(base.soa, serial)]) + tail;
}

const NOTE =
  "; Do not edit: dnsalias undoes all changes. The records between the markers come from DnsAliases, all other records from the base zone.\n";

/**
 * The stored text, with the comment of this version in its second line. An earlier version wrote another comment there, and this
 * difference is not a change by another writer.
 */
export function withNote(text: string | undefined): string | undefined {
  return text?.replace(/^(; .*\n); Do not edit: .*\n/, (_, first: string) => `${first}${NOTE}`);
}

/** The readable properties of a stored text, even if it is damaged. */
export interface StoredZone {
  /** The owner in the first line or the marker. Undefined: the text has neither. */
  readonly owner: string | undefined;
  /** The fingerprint of the base zone in the first line. */
  readonly base: string | undefined;
  readonly serial: number | undefined;
  /** The RRsets between the markers. */
  readonly sets: readonly OwnedRRset[];
}

/** Reads the text of {@link zoneRenderer}. It ignores lines that the renderer would not have written. */
export function readZoneText(text: string, origin: Name): StoredZone {
  const lines = text.split("\n");
  const header = HEADER.exec(lines[0] ?? "");
  const begin = lines.findIndex((line) => BEGIN.test(line));
  const end = lines.findIndex((line, index) => index > begin && line === END);
  const marker = BEGIN.exec(lines[begin] ?? "");
  const own = begin === -1 ? [] : lines.slice(begin + 1, end === -1 ? undefined : end);
  return {
    owner: header?.[1] ?? marker?.[1],
    base: header?.[2],
    serial: serialIn(lines, origin),
    sets: setsIn(own),
  };
}

/**
 * The base zone in a text of {@link zoneRenderer}: all records except the managed part. Undefined if another writer changed it,
 * which the fingerprint in the first line shows.
 */
export function baseOfZoneText(text: string, origin: Name): BaseZone | undefined {
  const lines = text.split("\n");
  const fingerprintThen = HEADER.exec(lines[0] ?? "")?.[2];
  const begin = lines.findIndex((line) => BEGIN.test(line));
  const end = lines.findIndex((line, index) => index > begin && line === END);
  if (fingerprintThen === undefined || begin === -1 || end === -1) {
    return undefined;
  }
  const read = readBaseZone(
    [...lines.slice(0, begin), ...lines.slice(end + 1)].join("\n"),
    origin,
    "the rendered zone",
  );
  return read.kind === "ok" && read.base.fingerprint === fingerprintThen ? read.base : undefined;
}

const HEADER = /^; \S+ written by dnsalias owner=(\S+)(?: base=(\S+))?/;
const BEGIN = /^; BEGIN dnsalias owner=(\S+)$/;
const END = "; END dnsalias";

/** The bytes that an RRset takes in the text of {@link zoneRenderer}. Names, types, and data of dnsalias are ASCII. */
export function recordBytes({ name, type, ttl, data }: OwnedRRset): number {
  const head = `${name}\t${ttl}\tIN\t${type}\t`.length;
  return data.reduce((sum, text) => sum + head + text.length + 1, 0);
}

function toRRset({ name, type, ttl, data }: OwnedRRset): RRset {
  return { name, type, ttl, data };
}

function serialIn(lines: readonly string[], origin: Name): number | undefined {
  const soa = lines.map((line) => line.split("\t")).find(([name, , , type]) => name === origin && type === "SOA");
  const serial = soa?.[4]?.split(" ")[2] ?? "";
  return /^\d{1,10}$/.test(serial) && Number(serial) < 2 ** 32 ? Number(serial) : undefined;
}

function setsIn(lines: readonly string[]): readonly OwnedRRset[] {
  const sets = new Map<string, { name: Name; type: AliasType; ttl: Seconds; data: string[] }>();
  for (const line of lines) {
    const record = recordIn(line);
    if (record !== undefined) {
      const key = `${record.name} ${record.type}`;
      const set = sets.get(key) ?? { name: record.name, type: record.type, ttl: record.ttl, data: [] };
      set.data.push(record.data);
      sets.set(key, set);
    }
  }
  return [...sets.values()].map(({ name, type, ttl, data }) => ({
    name,
    type,
    ttl,
    data: data.sort(byCodeUnit),
  }));
}

function recordIn(line: string): { name: Name; type: AliasType; ttl: Seconds; data: string } | undefined {
  const [, owner = "", ttl = "", type = "", text = ""] = OWN_RECORD.exec(line) ?? [];
  const name = ownerNameIn(owner);
  const data = isAliasType(type) ? canonical(type, text) : undefined;
  return isAliasType(type) && data !== undefined && name !== undefined && Number(ttl) <= MAX_TTL
    ? { name, type, ttl: Number(ttl), data }
    : undefined;
}

/** RFC 2181 8. */
const MAX_TTL = 2 ** 31 - 1;
const OWN_RECORD = /^(\S+)\t(\d{1,10})\tIN\t(A|AAAA|HTTPS)\t(\S.*)$/;
