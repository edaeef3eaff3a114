import { byCodeUnit, sameMembers } from "../../base/order.ts";
import { displayName, type Name } from "../../dns/name/name.ts";
import { type AliasType, rrsetKey, type Seconds } from "../../dns/record.ts";
import type { ActualRRset, Refusal, Write } from "../change.ts";

/** An RRset with the fields that determine its size. */
interface SizedRRset {
  readonly name: Name;
  readonly type: AliasType;
  readonly ttl: Seconds;
  readonly data: readonly string[];
}

/** The capacity of one location for records. */
export interface Capacity {
  /** The bytes that remain for RRsets of dnsalias next to all other content. Negative if the other content is already too large. */
  readonly maxBytes: number;
  /** Returns the bytes that all RRsets of one name use. 0 without RRsets. */
  readonly sizeOf: (sets: readonly SizedRRset[]) => number;
  readonly reason: "ZoneTooLarge" | "OverlayFull";
  /** The full location and the cure, as a clause for users. */
  readonly message: string;
}

export interface SizeLimitResult {
  readonly writes: readonly Write[];
  readonly refusals: readonly Refusal[];
}

/**
 * Omits the writes for which a location has no space, name by name, so that all other names are written. Published names come
 * before new names. In both groups, names with the smallest growth come first. A published name that would grow too much gets as
 * many addresses as it has now, so that it still follows its target. Each record counts with the longest possible address and TTL,
 * so that later changes of an accepted name always fit.
 */
export function limitSize(
  writes: readonly Write[],
  own: readonly ActualRRset[],
  capacity: Capacity | undefined,
): SizeLimitResult {
  if (capacity === undefined || writes.length === 0) {
    return { writes, refusals: [] };
  }
  const growths = growthsOf(writes, own, capacity);
  const room = roomLeft(own, capacity);
  const kept: Write[] = [];
  const refusals: Refusal[] = [];
  for (const growth of growths.sort(byUrgency)) {
    const taken = takeRoom(room, growth) ? growth.writes : follow(room, growth, capacity);
    kept.push(...taken);
    if (taken !== growth.writes) {
      refusals.push(...growth.writes.flatMap((write) => refusalOf(write, taken, capacity)));
    }
  }
  return { writes: kept.sort(byKey), refusals: refusals.sort((a, b) => byCodeUnit(rrsetKey(a), rrsetKey(b))) };
}

/** The change of the used space by the writes at one name. */
interface Growth {
  readonly name: Name;
  readonly before: readonly SizedRRset[];
  readonly writes: readonly Write[];
  readonly bytes: number;
  /** The change in bytes if all addresses and TTLs are as long as possible. */
  readonly reserved: number;
}

interface Room {
  bytes: number;
  reserved: number;
}

function growthsOf(writes: readonly Write[], own: readonly ActualRRset[], capacity: Capacity): Growth[] {
  const before = byName(own);
  return [...byName(writes.map((write) => ({ name: setOf(write).name, write })))].map(([name, entries]) =>
    growthOf(
      name,
      before.get(name) ?? [],
      entries.map(({ write }) => write),
      capacity,
    ),
  );
}

function growthOf(name: Name, before: readonly SizedRRset[], writes: readonly Write[], { sizeOf }: Capacity): Growth {
  const after = new Map(before.map((set) => [set.type, set]));
  for (const write of writes) {
    if (write.kind === "delete") {
      after.delete(write.before.type);
    } else {
      after.set(write.after.type, write.after);
    }
  }
  const sets = [...after.values()];
  return {
    name,
    before,
    writes,
    bytes: sizeOf(sets) - sizeOf(before),
    reserved: sizeOf(sets.map(longest)) - sizeOf(before.map(longest)),
  };
}

function roomLeft(own: readonly ActualRRset[], { maxBytes, sizeOf }: Capacity): Room {
  const room = { bytes: maxBytes, reserved: maxBytes };
  for (const sets of byName(own).values()) {
    room.bytes -= sizeOf(sets);
    room.reserved -= sizeOf(sets.map(longest));
  }
  return room;
}

function takeRoom(room: Room, { bytes, reserved }: Growth): boolean {
  const fits = (bytes <= 0 || bytes <= room.bytes) && (reserved <= 0 || reserved <= room.reserved);
  if (fits) {
    room.bytes -= bytes;
    room.reserved -= reserved;
  }
  return fits;
}

/**
 * The writes of a published name, each limited to its present number of records. Empty for a new name, or if even these records
 * have no space.
 */
function follow(room: Room, { name, before, writes }: Growth, capacity: Capacity): readonly Write[] {
  const cut = writes.flatMap((write): readonly Write[] => {
    if (write.kind !== "update") {
      return write.kind === "delete" ? [write] : [];
    }
    const data = write.after.data.slice(0, write.before.data.length);
    const same = write.before.ttl === write.after.ttl && sameMembers(write.before.data, data);
    return same ? [] : [{ ...write, after: { ...write.after, data } }];
  });
  return takeRoom(room, growthOf(name, before, cut, capacity)) ? cut : [];
}

function refusalOf(write: Write, taken: readonly Write[], { reason, message }: Capacity): readonly Refusal[] {
  const { name, type } = setOf(write);
  const cut = taken.find((one) => setOf(one).type === type);
  const isWhole =
    cut?.kind === "update" && write.kind === "update" && cut.after.data.length === write.after.data.length;
  if (write.kind === "delete" || isWhole) {
    return [];
  }
  const what = write.kind === "update" ? "is written with as many records as it had" : "is not written";
  return [{ kind: "refuse", name, type, reason, message: `${displayName(name)} ${type} ${what}: ${message}` }];
}

function longest(set: SizedRRset): SizedRRset {
  const width = WIDTHS[set.type];
  return { ...set, ttl: Math.max(set.ttl, MAX_TTL), data: set.data.map((data) => data.padEnd(width)) };
}

/**
 * The length of the longest address as text (RFC 5952): 255.255.255.255, and eight groups of four digits. An HTTPS record changes
 * with the alias only.
 */
const WIDTHS: Readonly<Record<AliasType, number>> = { A: 15, AAAA: 39, HTTPS: 0 };
/** The maximum TTL of a DnsZone. */
const MAX_TTL: Seconds = 86_400;

/**
 * Names that shrink come first, because they free space. Then published names come before new ones, and small growth before large
 * growth.
 */
function byUrgency(a: Growth, b: Growth): number {
  return rank(a) - rank(b) || a.reserved - b.reserved || a.bytes - b.bytes || byCodeUnit(a.name, b.name);
}

function rank({ bytes, reserved, before }: Growth): number {
  if (bytes <= 0 && reserved <= 0) {
    return 0;
  }
  return before.length > 0 ? 1 : 2;
}

function byName<T extends { readonly name: Name }>(entries: readonly T[]): ReadonlyMap<Name, readonly T[]> {
  return Map.groupBy(entries, ({ name }) => name);
}

function setOf(write: Write): { readonly name: Name; readonly type: AliasType } {
  return write.kind === "delete" ? write.before : write.after;
}

function byKey(a: Write, b: Write): number {
  return byCodeUnit(rrsetKey(setOf(a)), rrsetKey(setOf(b)));
}
