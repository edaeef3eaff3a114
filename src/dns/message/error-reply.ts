import { HEADER_BYTES } from "../wire/wire-reader.ts";

/**
 * The answer to a message that says nothing but its rcode (0 to 15): id, opcode and RD are the request's, and no section has anything. For what
 * cannot be read as a whole; the request must have a header.
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
