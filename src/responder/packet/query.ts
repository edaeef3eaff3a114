import { HEADER_BYTES } from "../../dns/wire/wire-reader.ts";
import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from "../../dns/name/name.ts";
import { endOfCompressedName } from "../../dns/name/name-wire.ts";
import { EDNS_OPTION, OPCODE, TYPE } from "../../dns/registry.ts";

/** A query's header, the position of its question, and its EDNS fields (RFC 1035 4.1, RFC 6891 6.1). Names are not copied. */
export interface Query {
  readonly bytes: Uint8Array;
  /**
   * `plain`: one question. `empty`: no question, which is valid with a cookie (RFC 7873 5.4). `drop`: a response, or not a
   * message. `unknown`: an unsupported opcode. `malformed`: the sections don't match the header.
   */
  readonly kind: "plain" | "empty" | "drop" | "unknown" | "malformed";
  /** The offset after the question's name. 0 without a question. */
  readonly nameEnd: number;
  readonly type: number;
  readonly class: number;
  /** A hash of the type and the lowercase name. It has 30 bits, so that the engine stores it without an allocation. */
  readonly hash: number;
  /** The OPT record. Undefined: the query has no EDNS. */
  readonly edns: QueryEdns | undefined;
  /** True if the query has a TSIG (RFC 8945) or SIG record. */
  readonly signed: boolean;
}

interface QueryEdns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** The data of the supported options, as views into the query. */
  readonly cookie: Uint8Array | undefined;
  readonly subnet: Uint8Array | undefined;
}

/** Reads a query in one pass without decoding names. Never throws; never reads beyond the bytes. */
export function readQuery(bytes: Uint8Array, seed: number): Query {
  if (bytes.length < HEADER_BYTES || (at(bytes, 2) & 0x80) !== 0) {
    return { ...NOTHING, bytes, kind: "drop" };
  }
  if (((at(bytes, 2) >> 3) & 0xf) !== OPCODE.QUERY) {
    return { ...NOTHING, bytes, kind: "unknown" };
  }
  const questions = uint16(bytes, 4);
  if (questions > 1) {
    return { ...NOTHING, bytes, kind: "malformed" };
  }
  return questions === 1 ? withQuestion(bytes, seed) : withoutQuestion(bytes);
}

const NOTHING = { nameEnd: 0, type: 0, class: 0, hash: 0, edns: undefined, signed: false } as const;

/**
 * Maps each byte of a name to lower case (RFC 4343). The length of a label is at most 63, and every letter is above that, so
 * lengths don't change.
 */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

function withQuestion(bytes: Uint8Array, seed: number): Query {
  let hash = seed;
  let offset = HEADER_BYTES;
  const last = bytes.length - QUESTION_TAIL;
  for (;;) {
    const length = at(bytes, offset);
    const next = offset + length + 1;
    if (length > MAX_LABEL_BYTES || next > last || next > HEADER_BYTES + MAX_NAME_BYTES) {
      return { ...NOTHING, bytes, kind: "malformed" };
    }
    for (; offset < next; offset += 1) {
      hash = Math.imul(hash ^ at(LOWER, at(bytes, offset)), FNV_PRIME);
    }
    if (length === 0) {
      break;
    }
  }
  const type = uint16(bytes, offset);
  hash = Math.imul(hash ^ type, FNV_PRIME);
  return withRecords({
    bytes,
    nameEnd: offset,
    type,
    class: uint16(bytes, offset + 2),
    hash: (hash ^ (hash >>> 15)) & 0x3fff_ffff,
  });
}

const FNV_PRIME = 0x0100_0193;
/** Type and class. */
const QUESTION_TAIL = 4;

function withoutQuestion(bytes: Uint8Array): Query {
  const query = withRecords({ bytes, nameEnd: 0, type: 0, class: 0, hash: 0 });
  return query.kind === "plain" ? { ...query, kind: "empty" } : query;
}

type QueryKey = Pick<Query, "bytes" | "nameEnd" | "type" | "class" | "hash">;

function withRecords(queried: QueryKey): Query {
  const { bytes, nameEnd, type, hash } = queried;
  const start = nameEnd === 0 ? HEADER_BYTES : nameEnd + QUESTION_TAIL;
  const counts = uint16(bytes, 6) + uint16(bytes, 8);
  const additionals = uint16(bytes, 10);
  if (counts === 0 && additionals === 0 && start === bytes.length) {
    return { bytes, kind: "plain", nameEnd, type, class: queried.class, hash, edns: undefined, signed: false };
  }
  const sections = readSections(bytes, start, counts, additionals);
  const { edns, signed } = sections;
  return { bytes, kind: sections.kind, nameEnd, type, class: queried.class, hash, edns, signed };
}

type Sections = Pick<Query, "kind" | "edns" | "signed">;

const MALFORMED: Sections = { kind: "malformed", edns: undefined, signed: false };

/**
 * Reads the records after the question. It reads OPT, detects TSIG and SIG, and skips the content of all other records. Bytes after
 * the last record are an error.
 */
function readSections(bytes: Uint8Array, start: number, others: number, additionals: number): Sections {
  let offset = start;
  let edns: QueryEdns | undefined;
  let signed = false;
  for (let index = 0; index < others + additionals; index += 1) {
    const head = endOfCompressedName(bytes, offset, bytes.length) ?? bytes.length;
    const data = head + RECORD_HEAD;
    if (data > bytes.length) {
      return MALFORMED;
    }
    const end = data + uint16(bytes, head + 8);
    const type = uint16(bytes, head);
    if (end > bytes.length) {
      return MALFORMED;
    }
    if (type === TYPE.OPT) {
      const misplaced = index < others || edns !== undefined || head !== offset + 1;
      edns = misplaced ? undefined : readOpt(bytes, head, end);
      if (edns === undefined) {
        return MALFORMED;
      }
    }
    signed ||= type === TYPE.TSIG || type === TYPE.SIG;
    offset = end;
  }
  return offset === bytes.length ? { kind: "plain", edns, signed } : MALFORMED;
}

/** Type, class, TTL and length of a record. */
const RECORD_HEAD = 10;

function readOpt(bytes: Uint8Array, head: number, end: number): QueryEdns | undefined {
  let cookie: Uint8Array | undefined;
  let subnet: Uint8Array | undefined;
  let offset = head + RECORD_HEAD;
  while (offset < end) {
    const data = offset + OPTION_HEAD;
    const next = data + uint16(bytes, offset + 2);
    if (data > end || next > end) {
      return undefined;
    }
    const code = uint16(bytes, offset);
    if (code === EDNS_OPTION.COOKIE) {
      cookie ??= bytes.subarray(data, next);
    } else if (code === EDNS_OPTION.CLIENT_SUBNET) {
      subnet ??= bytes.subarray(data, next);
    }
    offset = next;
  }
  return {
    udpSize: uint16(bytes, head + 2),
    version: at(bytes, head + 5),
    dnssecOk: (at(bytes, head + 6) & 0x80) !== 0,
    cookie,
    subnet,
  };
}

const OPTION_HEAD = 4;

function at(bytes: Uint8Array, offset: number): number {
  return bytes[offset] ?? 0;
}

export function uint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}
