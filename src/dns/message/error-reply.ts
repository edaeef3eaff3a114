import { HEADER_BYTES } from "../wire/wire-reader.ts";

/**
 * Returns a reply with only an rcode (0 to 15), for requests that cannot be decoded completely. Its id, opcode, and RD are those of the request, and
 * all sections are empty. The request must have a header.
 */
export function messageHead(request: Uint8Array, rcode: number): Uint8Array {
  const head = new Uint8Array(HEADER_BYTES);
  head.set(request.subarray(0, 2));
  head[2] = RESPONSE | ((request[2] ?? 0) & OPCODE_AND_RD);
  head[3] = rcode & 0xf;
  return head;
}

const RESPONSE = 0x80;
const OPCODE_AND_RD = 0x79;
