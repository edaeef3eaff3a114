import type { Question, WireRecord } from "../../src/dns/message/message.ts";
import { isAtOrBelow, nameOfCanonical, parentOf, wildcardBelow, type Name } from "../../src/dns/name/name.ts";
import { textOfWire } from "../../src/dns/name/name-wire.ts";
import { LOWER_CASE_BYTE_TEXT } from "../../src/dns/name/byte-text.ts";
import { CLASS, RCODE, TYPE } from "../../src/dns/registry.ts";
import type { Node, Zone, ZoneStore } from "./zone-store.ts";

/** What an authoritative server says to one question. */
export interface Answer {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
}

/** RFC 1034 4.3.2 without recursion: CNAME chains are followed as far as the server's own zones go, and end where they loop. */
export function authoritativeAnswer(store: Pick<ZoneStore, "zoneOf">, question: Question): Answer {
  const first = store.zoneOf(question.name);
  if (first === undefined || question.class !== CLASS.IN) {
    return { ...EMPTY, rcode: RCODE.REFUSED, authoritative: false };
  }
  const answers: WireRecord[] = [];
  const seen = new Set<Name>();
  let name = question.name;
  for (let zone: Zone | undefined = first; zone !== undefined && !seen.has(name); zone = store.zoneOf(name)) {
    seen.add(name);
    const step = stepIn(zone, name, question.type);
    answers.push(...step.answers);
    if (step.next === undefined) {
      const { rcode, authorities, additionals, referral } = step;
      return { rcode, authoritative: !referral || answers.length > 0, answers, authorities, additionals };
    }
    name = step.next;
  }
  return { ...EMPTY, answers };
}

/** The target of a CNAME record. */
export function targetOf(record: WireRecord): Name {
  return nameOfCanonical(textOfWire(record.rdata, LOWER_CASE_BYTE_TEXT));
}

/** RFC 2308 3: the SOA of a negative answer has min(its TTL, MINIMUM). */
export function negativeSoa(zone: Zone): readonly WireRecord[] {
  const soa = zone.nodes.get(zone.origin)?.sets.get(TYPE.SOA) ?? [];
  return soa.map((record) => withTtl(record, Math.min(record.ttl, minimumOf(record))));
}

export function withTtl(record: WireRecord, ttl: number): WireRecord {
  return { ...record, ttl };
}

/** The MINIMUM field of an SOA record. */
export function minimumOf({ rdata }: WireRecord): number {
  return Buffer.from(rdata).readUInt32BE(rdata.length - 4);
}

const EMPTY: Answer = { rcode: RCODE.NOERROR, authoritative: true, answers: [], authorities: [], additionals: [] };

interface Step {
  readonly rcode: number;
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  readonly additionals: readonly WireRecord[];
  readonly referral: boolean;
  /** Where a CNAME leads. */
  readonly next?: Name;
}

const NOTHING: Step = { rcode: RCODE.NOERROR, answers: [], authorities: [], additionals: [], referral: false };

function stepIn(zone: Zone, name: Name, type: number): Step {
  const cut = delegationOf(zone, name);
  if (cut !== undefined) {
    return { ...NOTHING, referral: true, authorities: cut, additionals: cut.flatMap((ns) => glueOf(zone, ns)) };
  }
  const exact = zone.nodes.get(name);
  const node = exact ?? wildcardOf(zone, name);
  if (node === undefined) {
    return { ...NOTHING, rcode: RCODE.NXDOMAIN, authorities: negativeSoa(zone) };
  }
  const owned = (records: readonly WireRecord[]): readonly WireRecord[] =>
    exact === undefined ? records.map((record) => renamed(record, name)) : records;
  const [alias] = node.sets.get(TYPE.CNAME) ?? [];
  if (alias !== undefined && type !== TYPE.CNAME && type !== TYPE.ANY) {
    return { ...NOTHING, answers: owned([alias]), next: targetOf(alias) };
  }
  const records = type === TYPE.ANY ? [...node.sets.values()].flat() : (node.sets.get(type) ?? []);
  return records.length === 0
    ? { ...NOTHING, authorities: negativeSoa(zone) }
    : { ...NOTHING, answers: owned(records) };
}

function renamed(record: WireRecord, name: Name): WireRecord {
  return { ...record, name };
}

/** The NS set of the highest delegation at or above the name, below the apex. */
function delegationOf(zone: Zone, name: Name): readonly WireRecord[] | undefined {
  let found: readonly WireRecord[] | undefined;
  for (let at: Name | undefined = name; at !== undefined && at !== zone.origin; at = parentOf(at)) {
    found = zone.nodes.get(at)?.sets.get(TYPE.NS) ?? found;
  }
  return found;
}

function glueOf(zone: Zone, ns: WireRecord): readonly WireRecord[] {
  const node = zone.nodes.get(targetOf(ns));
  return [TYPE.A, TYPE.AAAA].flatMap((type) => node?.sets.get(type) ?? []);
}

/** RFC 4592 3.3.1: the `*` below the closest encloser, the nearest name above that exists. */
function wildcardOf(zone: Zone, name: Name): Node | undefined {
  for (let at = parentOf(name); at !== undefined && isAtOrBelow(at, zone.origin); at = parentOf(at)) {
    if (zone.nodes.has(at)) {
      return zone.nodes.get(wildcardBelow(at));
    }
  }
  return undefined;
}
