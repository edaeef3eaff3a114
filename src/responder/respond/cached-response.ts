import type { Millis } from "../../base/clock.ts";
import { encodeMessage } from "../../dns/message/encode.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Seconds } from "../../dns/record.ts";
import { CLASS, RCODE } from "../../dns/registry.ts";
import type { LiveUse, ReadyAnswer } from "../answer/answer-types.ts";
import type { LiveCacheEntry } from "../live/live-cache.ts";
import { OPT_BYTES, OPTION_HEAD, UDP_SIZE } from "../packet/opt-record.ts";
import type { ClientAnswer } from "../answer-source.ts";
import { uint16 } from "../packet/query.ts";
import { accountOf, type ResponseClass } from "../client/rate-limit.ts";
import { recordOffsets, type RecordOffsets } from "../packet/record-offsets.ts";
import { findIn } from "../zone/find-name.ts";
import type { ZoneView } from "../zone/zone-view.ts";

/**
 * An encoded response. For each query, only some fields are added: id, RD, CD, the letter case of the question, EDNS, and the
 * current order and TTL of the addresses. All other bytes are computed once.
 */
export interface CachedResponse {
  /** The message with id 0, the question in lower case, and no OPT. */
  readonly bytes: Uint8Array;
  /** The offset after the question's name. */
  readonly nameEnd: number;
  readonly type: number;
  readonly rcode: number;
  /** The zone view of the answer. */
  readonly view: ZoneView;
  /** The epoch of the zone table in which `view` was last current. */
  epoch: number;
  /** An extended error (RFC 8914) for queries with EDNS. */
  readonly extendedError: number | undefined;
  readonly isStale: boolean;
  readonly uses: readonly CachedUse[];
  /** The clients that get this response. Undefined: all of them, because its addresses have no weights. */
  readonly byWeight: WeightedVariant | undefined;
  /** The response is valid until this time, if the view and every live answer remain valid. */
  readonly validUntil: Millis;
  /** The class and the account for the rate limits. */
  readonly responseClass: ResponseClass;
  readonly account: number;
  /** The data of the client-subnet option in the response. */
  readonly subnetOption: Uint8Array | undefined;
  /** From this time on, each use also requests the next answer. */
  readonly prefetchAt: Millis;
  /** The input for a shorter response. Undefined if the response fits into every size. */
  readonly source: ResponseParts | undefined;
  /** The truncated response, computed once for the last requested size. */
  cut: { readonly size: number; readonly response: CachedResponse } | undefined;
}

/** One of several responses to the same query. Each client network gets one of them. */
export interface WeightedVariant {
  readonly table: Uint8Array;
  /** The value in `table` for the networks that get this response. */
  readonly choice: number;
  /** All cached responses to the query, by their choice. */
  readonly all: Map<number, CachedResponse>;
}

/** The live addresses of a response. */
export interface CachedUse {
  readonly entry: LiveCacheEntry;
  /** The version of the entry. With another version, the response is invalid. */
  readonly version: number;
  readonly freshUntil: Millis;
  readonly ttlUntil: Millis | undefined;
  readonly maxTtl: Seconds;
  /** The offset of the TTL of each address. */
  readonly ttlAt: readonly number[];
  /** 4 or 16. */
  readonly addressLength: number;
}

export interface ResponseParts {
  readonly name: Name;
  readonly type: number;
  readonly view: ZoneView;
  readonly epoch: number;
  readonly answer: ReadyAnswer;
  /** The cache entry of a live answer in the response. */
  readonly slotOf: (use: LiveUse) => LiveCacheEntry;
  readonly now: Millis;
  readonly subnetOption?: Uint8Array;
  readonly byWeight: WeightedVariant | undefined;
}

/** The whole response, as sent over TCP. */
export function prepare(input: ResponseParts): CachedResponse {
  return prepareFor(input, {});
}

/**
 * Returns the complete response if it fits into the size, and otherwise a truncated one. `reserved` bytes of the size are for the
 * OPT record.
 */
export function cutTo(whole: CachedResponse, size: number, reserved: number): CachedResponse {
  const room = size - reserved;
  if (whole.source === undefined || whole.bytes.length <= room) {
    return whole;
  }
  if (whole.cut?.size !== room) {
    whole.cut = { size: room, response: prepareFor(whole.source, { maxSize: size, reserved }) };
  }
  return whole.cut.response;
}

interface Room {
  readonly maxSize?: number;
  readonly reserved?: number;
}

