import { AppError } from "../../base/error.ts";
import { MAX_LABEL_BYTES } from "../name/name.ts";
import { endOfWireName, textOfWire } from "../name/name-wire.ts";

/** A packet that is being written. `bytes` has enough space for all of it without compression. */
export interface WireWriter {
  readonly bytes: Uint8Array;
  length: number;
  /** Positions of names by their text, for names in RDATA and in questions, whose letter case is kept. */
  readonly exact: Map<string, WrittenName>;
  /** Positions of names by their text in lower case, for owner names, whose letter case does not matter (RFC 1035 2.3.3). */
  readonly folded: Map<string, WrittenName>;
}

interface WrittenName {
  readonly offset: number;
  /** The name as a reader sees it at this position, including the part after a pointer. */
  readonly originalCase: string;
}

export function wireWriter(size: number): WireWriter {
  return { bytes: new Uint8Array(size), length: 0, exact: new Map(), folded: new Map() };
}

export function writeUint16(writer: WireWriter, value: number): void {
  patchUint16(writer, writer.length, value);
  writer.length += 2;
}

export function patchUint16(writer: WireWriter, offset: number, value: number): void {
  writer.bytes[offset] = value >>> 8;
  writer.bytes[offset + 1] = value;
}

export function writeBytes(writer: WireWriter, bytes: Uint8Array): void {
  writer.bytes.set(bytes, writer.length);
  writer.length += bytes.length;
}

/**
 * Writes an owner's absolute name. If the packet already has an ending of the name, in any letter case, a pointer replaces this
 * ending.
 */
export function writeOwnerName(writer: WireWriter, text: string): void {
  writeName(writer, text, writer.folded);
}

/** Writes a question's absolute name, whose letter case is kept. */
export function writeQuestionName(writer: WireWriter, text: string): void {
  writeName(writer, text, writer.exact);
}

/**
 * Writes the uncompressed name at `offset` of RDATA, compressed with a pointer to an ending with the same letter case. Returns the
 * offset after it. Throws MESSAGE_INVALID if there is no complete name.
 */
export function writeWireName(writer: WireWriter, rdata: Uint8Array, offset: number): number {
  const end = endOfWireName(rdata, offset, rdata.length);
  if (end === undefined) {
    throw new AppError("MESSAGE_INVALID", "RDATA without the name that its type has", { retry: "never" });
  }
  writeName(writer, textOfWire(rdata.subarray(offset, end)), writer.exact);
  return end;
}

function writeName(writer: WireWriter, text: string, written: ReadonlyMap<string, WrittenName>): void {
  const originalCase = written === writer.folded ? text.toLowerCase() : text;
  const labels: { readonly at: number; readonly offset: number }[] = [];
  let at = text === "." ? 1 : 0;
  let known: WrittenName | undefined;
  while (at < text.length) {
    known = written.get(originalCase.slice(at));
    if (known !== undefined) {
      break;
    }
    labels.push({ at, offset: writer.length });
    at = writeLabel(writer, text, at);
  }
  if (known === undefined) {
    writer.bytes[writer.length] = 0;
    writer.length += 1;
  } else {
    writeUint16(writer, POINTER | known.offset);
  }
  for (const label of labels) {
    remember(writer, label.offset, text.slice(label.at, at) + (known?.originalCase ?? ""));
  }
}

const POINTER = 0xc000;
/** The offset in a pointer has 14 bits. */
const MAX_POINTER = 0x3fff;

function remember(writer: WireWriter, offset: number, originalCase: string): void {
  const folded = originalCase.toLowerCase();
  if (offset > MAX_POINTER) {
    return;
  }
  if (!writer.exact.has(originalCase)) {
    writer.exact.set(originalCase, { offset, originalCase });
  }
  if (!writer.folded.has(folded)) {
    writer.folded.set(folded, { offset, originalCase });
  }
}

/** Writes one label. Returns where the next label begins in the text. */
function writeLabel(writer: WireWriter, text: string, start: number): number {
  const lengthAt = writer.length;
  const end = text.indexOf(".", start);
  let offset = lengthAt + 1;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH) {
      writer.bytes[offset] = Number(text.slice(index + 1, index + 4));
      index += 3;
    } else {
      writer.bytes[offset] = code;
    }
    offset += 1;
  }
  const length = offset - lengthAt - 1;
  if (end === -1 || length === 0 || length > MAX_LABEL_BYTES) {
    throw new AppError("MESSAGE_INVALID", `not an absolute name: "${text}"`, { retry: "never" });
  }
  writer.bytes[lengthAt] = length;
  writer.length = offset;
  return end + 1;
}

const BACKSLASH = 0x5c;
