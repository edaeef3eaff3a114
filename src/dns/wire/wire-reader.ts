import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from "../name/name.ts";

/** RFC 1035 4.1.1. */
export const HEADER_BYTES = 12;

/** A packet and the position of the next read. Reads never go past `end`. `problem` has the first fault, and later reads return zeros. */
export interface WireReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  offset: number;
  problem: string | undefined;
}

export function wireReader(bytes: Uint8Array): WireReader {
  // A Buffer's slice() is a view. The slice() of this array is a copy.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { bytes: plain, end: plain.length, offset: 0, problem: undefined };
}

/** Keeps the first problem of a packet. */
export function fail(reader: WireReader, problem: string): void {
  reader.problem ??= `${problem} at octet ${reader.offset}`;
}

export function readUint8(reader: WireReader): number {
  if (reader.offset + 1 > reader.end) {
    fail(reader, "the packet ends too early");
    return 0;
  }
  const value = reader.bytes[reader.offset] ?? 0;
  reader.offset += 1;
  return value;
}

export function readUint16(reader: WireReader): number {
  const high = readUint8(reader);
  return (high << 8) | readUint8(reader);
}

export function readUint32(reader: WireReader): number {
  const high = readUint16(reader);
  return high * 0x1_0000 + readUint16(reader);
}

/** Returns a view, not a copy. */
export function readBytes(reader: WireReader, length: number): Uint8Array {
  if (reader.offset + length > reader.end) {
    fail(reader, "the packet ends too early");
    return EMPTY;
  }
  reader.offset += length;
  return reader.bytes.subarray(reader.offset - length, reader.offset);
}

const EMPTY = new Uint8Array(0);

/** The bytes of the name that have been read. The caller provides enough space. */
export interface Gathered {
  readonly bytes: Uint8Array;
  length: number;
}

/**
 * Appends the uncompressed name at the reader's position to `into`. After a problem, the appended bytes have no meaning. A
 * pointer must lead to a position before the part of the name that it ends (RFC 1035 4.1.4: a prior occurrence). A name has at
 * most as many pointers as it can have labels.
 */
export function readWireName(reader: WireReader, into: Gathered): void {
  const limit = into.length + MAX_NAME_BYTES;
  let after = -1;
  for (let jumps = 0; jumps <= MAX_JUMPS; jumps += 1) {
    const segment = reader.offset;
    if (copyLabels(reader, into, limit)) {
      reader.offset = after === -1 ? reader.offset : after;
      return;
    }
    const target = readUint16(reader) & 0x3fff;
    after = after === -1 ? reader.offset : after;
    if (target >= segment || target < HEADER_BYTES) {
      fail(reader, "a compression pointer does not lead backwards to a name");
    }
    if (reader.problem !== undefined) {
      return;
    }
    reader.offset = target;
  }
  fail(reader, "a name has too many compression pointers");
}

const MAX_JUMPS = 127;
const POINTER = 0xc0;

/** Copies labels. True at the empty label of the root, false at a pointer or a problem. */
function copyLabels(reader: WireReader, into: Gathered, limit: number): boolean {
  const { bytes, end } = reader;
  for (;;) {
    const byte = bytes[reader.offset] ?? 0;
    if (byte >= POINTER) {
      return false;
    }
    const next = reader.offset + byte + 1;
    if (byte > MAX_LABEL_BYTES || next > end || into.length + byte + 1 > limit) {
      fail(reader, labelProblem(byte, next > end));
      return false;
    }
    for (let index = reader.offset; index < next; index += 1) {
      into.bytes[into.length] = bytes[index] ?? 0;
      into.length += 1;
    }
    reader.offset = next;
    if (byte === 0) {
      return true;
    }
  }
}

function labelProblem(byte: number, overrun: boolean): string {
  if (byte > MAX_LABEL_BYTES) {
    return "a label has a type that is not defined";
  }
  return overrun ? "the packet ends inside a name" : "a name is longer than 255 octets";
}
