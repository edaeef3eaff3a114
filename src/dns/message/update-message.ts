import { encodeMessage } from "./encode.ts";
import { EMPTY_QUERY, MAX_MESSAGE_BYTES, type Message, type WireRecord } from "./message.ts";
import type { Name } from "../name/name.ts";
import { rdataFromText } from "../rdata/codec.ts";
import type { RRset } from "../record.ts";
import { CLASS, OPCODE, TYPE, typeNumber } from "../registry.ts";

/** One RRset before and after. Both have the same name and type; at most one of them is absent. */
export interface UpdateChange {
  readonly before: RRset | undefined;
  readonly after: RRset | undefined;
}

/**
 * Returns an UPDATE (RFC 2136) of one zone. The server applies all of it, or nothing if a `before` has changed. Each prerequisite
 * requires an RRset with exactly these values (2.4.2; TTLs are not compared), or the absence of the RRset (2.4.3). The update
 * deletes whole RRsets (2.5.2) and then adds the new ones (2.5.1). A new RRset also requires that its name has no CNAME, because
 * a server silently ignores records next to a CNAME (3.4.2.2). Throws MESSAGE_INVALID for data that does not match its type.
 */
export function updateMessage(id: number, zone: Name, changes: readonly UpdateChange[]): Message {
  const removed = new Set(changes.filter(({ after }) => after === undefined).map(keyOf));
  const guards = new Map<string, WireRecord>();
  for (const change of changes) {
    const guard = cnameGuard(change, removed);
    if (guard !== undefined) {
      guards.set(guard.name, guard);
    }
  }
  return {
    ...EMPTY_QUERY,
    id,
    opcode: OPCODE.UPDATE,
    questions: [{ name: zone, type: TYPE.SOA, class: CLASS.IN }],
    answers: [...changes.flatMap(prerequisites), ...guards.values()],
    authorities: changes.flatMap(updates),
  };
}

/**
 * Returns an UPDATE without changes that tests whether a name has its own records (2.4.4). The server answers NOERROR if it has,
 * and NXDOMAIN if it has none.
 */
export function nameInUseMessage(id: number, zone: Name, name: Name): Message {
  return { ...updateMessage(id, zone, []), answers: [bare(name, TYPE.ANY, CLASS.ANY)] };
}

/** Returns the bytes of the message. Undefined if the message and `reserved` more bytes exceed the maximum size. */
export function encodeUpdate(message: Message, reserved: number): Uint8Array | undefined {
  const bytes = encodeMessage(message, { maxSize: MAX_MESSAGE_BYTES - reserved });
  const isCut = ((bytes[2] ?? 0) & TRUNCATED) !== 0;
  return isCut ? undefined : bytes;
}

const TRUNCATED = 0x02;

function prerequisites({ before, after }: UpdateChange): readonly WireRecord[] {
  if (before !== undefined) {
    return recordsOf({ ...before, ttl: 0 });
  }
  return after === undefined ? [] : [bare(after.name, numberOf(after.type), CLASS.NONE)];
}

function updates({ before, after }: UpdateChange): readonly WireRecord[] {
  const deletion = before === undefined ? [] : [bare(before.name, numberOf(before.type), CLASS.ANY)];
  return after === undefined ? deletion : [...deletion, ...recordsOf(after)];
}

/** A new RRset requires that the name has no CNAME. A new CNAME requires that the name has no other records. */
function cnameGuard({ before, after }: UpdateChange, removed: ReadonlySet<string>): WireRecord | undefined {
  if (before !== undefined || after === undefined || removed.has(`${after.name} CNAME`)) {
    return undefined;
  }
  return bare(after.name, after.type === "CNAME" ? TYPE.ANY : TYPE.CNAME, CLASS.NONE);
}

function recordsOf(set: RRset): readonly WireRecord[] {
  const { name, type, ttl, data } = set;
  return data.map((text) => ({ name, type: numberOf(type), class: CLASS.IN, ttl, rdata: rdataFromText(type, text) }));
}

function bare(name: Name, type: number, classNumber: number): WireRecord {
  return { name, type, class: classNumber, ttl: 0, rdata: NOTHING };
}

const NOTHING = new Uint8Array(0);

function numberOf(type: string): number {
  return typeNumber(type) ?? 0;
}

function keyOf({ before, after }: UpdateChange): string {
  const set = before ?? after;
  return `${set?.name} ${set?.type}`;
}
