import { MAX_MESSAGE_BYTES } from "../message/message.ts";
import { MAX_NAME_BYTES, ROOT, type Name } from "../name/name.ts";
import { endOfCompressedName, nameFromWire } from "../name/name-wire.ts";
import type { Seconds } from "../record.ts";
import { CLASS, TYPE } from "../registry.ts";
import {
  fail,
  HEADER_BYTES,
  readBytes,
  readUint16,
  readUint32,
  readWireName,
  wireReader,
  type WireReader,
} from "../wire/wire-reader.ts";
import { wireWriter, writeBytes, writeOwnerName, writeUint16 } from "../wire/wire-writer.ts";

/** A TSIG record (RFC 8945 4.2). */
export interface TsigRecord {
  readonly keyName: Name;
  readonly algorithm: Name;
  /** Unix time, 48 bits. */
  readonly timeSigned: Seconds;
  readonly fudge: Seconds;
  readonly mac: Uint8Array;
  readonly originalId: number;
  /** 0, or BADSIG 16, BADKEY 17, BADTIME 18, BADTRUNC 22. */
  readonly error: number;
  /** With BADTIME, the time of the server in 6 bytes. Otherwise empty. */
  readonly other: Uint8Array;
}

export type TsigSplit =
  /** `message` is the signed content: the message without the TSIG record and its count, and with its original id. */
  | { readonly kind: "signed"; readonly tsig: TsigRecord; readonly message: Uint8Array }
  | { readonly kind: "unsigned" }
  | { readonly kind: "malformed"; readonly problem: string };

/**
 * Removes the TSIG record from a message. It must be the only one, the last record, of class ANY, and have TTL 0 (RFC 8945 5.1).
 * Never throws.
 */
export function splitTsig(bytes: Uint8Array): TsigSplit {
  const reader = wireReader(bytes);
  if (reader.end < HEADER_BYTES || reader.end > MAX_MESSAGE_BYTES) {
    return { kind: "malformed", problem: `a message cannot have ${reader.end} octets` };
  }
  reader.offset = 4;
  const counts = [readUint16(reader), readUint16(reader), readUint16(reader), readUint16(reader)] as const;
  for (let question = 0; question < counts[0] && reader.problem === undefined; question += 1) {
    skipName(reader);
    readBytes(reader, 4);
  }
  const records = counts[1] + counts[2] + counts[3];
  let found: { readonly at: number; readonly tsig: TsigRecord } | undefined;
  for (let read = 0; read < records && reader.problem === undefined; read += 1) {
    const at = reader.offset;
    const tsig = readIfTsig(reader);
    if (tsig !== undefined && (read + 1 < records || counts[3] === 0)) {
      fail(reader, "a TSIG record that is not the last record");
    }
    found = tsig && { at, tsig };
  }
  if (reader.offset !== reader.end) {
    fail(reader, "there is more than the counts promise");
  }
  if (reader.problem !== undefined) {
    return { kind: "malformed", problem: reader.problem };
  }
  return found === undefined
    ? { kind: "unsigned" }
    : { kind: "signed", tsig: found.tsig, message: withoutTsig(reader.bytes, found.at, counts[3], found.tsig) };
}

/** The message with the record appended and counted. */
export function appendTsig(message: Uint8Array, tsig: TsigRecord): Uint8Array {
  const rdata = rdataOf(tsig);
  const writer = wireWriter(message.length + tsig.keyName.length + RECORD_HEAD_BYTES + rdata.length);
  writeBytes(writer, message);
  const additionals = ((message[10] ?? 0) << 8) | (message[11] ?? 0);
  writer.bytes.set([(additionals + 1) >>> 8, (additionals + 1) & 0xff], 10);
  writeOwnerName(writer, tsig.keyName);
  writeUint16(writer, TYPE.TSIG);
  writeUint16(writer, CLASS.ANY);
  writeUint16(writer, 0);
  writeUint16(writer, 0);
  writeUint16(writer, rdata.length);
  writeBytes(writer, rdata);
  return writer.bytes.slice(0, writer.length);
}

