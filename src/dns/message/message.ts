import type { Name } from "../name/name.ts";
import type { Seconds } from "../record.ts";

/** The largest number in a length field of two bytes (RFC 1035 4.2.2). */
export const MAX_MESSAGE_BYTES = 65_535;

/** Header and EDNS fields with the names of RFC 1035 4.1.1 and RFC 6891. */
export interface Message {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  /** 4 bits, or 12 bits with EDNS. */
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly WireRecord[];
  readonly authorities: readonly WireRecord[];
  /** Without OPT, which is in `edns`. */
  readonly additionals: readonly WireRecord[];
  readonly edns?: Edns;
}

export interface Question {
  readonly name: Name;
  /** The name with the letter case of the packet (0x20), and with the same escapes. Absent if it equals `name`. */
  readonly originalCase?: string;
  readonly type: number;
  readonly class: number;
}

/** One record of a message. */
export interface WireRecord {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** At most 2^31 - 1. RFC 2181 8: a TTL with the top bit set counts as 0. */
  readonly ttl: Seconds;
  /** RDATA with its compression pointers replaced by the names. */
  readonly rdata: Uint8Array;
}

export interface Edns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly { readonly code: number; readonly data: Uint8Array }[];
}

/** An empty query, as the base of other messages. */
export const EMPTY_QUERY: Message = {
  id: 0,
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};
