import { encodeMessage } from "../../dns/encode.ts";
import type { Message } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { CLASS, OPCODE, RCODE } from "../../dns/types.ts";

/** A question of an authoritative server. */
export function questionMessage(id: number, name: Name, type: number): Message {
  return {
    id,
    response: false,
    opcode: OPCODE.QUERY,
    authoritative: false,
    truncated: false,
    recursionDesired: false,
    recursionAvailable: false,
    authenticData: false,
    checkingDisabled: false,
    rcode: RCODE.NOERROR,
    questions: [{ name, type, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: [],
  };
}

export function encodedQuestion(id: number, name: Name, type: number): Uint8Array {
  return encodeMessage(questionMessage(id, name, type));
}
