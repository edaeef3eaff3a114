import { decodeMessage } from "../../src/dns/message/decode.ts";
import { encodeMessage } from "../../src/dns/message/encode.ts";
import { EMPTY_QUERY, type Edns, type Message } from "../../src/dns/message/message.ts";
import { zoneName } from "./zone-name.ts";
import { ROOT } from "../../src/dns/name/name.ts";
import { typeNumber } from "../../src/dns/registry.ts";

export const EDNS: Edns = { udpSize: 1232, version: 0, dnssecOk: false, options: [] };

/** {@link EMPTY_QUERY} with the id that the tests know. */
export const BARE_QUERY: Message = { ...EMPTY_QUERY, id: 0x1234 };

/** A query whose letters are as in the text; without EDNS unless `more` has it. */
export function queryBytes(name: string, type = "A", more: Partial<Message> = {}): Uint8Array {
  const absolute = name.endsWith(".") ? name : `${name}.`;
  const question = {
    name: zoneName(absolute) ?? ROOT,
    originalCase: absolute,
    type: typeNumber(type) ?? 0,
    class: 1,
  };
  return encodeMessage({ ...BARE_QUERY, questions: [question], ...more });
}

/** Throws when it is no well-formed message. */
export function decoded(bytes: Uint8Array): Message {
  const result = decodeMessage(bytes);
  if (result.kind === "malformed") {
    throw new Error(result.problem);
  }
  return result.message;
}
