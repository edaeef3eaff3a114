import { decodeMessage } from "../../src/dns/decode.ts";
import { encodeMessage } from "../../src/dns/encode.ts";
import type { Edns, Message } from "../../src/dns/message.ts";
import { nameOfPresentation } from "../../src/dns/name-wire.ts";
import { ROOT } from "../../src/dns/name.ts";
import { typeNumber } from "../../src/dns/types.ts";

export const EDNS: Edns = { udpSize: 1232, version: 0, dnssecOk: false, options: [] };

export const EMPTY_QUERY: Message = {
  id: 0x1234,
  response: false,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [],
  answers: [],
  authorities: [],
  additionals: [],
};

/** A query whose letters are as in the text; without EDNS unless `more` has it. */
export function queryOctets(name: string, type = "A", more: Partial<Message> = {}): Uint8Array {
  const absolute = name.endsWith(".") ? name : `${name}.`;
  const question = {
    name: nameOfPresentation(absolute, ROOT) ?? ROOT,
    spelled: absolute,
    type: typeNumber(type) ?? 0,
    class: 1,
  };
  return encodeMessage({ ...EMPTY_QUERY, questions: [question], ...more });
}

/** Throws when it is no well-formed message. */
export function decoded(octets: Uint8Array): Message {
  const result = decodeMessage(octets);
  if (result.kind === "malformed") {
    throw new Error(result.problem);
  }
  return result.message;
}
