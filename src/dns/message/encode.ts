import { AppError } from "../../base/error.ts";
import { MAX_MESSAGE_BYTES, type Edns, type Message, type WireRecord } from "./message.ts";
import { HEADER_BYTES } from "../wire/wire-reader.ts";
import { ROOT } from "../name/name.ts";
import { rdataType } from "../rdata/type-table.ts";
import { TYPE } from "../registry.ts";
import {
  patchUint16,
  wireWriter,
  writeBytes,
  writeOwnerName,
  writeQuestionName,
  writeUint16,
  writeWireName,
  type WireWriter,
} from "../wire/wire-writer.ts";

export interface EncodeOptions {
  /** The maximum size in bytes that the receiver accepts. Defaults to 65,535. Less than 512 counts as 512 (RFC 1035 4.2.1). */
  readonly maxSize?: number;
  /** The bytes of that size for records that the caller appends, for example TSIG (RFC 8945 5.3). */
  readonly reserved?: number;
}

/**
 * Writes a message with compressed names (RFC 1035 4.1.4; RFC 3597 4 for RDATA). If the message is too long, it omits whole RRsets,
 * from the first one that does not fit. It then sets TC for the answer and authority sections, but not for the additional section
 * (RFC 2181 9). The records of one RRset must be adjacent. It never omits the OPT record. Throws MESSAGE_INVALID for a field that
 * the format cannot hold.
 */
export function encodeMessage(message: Message, options: EncodeOptions = {}): Uint8Array {
  const maxSize = Math.min(Math.max(options.maxSize ?? MAX_MESSAGE_BYTES, MIN_SIZE), MAX_MESSAGE_BYTES);
  const opt = message.edns === undefined ? undefined : optBytes(message.edns, message.rcode);
  const writer = wireWriter(sizeBound(message) + (opt?.length ?? 0));
  writeHeader(writer, message);
  for (const question of message.questions) {
    writeQuestionName(writer, question.originalCase ?? question.name);
    writeUint16(writer, question.type);
    writeUint16(writer, question.class);
  }
  const limit = maxSize - (opt?.length ?? 0) - (options.reserved ?? 0);
  const answers = writeRecords(writer, message.answers, limit);
  const whole = answers === message.answers.length;
  const authorities = whole ? writeRecords(writer, message.authorities, limit) : 0;
  const truncated = !whole || authorities < message.authorities.length;
  const additionals = truncated ? 0 : writeRecords(writer, message.additionals, limit);
  if (opt !== undefined) {
    writeBytes(writer, opt);
  }
  patchUint16(writer, 2, flagsOf(message, truncated));
  patchUint16(writer, 6, answers);
  patchUint16(writer, 8, authorities);
  patchUint16(writer, 10, additionals + (opt === undefined ? 0 : 1));
  return writer.bytes.slice(0, writer.length);
}

const MIN_SIZE = 512;

function writeHeader(writer: WireWriter, message: Message): void {
  if (message.rcode > 0xf && message.edns === undefined) {
    throw invalid(`rcode ${message.rcode} needs EDNS`);
  }
  writeUint16(writer, message.id);
  writer.length = HEADER_BYTES;
  patchUint16(writer, 4, message.questions.length);
}

function flagsOf(message: Message, truncated: boolean): number {
  return (
    bit(message.response, 0x8000) |
    ((message.opcode & 0xf) << 11) |
    bit(message.authoritative, 0x0400) |
    bit(message.truncated || truncated, 0x0200) |
    bit(message.recursionDesired, 0x0100) |
    bit(message.recursionAvailable, 0x0080) |
    bit(message.authenticData, 0x0020) |
    bit(message.checkingDisabled, 0x0010) |
    (message.rcode & 0xf)
  );
}

function bit(on: boolean, value: number): number {
  return on ? value : 0;
}

/** Writes whole RRsets while they fit below `limit`. Returns the number of written records. */
function writeRecords(writer: WireWriter, records: readonly WireRecord[], limit: number): number {
  let setStart = 0;
  let setOffset = writer.length;
  for (const [index, record] of records.entries()) {
    const previous = records[index - 1];
    if (previous === undefined || !sameSet(previous, record)) {
      setStart = index;
      setOffset = writer.length;
    }
    writeRecord(writer, record);
    if (writer.length > limit) {
      // Only OPT follows, which is not compressed. Offsets for compression after this point are therefore never used.
      writer.length = setOffset;
      return setStart;
    }
  }
  return records.length;
}

function sameSet(a: WireRecord, b: WireRecord): boolean {
  return a.name === b.name && a.type === b.type && a.class === b.class;
}

function writeRecord(writer: WireWriter, record: WireRecord): void {
  writeOwnerName(writer, record.name);
  writeUint16(writer, record.type);
  writeUint16(writer, record.class);
  writeUint16(writer, record.ttl >>> 16);
  writeUint16(writer, record.ttl & 0xffff);
  const lengthAt = writer.length;
  writeUint16(writer, 0);
  writeRdata(writer, record);
  const length = writer.length - lengthAt - 2;
  if (length > 0xffff) {
    throw invalid(`RDATA of ${length} octets`);
  }
  patchUint16(writer, lengthAt, length);
}

function writeRdata(writer: WireWriter, { type, rdata }: WireRecord): void {
  const layout = rdataType(type)?.layout;
  if (layout?.compress !== true || rdata.length === 0) {
    writeBytes(writer, rdata);
    return;
  }
  writeBytes(writer, rdata.subarray(0, layout.before));
  let offset = layout.before;
  for (let written = 0; written < layout.names; written += 1) {
    offset = writeWireName(writer, rdata, offset);
  }
  writeBytes(writer, rdata.subarray(offset));
}

function optBytes(edns: Edns, rcode: number): Uint8Array {
  const length = edns.options.reduce((sum, option) => sum + 4 + option.data.length, 0);
  const writer = wireWriter(length + OPT_HEAD_BYTES);
  writeOwnerName(writer, ROOT);
  writeUint16(writer, TYPE.OPT);
  writeUint16(writer, edns.udpSize);
  writeUint16(writer, ((rcode >>> 4) << 8) | edns.version);
  writeUint16(writer, edns.dnssecOk ? 0x8000 : 0);
  writeUint16(writer, length);
  for (const option of edns.options) {
    writeUint16(writer, option.code);
    writeUint16(writer, option.data.length);
    writeBytes(writer, option.data);
  }
  return writer.bytes;
}

const OPT_HEAD_BYTES = 11;

/** Upper bound for the size of the message without compression. A name has at most one more byte on the wire than in text. */
function sizeBound(message: Message): number {
  let bound = HEADER_BYTES;
  for (const question of message.questions) {
    bound += (question.originalCase ?? question.name).length + 5;
  }
  for (const records of [message.answers, message.authorities, message.additionals]) {
    for (const record of records) {
      bound += record.name.length + record.rdata.length + 11;
    }
  }
  return bound;
}

function invalid(problem: string): AppError {
  return new AppError("MESSAGE_INVALID", `cannot be written as a DNS message: ${problem}`, { retry: "never" });
}
