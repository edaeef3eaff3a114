import { HEADER_BYTES } from "../../dns/wire/wire-reader.ts";
import { OPT_BYTES, optionBytes, writeOpt, type OptOption } from "./opt-record.ts";
import type { Query } from "./query.ts";

export interface PlainFields {
  /** 4 bits, or up to 12 bits if the query has EDNS. */
  readonly rcode: number;
  readonly truncated?: boolean;
  readonly authoritative?: boolean;
  readonly options?: readonly OptOption[];
}

/**
 * Returns a response without records. It has the query's id, opcode, RD and CD, its question if it is readable, and an OPT record
 * if the query has one. All other flags are 0, including those without a meaning today (RFC 8906 3.1.3).
 */
export function plainResponse(query: Query, fields: PlainFields): Uint8Array {
  const { bytes, nameEnd, edns } = query;
  const options = fields.options ?? [];
  const end = nameEnd === 0 ? HEADER_BYTES : nameEnd + TYPE_AND_CLASS;
  const out = Buffer.alloc(edns === undefined ? end : end + OPT_BYTES + optionBytes(options));
  for (let index = HEADER_BYTES; index < end; index += 1) {
    out[index] = bytes[index] ?? 0;
  }
  out[0] = bytes[0] ?? 0;
  out[1] = bytes[1] ?? 0;
  out[2] = RESPONSE | ((bytes[2] ?? 0) & OPCODE_AND_RD) | (fields.authoritative ? AA : 0) | (fields.truncated ? TC : 0);
  out[3] = ((bytes[3] ?? 0) & CHECKING_DISABLED) | (fields.rcode & 0xf);
  out.fill(0, 4, HEADER_BYTES);
  out[5] = nameEnd === 0 ? 0 : 1;
  if (edns !== undefined) {
    out[11] = 1;
    writeOpt(out, end, { extendedRcode: fields.rcode >>> 4, dnssecOk: edns.dnssecOk, options });
  }
  return out;
}

const TYPE_AND_CLASS = 4;
const RESPONSE = 0x80;
const OPCODE_AND_RD = 0x79;
const AA = 0x04;
const TC = 0x02;
const CHECKING_DISABLED = 0x10;
