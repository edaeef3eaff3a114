import { HEADER_OCTETS } from "../../dns/wire/wire-reader.ts";
import { OPT_OCTETS, optionOctets, writeOpt, type OptOption } from "./opt-record.ts";
import type { Query } from "./query.ts";

export interface PlainFields {
  /** With EDNS up to 12 bits. */
  readonly rcode: number;
  readonly truncated?: boolean;
  readonly authoritative?: boolean;
  readonly options?: readonly OptOption[];
}

/**
 * A response without records: the query's id, opcode, RD and CD, its question where it has one that can be read, an OPT record where it has one. Every
 * other flag is 0, those without a meaning yet too (RFC 8906 3.1.3).
 */
export function plainResponse(query: Query, fields: PlainFields): Uint8Array {
  const { octets, nameEnd, edns } = query;
  const options = fields.options ?? [];
  const end = nameEnd === 0 ? HEADER_OCTETS : nameEnd + TYPE_AND_CLASS;
  const out = Buffer.alloc(edns === undefined ? end : end + OPT_OCTETS + optionOctets(options));
  for (let index = HEADER_OCTETS; index < end; index += 1) {
    out[index] = octets[index] ?? 0;
  }
  out[0] = octets[0] ?? 0;
  out[1] = octets[1] ?? 0;
  out[2] =
    RESPONSE | ((octets[2] ?? 0) & OPCODE_AND_RD) | (fields.authoritative ? AA : 0) | (fields.truncated ? TC : 0);
  out[3] = ((octets[3] ?? 0) & CHECKING_DISABLED) | (fields.rcode & 0xf);
  out.fill(0, 4, HEADER_OCTETS);
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