function prepareFor(input: ResponseParts, room: Room): CachedResponse {
  const { answer, view } = input;
  const bytes = encoded(input, room);
  const records = recordOffsets(bytes);
  const uses = answer.uses.map((use) => cachedUse(use, input.slotOf(use), records));
  return {
    bytes,
    nameEnd: records.nameEnd,
    type: input.type,
    rcode: answer.rcode,
    view,
    epoch: input.epoch,
    extendedError: extendedErrorOf(answer),
    isStale: answer.stale,
    uses,
    byWeight: input.byWeight,
    validUntil: least(answer.uses.map(({ live }) => validUntil(live, input.now))),
    ...accountFor(input),
    subnetOption: input.subnetOption,
    prefetchAt: least(uses.map(({ entry }) => entry.prefetchAt)),
    source: bytes.length > NEVER_CUT ? input : undefined,
    cut: undefined,
  };
}

/** The size that every client accepts (RFC 1035 4.2.1), minus the largest OPT record that dnsalias writes. */
const NEVER_CUT = 512 - 128;

/** Encodes the message with a placeholder for OPT and then removes the placeholder, so that OPT fits in later. */
function encoded({ answer, name, type }: ResponseParts, { maxSize, reserved = 0 }: Room): Uint8Array {
  const bytes = encodeMessage(
    {
      id: 0,
      response: true,
      opcode: 0,
      authoritative: answer.authoritative,
      truncated: false,
      recursionDesired: false,
      recursionAvailable: false,
      authenticData: false,
      checkingDisabled: false,
      rcode: answer.rcode,
      questions: [{ name, type, class: CLASS.IN }],
      answers: answer.answers,
      authorities: answer.authorities,
      additionals: answer.additionals,
      ...(reserved > 0 && { edns: placeholder(reserved) }),
    },
    maxSize === undefined ? {} : { maxSize },
  );
  const additionals = uint16(bytes, ADDITIONALS_AT) - (reserved > 0 ? 1 : 0);
  bytes[ADDITIONALS_AT] = additionals >>> 8;
  bytes[ADDITIONALS_AT + 1] = additionals;
  if (additionals < answer.glue) {
    bytes[FLAGS_AT] = (bytes[FLAGS_AT] ?? 0) | TRUNCATED; // RFC 9471 3.1
  }
  return reserved === 0 ? bytes : bytes.subarray(0, bytes.length - reserved);
}

function placeholder(reserved: number): {
  readonly udpSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly { readonly code: number; readonly data: Uint8Array }[];
} {
  const rest = reserved - OPT_BYTES - OPTION_HEAD;
  const options = rest < 0 ? [] : [{ code: 0, data: new Uint8Array(rest) }];
  return { udpSize: UDP_SIZE, version: 0, dnssecOk: false, options };
}

const FLAGS_AT = 2;
const TRUNCATED = 0x02;
const ADDITIONALS_AT = 10;

/** RFC 8914 4.4 and 4.23. */
function extendedErrorOf(answer: ReadyAnswer): number | undefined {
  if (answer.stale) {
    return EXTENDED_ERROR.staleAnswer;
  }
  return answer.rcode === RCODE.SERVFAIL && answer.uses.length > 0 ? EXTENDED_ERROR.noReachableAuthority : undefined;
}

export const EXTENDED_ERROR = { staleAnswer: 3, notAuthoritative: 20, noReachableAuthority: 22 } as const;

/**
 * Returns the time until which a response can use a live answer. Until then, only the TTL changes. A missing live answer has no
 * limit, because its arrival changes the version.
 */
function validUntil(live: ClientAnswer | undefined, now: Millis): Millis {
  if (live === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  return live.kind === "addresses" && now < live.freshUntil ? live.freshUntil : live.refreshAt;
}

function least(times: readonly Millis[]): Millis {
  return times.reduce((first, time) => Math.min(first, time), Number.POSITIVE_INFINITY);
}

/** The use of a live answer with the positions of its addresses. There are no positions if the addresses did not fit. */
function cachedUse(use: LiveUse, entry: LiveCacheEntry, records: RecordOffsets): CachedUse {
  const first = use.section === "answers" ? 0 : records.answers + records.authorities;
  const end = use.section === "answers" ? records.answers : records.ttlAt.length;
  const start = first + use.start;
  const ttlAt = start + use.count <= end ? records.ttlAt.slice(start, start + use.count) : [];
  const freshUntil = use.live?.kind === "addresses" ? use.live.freshUntil : 0;
  return {
    entry,
    version: entry.version,
    freshUntil,
    ttlUntil: use.live?.kind === "addresses" ? use.live.ttlUntil : undefined,
    maxTtl: use.maxTtl,
    ttlAt,
    addressLength: use.family === "A" ? 4 : 16,
  };
}

function accountFor({ answer, name, type, view }: ResponseParts): Pick<CachedResponse, "responseClass" | "account"> {
  if (answer.rcode !== RCODE.NOERROR && answer.rcode !== RCODE.NXDOMAIN) {
    return { responseClass: "error", account: 0 };
  }
  if (answer.answers.length === 0) {
    return { responseClass: "negative", account: accountOf(view.domain) };
  }
  const found = findIn(view, name);
  return { responseClass: "positive", account: accountOf("owner" in found ? found.owner : name, type) };
}
