import { HEADER_OCTETS } from "../../dns/wire/wire-reader.ts";
import { MAX_LABEL_OCTETS, MAX_NAME_OCTETS } from "../../dns/name/name.ts";
import { endOfCompressedName } from "../../dns/name/name-wire.ts";
import { EDNS_OPTION, OPCODE, TYPE } from "../../dns/registry.ts";

/** A query's header, the place of its question, and its EDNS fields (RFC 1035 4.1, RFC 6891 6.1); names stay where they are. */
export interface Query {
  readonly octets: Uint8Array;
  /**
   * `plain`: one question. `empty`: none, which with a cookie is no error (RFC 7873 5.4). `drop`: a response, or no message at all. `unknown`: an opcode that is not
   * answered here. Otherwise the sections are not what the header promises.
   */
  readonly kind: "plain" | "empty" | "drop" | "unknown" | "malformed";
  /** Behind the question's name; 0 when there is none. */
  readonly nameEnd: number;
  readonly type: number;
  readonly class: number;
  /** Of the name without regard to case and of the type; 30 bits, so that it is no allocation. */
  readonly hash: number;
  /** The OPT record; absent: a query without EDNS. */
  readonly edns: QueryEdns | undefined;
  /** It is signed (RFC 8945), or has another record that asks for a key. */
  readonly signed: boolean;
}

interface QueryEdns {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** The data of the options that mean something here; views into the query. */
  readonly cookie: Uint8Array | undefined;
  readonly subnet: Uint8Array | undefined;
}

/** Reads a query in one pass without decoding names. Never throws; looks at nothing beyond the octets. */
export function readQuery(octets: Uint8Array, seed: number): Query {
  if (octets.length < HEADER_OCTETS || (at(octets, 2) & 0x80) !== 0) {
    return { ...NOTHING, octets, kind: "drop" };
  }
  if (((at(octets, 2) >> 3) & 0xf) !== OPCODE.QUERY) {
    return { ...NOTHING, octets, kind: "unknown" };
  }
  const questions = uint16(octets, 4);
  if (questions > 1) {
    return { ...NOTHING, octets, kind: "malformed" };
  }
  return questions === 1 ? withQuestion(octets, seed) : withoutQuestion(octets);
}

const NOTHING = { nameEnd: 0, type: 0, class: 0, hash: 0, edns: undefined, signed: false } as const;

/** RFC 4343: for octets of a name and for the lengths of its labels, which are below every letter. */
export const LOWER: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) =>
  octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet,
);

function withQuestion(octets: Uint8Array, seed: number): Query {
  let hash = seed;
  let offset = HEADER_OCTETS;
  const last = octets.length - QUESTION_TAIL;
  for (;;) {
    const length = at(octets, offset);
    const next = offset + length + 1;
    if (length > MAX_LABEL_OCTETS || next > last || next > HEADER_OCTETS + MAX_NAME_OCTETS) {
      return { ...NOTHING, octets, kind: "malformed" };
    }
    for (; offset < next; offset += 1) {
      hash = Math.imul(hash ^ at(LOWER, at(octets, offset)), FNV_PRIME);
    }
    if (length === 0) {
      break;
    }
  }
  const type = uint16(octets, offset);
  hash = Math.imul(hash ^ type, FNV_PRIME);
  return withRecords({
    octets,
    nameEnd: offset,
    type,
    class: uint16(octets, offset + 2),
    hash: (hash ^ (hash >>> 15)) & 0x3fff_ffff,
  });
}

const FNV_PRIME = 0x0100_0193;
/** Type and class. */
const QUESTION_TAIL = 4;

function withoutQuestion(octets: Uint8Array): Query {
  const query = withRecords({ octets, nameEnd: 0, type: 0, class: 0, hash: 0 });
  return query.kind === "plain" ? { ...query, kind: "empty" } : query;
}

type Asked = Pick<Query, "octets" | "nameEnd" | "type" | "class" | "hash">;

function withRecords(asked: Asked): Query {
  const { octets, nameEnd, type, hash } = asked;
  const start = nameEnd === 0 ? HEADER_OCTETS : nameEnd + QUESTION_TAIL;
  const counts = uint16(octets, 6) + uint16(octets, 8);
  const additionals = uint16(octets, 10);
  if (counts === 0 && additionals === 0 && start === octets.length) {
    return { octets, kind: "plain", nameEnd, type, class: asked.class, hash, edns: undefined, signed: false };
  }
  const sections = readSections(octets, start, counts, additionals);
  const { edns, signed } = sections;
  return { octets, kind: sections.kind, nameEnd, type, class: asked.class, hash, edns, signed };
}

type Sections = Pick<Query, "kind" | "edns" | "signed">;

const MALFORMED: Sections = { kind: "malformed", edns: undefined, signed: false };

/** Walks the records behind the question, which are only counted, but for OPT. Whatever follows them is an error. */
function readSections(octets: Uint8Array, start: number, others: number, additionals: number): Sections {
  let offset = start;
  let edns: QueryEdns | undefined;
  let signed = false;
  for (let index = 0; index < others + additionals; index += 1) {
    const head = endOfCompressedName(octets, offset, octets.length) ?? octets.length;
    const data = head + RECORD_HEAD;
    if (data > octets.length) {
      return MALFORMED;
    }
    const end = data + uint16(octets, head + 8);
    const type = uint16(octets, head);
    if (end > octets.length) {
      return MALFORMED;
    }
    if (type === TYPE.OPT) {
      const misplaced = index < others || edns !== undefined || head !== offset + 1;
      edns = misplaced ? undefined : readOpt(octets, head, end);
      if (edns === undefined) {
        return MALFORMED;
      }
    }
    signed ||= type === TYPE.TSIG || type === TYPE.SIG;
    offset = end;
  }
  return offset === octets.length ? { kind: "plain", edns, signed } : MALFORMED;
}

/** Type, class, TTL and length of a record. */
const RECORD_HEAD = 10;

function readOpt(octets: Uint8Array, head: number, end: number): QueryEdns | undefined {
  let cookie: Uint8Array | undefined;
  let subnet: Uint8Array | undefined;
  let offset = head + RECORD_HEAD;
  while (offset < end) {
    const data = offset + OPTION_HEAD;
    const next = data + uint16(octets, offset + 2);
    if (data > end || next > end) {
      return undefined;
    }
    const code = uint16(octets, offset);
    if (code === EDNS_OPTION.COOKIE) {
      cookie ??= octets.subarray(data, next);
    } else if (code === EDNS_OPTION.CLIENT_SUBNET) {
      subnet ??= octets.subarray(data, next);
    }
    offset = next;
  }
  return {
    udpSize: uint16(octets, head + 2),
    version: at(octets, head + 5),
    dnssecOk: (at(octets, head + 6) & 0x80) !== 0,
    cookie,
    subnet,
  };
}

const OPTION_HEAD = 4;

function at(octets: Uint8Array, offset: number): number {
  return octets[offset] ?? 0;
}

export function uint16(octets: Uint8Array, offset: number): number {
  return ((octets[offset] ?? 0) << 8) | (octets[offset + 1] ?? 0);
}
