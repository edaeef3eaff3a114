import { endOfCompressedName } from "../../dns/name/name-wire.ts";
import { HEADER_OCTETS } from "../../dns/wire/wire-reader.ts";
import { uint16 } from "./query.ts";

/** Where things stand in a message. */
export interface RecordPlaces {
  /** Behind the question's name. */
  readonly nameEnd: number;
  /** Of each record: where its TTL stands; its RDATA begin 6 octets on. */
  readonly ttlAt: readonly number[];
  readonly answers: number;
  readonly authorities: number;
}

/** Walks a message with one question that we have written ourselves. */
export function recordPlaces(octets: Uint8Array): RecordPlaces {
  const nameEnd = nameEndAt(octets, HEADER_OCTETS);
  const ttlAt: number[] = [];
  let offset = nameEnd + TYPE_AND_CLASS;
  while (offset < octets.length) {
    const at = nameEndAt(octets, offset) + TYPE_AND_CLASS;
    ttlAt.push(at);
    offset = at + DATA_BEHIND_TTL + uint16(octets, at + 4);
  }
  return { nameEnd, ttlAt, answers: uint16(octets, 6), authorities: uint16(octets, 8) };
}

export const DATA_BEHIND_TTL = 6;
const TYPE_AND_CLASS = 4;

function nameEndAt(octets: Uint8Array, start: number): number {
  return endOfCompressedName(octets, start, octets.length) ?? octets.length;
}
