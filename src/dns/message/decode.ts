import { MAX_MESSAGE_BYTES, type Edns, type Message, type Question, type WireRecord } from "./message.ts";
import { MAX_NAME_BYTES, ROOT, type Name } from "../name/name.ts";
import { nameFromWire, textOfWire } from "../name/name-wire.ts";
import { BYTE_TEXT } from "../name/byte-text.ts";
import { rdataType } from "../rdata/type-table.ts";
import { CLASS, TYPE } from "../registry.ts";
import {
  fail,
  type Gathered,
  HEADER_BYTES,
  readBytes,
  readUint16,
  readUint32,
  readWireName,
  wireReader,
  type WireReader,
} from "../wire/wire-reader.ts";

export type Decoded =
  | { readonly kind: "ok"; readonly message: Message }
  | { readonly kind: "malformed"; readonly problem: string };

/**
 * Reads one whole message (RFC 1035 4, RFC 6891). Never throws. The packet's length limits time and memory. These faults make the
 * message malformed: wrong counts, RDATA of the wrong length for its type, compression pointers that lead forwards or loop, names
 * over 255 bytes, and a misplaced or second OPT. A question has `originalCase` only if it has upper-case letters.
 */
export function decodeMessage(bytes: Uint8Array): Decoded {
  const { trailing, ...decoded } = decode(bytes, true);
  return decoded.kind === "ok" && trailing > 0
    ? { kind: "malformed", problem: "there is more than the counts promise" }
    : decoded;
}

export type DecodedResponse = Decoded & {
  /** Number of bytes after the last record. Some servers send such bytes. */
  readonly trailing: number;
};

/**
 * Reads a response as {@link decodeMessage} does, but accepts bytes after the last record. If a response with TC is truncated
 * inside a record, it reads only the header and the question. A client ignores the records of such a response (RFC 2181 9).
 */
export function decodeResponse(bytes: Uint8Array): DecodedResponse {
  const whole = decode(bytes, true);
  return whole.kind === "ok" || !isTruncated(bytes) ? whole : { ...decode(bytes, false), trailing: 0 };
}

/** TC (RFC 1035 4.1.1). */
function isTruncated(bytes: Uint8Array): boolean {
  return ((bytes[2] ?? 0) & 0x02) !== 0;
}

function decode(bytes: Uint8Array, withRecords: boolean): DecodedResponse {
  const reader = wireReader(bytes);
  if (reader.end < HEADER_BYTES || reader.end > MAX_MESSAGE_BYTES) {
    return { kind: "malformed", problem: `a message cannot have ${reader.end} octets`, trailing: 0 };
  }
  const state: State = {
    reader,
    gathered: { bytes: new Uint8Array(2 * MAX_NAME_BYTES + MAX_FIXED_BYTES), length: 0 },
    known: new Map(),
    opt: undefined,
  };
  const message = readMessage(state, withRecords);
  return reader.problem === undefined
    ? { kind: "ok", message, trailing: reader.end - reader.offset }
    : { kind: "malformed", problem: reader.problem, trailing: 0 };
}

interface State {
  readonly reader: WireReader;
  /** A buffer for one name or one RDATA. */
  readonly gathered: Gathered;
  /** The names that have been read, by their offset. Most names of a response are a pointer to one of them. */
  readonly known: Map<number, Name>;
  opt: { readonly edns: Edns; readonly extendedRcode: number } | undefined;
}

function readMessage(state: State, withRecords: boolean): Message {
  const { reader } = state;
  const id = readUint16(reader);
  const flags = readUint16(reader);
  const [questionCount, ...recordCounts] = [
    readUint16(reader),
    readUint16(reader),
    readUint16(reader),
    readUint16(reader),
  ] as const;
  const counts = withRecords ? recordCounts : ([0, 0, 0] as const);
  const questions = readQuestions(state, questionCount);
  const answers = readRecords(state, counts[0], false);
  const authorities = readRecords(state, counts[1], false);
  const additionals = readRecords(state, counts[2], true);
  return {
    id,
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 0xf,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authenticData: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    rcode: (flags & 0xf) | ((state.opt?.extendedRcode ?? 0) << 4),
    questions,
    answers,
    authorities,
    additionals,
    ...(state.opt && { edns: state.opt.edns }),
  };
}

function readQuestions(state: State, count: number): readonly Question[] {
  const { reader } = state;
  const questions: Question[] = [];
  while (questions.length < count && reader.problem === undefined) {
    const name = readName(state);
    const originalCase = textOfWire(state.gathered.bytes, BYTE_TEXT);
    const question = { name, type: readUint16(reader), class: readUint16(reader) };
    questions.push(originalCase === name ? question : { ...question, originalCase });
  }
  return questions;
}

