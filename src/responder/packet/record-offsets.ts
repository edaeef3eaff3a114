import { endOfCompressedName } from "../../dns/name/name-wire.ts";
import { HEADER_BYTES } from "../../dns/wire/wire-reader.ts";
import { uint16 } from "./query.ts";

/** Positions in a message. */
export interface RecordOffsets {
  /** The offset after the question's name. */
  readonly nameEnd: number;
  /** The offset of the TTL of each record. The RDATA begins 6 bytes later. */
  readonly ttlAt: readonly number[];
  readonly answers: number;
  readonly authorities: number;
}

/** Reads a message that dnsalias wrote and that has one question. */
export function recordOffsets(bytes: Uint8Array): RecordOffsets {
  const nameEnd = nameEndAt(bytes, HEADER_BYTES);
  const ttlAt: number[] = [];
  let offset = nameEnd + TYPE_AND_CLASS;
  while (offset < bytes.length) {
    const at = nameEndAt(bytes, offset) + TYPE_AND_CLASS;
    ttlAt.push(at);
    offset = at + DATA_BEHIND_TTL + uint16(bytes, at + 4);
  }
  return { nameEnd, ttlAt, answers: uint16(bytes, 6), authorities: uint16(bytes, 8) };
}

export const DATA_BEHIND_TTL = 6;
const TYPE_AND_CLASS = 4;

function nameEndAt(bytes: Uint8Array, start: number): number {
  return endOfCompressedName(bytes, start, bytes.length) ?? bytes.length;
}