/** The maximum number of bytes that {@link appendTsig} adds for a key. A message must leave this space free. */
export function tsigBytes(keyName: Name, algorithm: Name, macBytes: number): number {
  return keyName.length + RECORD_HEAD_BYTES + algorithm.length + 1 + FIXED_BYTES + macBytes + OTHER_BYTES;
}

/** A time of 48 bits in 6 bytes. */
export function uint48(value: number): Uint8Array {
  const bytes = Buffer.alloc(6);
  bytes.writeUIntBE(value, 0, 6);
  return bytes;
}

/** Type, class, TTL, RDATA length, and the final byte of a name. */
const RECORD_HEAD_BYTES = 11;
/** Time, fudge, MAC size, original id, error, other length. */
const FIXED_BYTES = 16;
const OTHER_BYTES = 6;

function rdataOf(tsig: TsigRecord): Uint8Array {
  const { algorithm, timeSigned, fudge, mac, originalId, error, other } = tsig;
  const writer = wireWriter(algorithm.length + 1 + FIXED_BYTES + mac.length + other.length);
  writeOwnerName(writer, algorithm); // a new writer: never compressed
  writeBytes(writer, uint48(timeSigned));
  writeUint16(writer, fudge);
  writeUint16(writer, mac.length);
  writeBytes(writer, mac);
  writeUint16(writer, originalId);
  writeUint16(writer, error);
  writeUint16(writer, other.length);
  writeBytes(writer, other);
  return writer.bytes.slice(0, writer.length);
}

/** Skips one record. Returns its content if it is a TSIG record. */
function readIfTsig(reader: WireReader): TsigRecord | undefined {
  const start = reader.offset;
  skipName(reader);
  const type = readUint16(reader);
  const classNumber = readUint16(reader);
  const ttl = readUint32(reader);
  const length = readUint16(reader);
  if (type !== TYPE.TSIG) {
    readBytes(reader, length);
    return undefined;
  }
  const rdataAt = reader.offset;
  if (classNumber !== CLASS.ANY || ttl !== 0) {
    fail(reader, "a TSIG record of another class than ANY or another TTL than 0");
  }
  reader.offset = start;
  const keyName = readName(reader);
  reader.offset = rdataAt;
  const tsig = readRdata(reader, keyName);
  if (reader.offset !== rdataAt + length) {
    fail(reader, "the data of TSIG is longer or shorter than its length says");
  }
  return tsig;
}

function readRdata(reader: WireReader, keyName: Name): TsigRecord {
  const algorithm = readName(reader);
  const high = readUint16(reader);
  return {
    keyName,
    algorithm,
    timeSigned: high * 0x1_0000_0000 + readUint32(reader),
    fudge: readUint16(reader),
    mac: readBytes(reader, readUint16(reader)),
    originalId: readUint16(reader),
    error: readUint16(reader),
    other: readBytes(reader, readUint16(reader)),
  };
}

function readName(reader: WireReader): Name {
  const gathered = { bytes: new Uint8Array(MAX_NAME_BYTES), length: 0 };
  readWireName(reader, gathered);
  return reader.problem === undefined ? nameFromWire(gathered.bytes) : ROOT;
}

/** Skips a name without following its pointer. The decoder of the record follows it. */
function skipName(reader: WireReader): void {
  const end = endOfCompressedName(reader.bytes, reader.offset, reader.end);
  if (end === undefined) {
    fail(reader, "a name is not well formed");
    return;
  }
  reader.offset = end;
}

function withoutTsig(bytes: Uint8Array, at: number, additionals: number, tsig: TsigRecord): Uint8Array {
  const message = bytes.slice(0, at);
  message.set([tsig.originalId >>> 8, tsig.originalId & 0xff], 0);
  message.set([(additionals - 1) >>> 8, (additionals - 1) & 0xff], 10);
  return message;
}