function readRecords(state: State, count: number, optAllowed: boolean): readonly WireRecord[] {
  const { reader } = state;
  const records: WireRecord[] = [];
  for (let read = 0; read < count && reader.problem === undefined; read += 1) {
    const name = readOwnerName(state);
    const type = readUint16(reader);
    const classNumber = readUint16(reader);
    const ttl = readUint32(reader);
    const length = readUint16(reader);
    if (type === TYPE.OPT) {
      readOpt(state, { name, udpSize: classNumber, ttl, length, allowed: optAllowed });
    } else {
      // RFC 2181 8: a TTL with the top bit set is 0.
      records.push({
        name,
        type,
        class: classNumber,
        ttl: ttl > MAX_TTL ? 0 : ttl,
        rdata: readRdata(state, { type, class: classNumber, length }),
      });
    }
  }
  return records;
}

const MAX_TTL = 0x7fff_ffff;
/** Upper bound for the bytes other than names in the RDATA of the types with a layout. */
const MAX_FIXED_BYTES = 32;

/** Reads an owner name, which is nearly always a pointer to an earlier name. */
function readOwnerName(state: State): Name {
  const { reader, known } = state;
  const start = reader.offset;
  const first = reader.bytes[start] ?? 0;
  const pointed = first >= 0xc0 ? known.get(((first & 0x3f) << 8) | (reader.bytes[start + 1] ?? 0)) : undefined;
  if (pointed === undefined || start + 2 > reader.end) {
    return readName(state);
  }
  reader.offset = start + 2;
  return pointed;
}

/** Writes the bytes of the name into `gathered`. */
function readName(state: State): Name {
  const { reader, gathered, known } = state;
  const start = reader.offset;
  gathered.length = 0;
  readWireName(reader, gathered);
  if (reader.problem !== undefined) {
    gathered.bytes[0] = 0;
    return ROOT;
  }
  const name = nameFromWire(gathered.bytes);
  known.set(start, name);
  return name;
}

interface RdataHead {
  readonly type: number;
  readonly class: number;
  readonly length: number;
}

function readRdata(state: State, head: RdataHead): Uint8Array {
  const { reader } = state;
  const end = reader.offset + head.length;
  // Prerequisites and deletions of an UPDATE have no RDATA (RFC 2136 2.4, 2.5).
  const empty = head.length === 0 && (head.class === CLASS.ANY || head.class === CLASS.NONE);
  const row = empty ? undefined : rdataType(head.type);
  const layout = row?.layout;
  if (layout === undefined) {
    const wanted = head.class === CLASS.CH ? undefined : row?.length;
    if (wanted !== undefined && wanted !== head.length) {
      fail(reader, `RDATA of ${head.length} octets where ${wanted} belong`);
    }
    return readBytes(reader, head.length).slice();
  }
  const { gathered } = state;
  gathered.length = 0;
  gather(reader, gathered, layout.before);
  for (let read = 0; read < layout.names && reader.problem === undefined; read += 1) {
    readWireName(reader, gathered);
  }
  gather(reader, gathered, layout.after);
  if (reader.offset !== end) {
    fail(reader, "RDATA is longer or shorter than its length says");
  }
  return gathered.bytes.slice(0, gathered.length);
}

function gather(reader: WireReader, into: Gathered, length: number): void {
  const bytes = readBytes(reader, length);
  if (reader.problem === undefined) {
    into.bytes.set(bytes, into.length);
    into.length += length;
  }
}

interface OptHead {
  readonly name: Name;
  readonly udpSize: number;
  readonly ttl: number;
  readonly length: number;
  readonly allowed: boolean;
}

/** RFC 6891 6.1: a message has at most one OPT, in the additional section, with the root as owner. Its TTL field contains flags. */
function readOpt(state: State, head: OptHead): void {
  const { reader } = state;
  const end = reader.offset + head.length;
  if (!head.allowed || state.opt !== undefined || head.name !== ROOT || end > reader.end) {
    fail(reader, "an OPT record that may not be there or is too long");
    return;
  }
  const options: { readonly code: number; readonly data: Uint8Array }[] = [];
  while (reader.offset < end && reader.problem === undefined) {
    const code = readUint16(reader);
    options.push({ code, data: readBytes(reader, readUint16(reader)).slice() });
  }
  if (reader.offset !== end) {
    fail(reader, "the options of OPT are longer than it");
  }
  const edns = {
    udpSize: head.udpSize,
    version: (head.ttl >>> 16) & 0xff,
    dnssecOk: (head.ttl & 0x8000) !== 0,
    options,
  };
  state.opt = { edns, extendedRcode: head.ttl >>> 24 };
}
