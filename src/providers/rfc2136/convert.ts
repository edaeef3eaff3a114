import { byCodeUnit, sameMembers } from "../../base/order.ts";
import { printRdata } from "../../dns/rdata/codec.ts";
import type { RRset } from "../../dns/record.ts";
import type { BackendChange } from "../backend.ts";
import { encodeMessage } from "../../dns/message/encode.ts";
import { type WireRecord, EMPTY_QUERY, type Message } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import { CLASS, TYPE, typeName } from "../../dns/registry.ts";

/** The types that the backend reads: the types of an alias, CNAME, which excludes them, and TXT for markers. */
export const READ_TYPES: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.HTTPS, TYPE.CNAME, TYPE.TXT]);

/** The names below the apex that have NS records of class IN, sorted. */
export function delegationsOf(records: readonly WireRecord[], zone: Name): readonly Name[] {
  const names = records.filter(
    ({ name, type, class: classNumber }) => type === TYPE.NS && classNumber === CLASS.IN && name !== zone,
  );
  return [...new Set(names.map(({ name }) => name))].sort(byCodeUnit);
}

/** Returns the records of class IN and these types as RRsets, sorted by name and type. An RRset has the lowest TTL of its records (RFC 2181 5.2). */
export function rrsetsOfMessage(records: readonly WireRecord[]): readonly RRset[] {
  const sets = new Map<string, { readonly set: Omit<RRset, "data">; ttl: number; readonly data: Set<string> }>();
  for (const { name, type: number, class: classNumber, ttl, rdata } of records) {
    if (!READ_TYPES.has(number) || classNumber !== CLASS.IN) {
      continue;
    }
    const type = typeName(number);
    const key = `${name} ${type}`;
    const known = sets.get(key) ?? { set: { name, type, ttl }, ttl, data: new Set<string>() };
    known.ttl = Math.min(known.ttl, ttl);
    known.data.add(printRdata(number, rdata));
    sets.set(key, known);
  }
  return [...sets]
    .sort(([a], [b]) => byCodeUnit(a, b))
    .map(([, { set, ttl, data }]) => ({ ...set, ttl, data: [...data].sort(byCodeUnit) }));
}

/**
 * Groups the changes by name, in their order, because a marker must stay with its RRsets. Labels that begin with `_`, and `*`, do
 * not count: `_dnsalias.shop.example.com` belongs to `shop.example.com`.
 */
export function groupsOf(changes: readonly BackendChange[]): readonly (readonly BackendChange[])[] {
  const groups = new Map<string, BackendChange[]>();
  for (const change of changes) {
    const key = subjectOf((change.before ?? change.after)?.name ?? "");
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

function subjectOf(name: Name | ""): string {
  return name.replace(/^(?:(?:_[^.]*|\*)\.)+/, "");
}

export type Rest =
  /** The changes that are not yet in effect. */
  | { readonly kind: "rest"; readonly changes: readonly BackendChange[] }
  /** Another writer wrote an RRset that is neither the read one nor the desired one. */
  | { readonly kind: "foreign"; readonly set: Pick<RRset, "name" | "type"> };

/**
 * Returns the remaining changes of a batch that may be partly applied. As in an UPDATE, the TTLs of the desired RRsets are
 * compared, but not those of the RRsets that were read.
 */
export function restOf(changes: readonly BackendChange[], sets: readonly RRset[]): Rest {
  const existing = new Map(sets.map((set) => [`${set.name} ${set.type}`, set]));
  const rest: BackendChange[] = [];
  for (const change of changes) {
    const subject = change.before ?? change.after;
    const now = subject && existing.get(`${subject.name} ${subject.type}`);
    const isDone = sameData(now, change.after) && now?.ttl === change.after?.ttl;
    if (!isDone && subject !== undefined && !sameData(now, change.before)) {
      return { kind: "foreign", set: subject };
    }
    if (!isDone) {
      rest.push(change);
    }
  }
  return { kind: "rest", changes: rest };
}

function sameData(a: RRset | undefined, b: RRset | undefined): boolean {
  return a === undefined || b === undefined ? a === b : sameMembers(a.data, b.data);
}

/** A query for an authoritative server. */
export function questionMessage(id: number, name: Name, type: number): Message {
  return {
    ...EMPTY_QUERY,
    id,
    questions: [{ name, type, class: CLASS.IN }],
  };
}

export function encodedQuestion(id: number, name: Name, type: number): Uint8Array {
  return encodeMessage(questionMessage(id, name, type));
}
