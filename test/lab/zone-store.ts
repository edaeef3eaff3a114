import type { WireRecord } from "../../src/dns/message/message.ts";
import { isAtOrBelow, parentOf, ROOT, type Name } from "../../src/dns/name/name.ts";
import { zoneName } from "../support/zone-name.ts";
import { rdataFromText } from "../../src/dns/rdata/codec.ts";
import { CLASS, typeNumber } from "../../src/dns/registry.ts";
import { readZoneEntries } from "../../src/dns/zone-file/records.ts";

/** Record sets by owner name and type number; the owner names of a zone, empty ones between them included (RFC 4592 2.2.2). */
export interface Zone {
  readonly origin: Name;
  readonly nodes: ReadonlyMap<Name, Node>;
}

export interface Node {
  readonly sets: ReadonlyMap<number, readonly WireRecord[]>;
}

/** The zones of a laboratory server, which a test can change at any moment. */
export interface ZoneStore {
  /** Master-file lines; SOA and NS are made up where the text has none. Replaces a zone of the same origin. */
  addZone(origin: string, text: string): void;
  /** Replaces one record set; no data removes it. The name has to be in a zone. */
  set(name: string, type: string, ttl: number, data: readonly string[]): void;
  /** The longest zone that holds the name. */
  zoneOf(name: Name): Zone | undefined;
}

export function createZoneStore(): ZoneStore {
  const zones = new Map<Name, MutableZone>();
  const zoneOf = (name: Name): MutableZone | undefined => {
    for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
      const zone = zones.get(at);
      if (zone !== undefined) {
        return zone;
      }
    }
    return undefined;
  };
  return {
    addZone: (originText, text) => {
      const origin = labName(originText);
      const zone: MutableZone = { origin, nodes: new Map([[origin, { sets: new Map(), children: 0 }]]) };
      for (const { name, type, ttl, records } of readSets(origin, text)) {
        setRecords(zone, name, typeOf(type), wireRecords(name, type, ttl, records));
      }
      zones.set(origin, zone);
    },
    set: (nameText, type, ttl, data) => {
      const name = labName(nameText);
      const zone = zoneOf(name);
      if (zone === undefined) {
        throw new Error(`the laboratory server has no zone for ${nameText}`);
      }
      setRecords(zone, name, typeOf(type), wireRecords(name, type, ttl, data));
    },
    zoneOf,
  };
}

/** A name as tests write it, with or without its final dot, wildcards included. */
export function labName(text: string): Name {
  const name = zoneName(text);
  if (name === undefined) {
    throw new Error(`not a domain name: ${text}`);
  }
  return name;
}

interface MutableZone {
  readonly origin: Name;
  readonly nodes: Map<Name, MutableNode>;
}

interface MutableNode {
  readonly sets: Map<number, readonly WireRecord[]>;
  /** Nodes one label below. */
  children: number;
}

interface SetText {
  readonly name: Name;
  readonly type: string;
  readonly ttl: number;
  readonly records: string[];
}

function readSets(origin: Name, text: string): readonly SetText[] {
  const { records, problems } = readZoneEntries(`$TTL 60\n${text}\n`, origin, 5);
  const [problem] = problems;
  if (problem !== undefined) {
    throw new Error(`zone ${origin} line ${problem.line - 1}: ${problem.message}`);
  }
  const sets = new Map<string, SetText>();
  for (const record of [...madeUp(origin, records), ...records]) {
    const { name, type, ttl, data } = record;
    const key = `${name} ${type}`;
    const set = sets.get(key) ?? { name, type, ttl, records: [] };
    set.records.push(data);
    sets.set(key, set);
    if (!isAtOrBelow(name, origin)) {
      throw new Error(`${name} is not in zone ${origin}`);
    }
  }
  return [...sets.values()];
}

interface RecordText {
  readonly name: Name;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

function madeUp(origin: Name, records: readonly RecordText[]): readonly RecordText[] {
  const below = origin === ROOT ? "" : origin;
  const soa = `ns.${below} hostmaster.${below} 1 3600 600 86400 60`;
  const defaults = [
    { name: origin, type: "SOA", ttl: 60, data: soa },
    { name: origin, type: "NS", ttl: 60, data: `ns.${below}` },
  ];
  return defaults.filter(({ type }) => !records.some((record) => record.name === origin && record.type === type));
}

function setRecords(zone: MutableZone, name: Name, type: number, records: readonly WireRecord[]): void {
  if (records.length > 0) {
    nodeAt(zone, name).sets.set(type, records);
    return;
  }
  zone.nodes.get(name)?.sets.delete(type);
  prune(zone, name);
}

function nodeAt(zone: MutableZone, name: Name): MutableNode {
  const existing = zone.nodes.get(name);
  if (existing !== undefined) {
    return existing;
  }
  const node = { sets: new Map<number, readonly WireRecord[]>(), children: 0 };
  zone.nodes.set(name, node);
  const parent = parentOf(name);
  if (parent !== undefined) {
    nodeAt(zone, parent).children += 1;
  }
  return node;
}

function prune(zone: MutableZone, name: Name): void {
  const node = zone.nodes.get(name);
  const parent = parentOf(name);
  if (node === undefined || parent === undefined || name === zone.origin) {
    return;
  }
  if (node.sets.size === 0 && node.children === 0) {
    zone.nodes.delete(name);
    nodeAt(zone, parent).children -= 1;
    prune(zone, parent);
  }
}

function wireRecords(name: Name, type: string, ttl: number, data: readonly string[]): readonly WireRecord[] {
  const number = typeOf(type);
  return data.map((text) => ({ name, type: number, class: CLASS.IN, ttl, rdata: rdataFromText(type, text) }));
}

function typeOf(type: string): number {
  const number = typeNumber(type);
  if (number === undefined) {
    throw new Error(`not a record type: ${type}`);
  }
  return number;
}
