import { TYPE } from "../../dns/registry.ts";

/** One EDNS option of a response (RFC 6891 6.1.2). */
export interface OptOption {
  readonly code: number;
  readonly data: Uint8Array;
}

export interface OptFields {
  /** The upper 8 bits of the rcode. */
  readonly extendedRcode: number;
  readonly dnssecOk: boolean;
  readonly options: readonly OptOption[];
}

/** The maximum size of packets over UDP, in both directions. Fragments of larger packets can get lost (RFC 9715 3). */
export const UDP_SIZE = 1232;

/** An OPT record without options. */
export const OPT_BYTES = 11;

/** The size of the options in bytes, including their headers. */
export function optionBytes(options: readonly OptOption[]): number {
  let bytes = 0;
  for (const { data } of options) {
    bytes += OPTION_HEAD + data.length;
  }
  return bytes;
}

/** Writes the OPT record. The caller provides enough space. DO has the value of the query (RFC 3225 3). */
export function writeOpt(out: Uint8Array, start: number, { extendedRcode, dnssecOk, options }: OptFields): void {
  const length = optionBytes(options);
  out[start] = 0;
  out[start + 1] = 0;
  out[start + 2] = TYPE.OPT;
  out[start + 3] = UDP_SIZE >>> 8;
  out[start + 4] = UDP_SIZE & 0xff;
  out[start + 5] = extendedRcode;
  out[start + 6] = 0;
  out[start + 7] = dnssecOk ? 0x80 : 0;
  out[start + 8] = 0;
  out[start + 9] = length >>> 8;
  out[start + 10] = length;
  let offset = start + OPT_BYTES;
  for (const { code, data } of options) {
    out[offset] = code >>> 8;
    out[offset + 1] = code;
    out[offset + 2] = data.length >>> 8;
    out[offset + 3] = data.length;
    out.set(data, offset + OPTION_HEAD);
    offset += OPTION_HEAD + data.length;
  }
}

export const OPTION_HEAD = 4;
