import { encodeMessage } from "../../dns/message/encode.ts";
import { EMPTY_QUERY, type Message } from "../../dns/message/message.ts";
import type { Name } from "../../dns/name/name.ts";
import { CLASS } from "../../dns/registry.ts";

/** A question of an authoritative server. */
export function questionMessage(id: number, name: Name, type: number): Message {
  return {
    ...EMPTY_QUERY,
    id,
    questions: [{ name, type, class: CLASS.IN }],
  };
}

export function encodedQuestion(id: number, name: Name, type: number): Uint8Array {
  return encodeMessage(questionMessage(id, name, type));
}
