import type { Millis } from "../../base/clock.ts";
import { HEADER_BYTES } from "../../dns/wire/wire-reader.ts";
import { OPT_BYTES, optionBytes, writeOpt, type OptOption } from "../packet/opt-record.ts";
import type { CachedResponse, CachedUse } from "./cached-response.ts";
import { uint16, type Query } from "../packet/query.ts";
import { DATA_BEHIND_TTL } from "../packet/record-offsets.ts";
import { liveTtl } from "../live/live-records.ts";

/** The parts of a response that depend on the time and the client. */
export interface EmitContext {
  readonly now: Millis;
  /** A number for the client subnet. Equal subnets have equal numbers, so each gets one order of addresses. */
  readonly rotation: number;
  /** EDNS options; none are sent to a query without EDNS. */
  readonly options: readonly OptOption[];
}

/** Returns the response to a query from a cached one for the same name and type. The bytes belong to the caller. */
export function emit(response: CachedResponse, query: Query, { now, rotation, options }: EmitContext): Uint8Array {
  const { bytes, nameEnd, uses } = response;
  const { edns } = query;
  const { length } = bytes;
  const queried = query.bytes;
  const out = Buffer.allocUnsafe(edns === undefined ? length : length + OPT_BYTES + optionBytes(options));
  out[0] = queried[0] ?? 0;
  out[1] = queried[1] ?? 0;
  out[2] = (bytes[2] ?? 0) | ((queried[2] ?? 0) & RECURSION_DESIRED);
  out[3] = (bytes[3] ?? 0) | ((queried[3] ?? 0) & CHECKING_DISABLED);
  for (let index = 4; index < HEADER_BYTES; index += 1) {
    out[index] = bytes[index] ?? 0;
  }
  for (let index = HEADER_BYTES; index < nameEnd; index += 1) {
    out[index] = queried[index] ?? 0;
  }
  copy(bytes, out, nameEnd);
  for (let index = 0; index < uses.length; index += 1) {
    const use = uses[index];
    if (use !== undefined && use.ttlAt.length > 0) {
      patchAddresses(out, bytes, use, { now, rotation });
    }
  }
  if (edns !== undefined) {
    const additionals = uint16(bytes, ADDITIONALS_AT) + 1;
    out[ADDITIONALS_AT] = additionals >>> 8;
    out[ADDITIONALS_AT + 1] = additionals;
    writeOpt(out, length, { extendedRcode: 0, dnssecOk: edns.dnssecOk, options });
  }
  return out;
}

const RECURSION_DESIRED = 0x01;
const CHECKING_DISABLED = 0x10;
const ADDITIONALS_AT = 10;

/** Up to this number of bytes, a loop is faster than a call of `set`. */
const LOOP_BYTES = 160;

function copy(from: Uint8Array, to: Uint8Array, start: number): void {
  if (from.length - start > LOOP_BYTES) {
    to.set(from.subarray(start), start);
    return;
  }
  for (let index = start; index < from.length; index += 1) {
    to[index] = from[index] ?? 0;
  }
}

function patchAddresses(
  out: Uint8Array,
  bytes: Uint8Array,
  use: CachedUse,
  { now, rotation }: Pick<EmitContext, "now" | "rotation">,
): void {
  const { ttlAt, addressLength } = use;
  const count = ttlAt.length;
  const ttl = liveTtl(use, now, rotation);
  let from = count === 1 ? 0 : rotation % count;
  for (let index = 0; index < count; index += 1) {
    const at = ttlAt[index] ?? 0;
    out[at] = ttl >>> 24;
    out[at + 1] = ttl >>> 16;
    out[at + 2] = ttl >>> 8;
    out[at + 3] = ttl;
    if (from !== index) {
      const source = (ttlAt[from] ?? 0) + DATA_BEHIND_TTL;
      for (let byte = 0; byte < addressLength; byte += 1) {
        out[at + DATA_BEHIND_TTL + byte] = bytes[source + byte] ?? 0;
      }
    }
    from = from + 1 === count ? 0 : from + 1;
  }
}
