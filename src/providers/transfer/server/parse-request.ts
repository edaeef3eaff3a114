import { decodeMessage } from "../../../dns/message/decode.ts";
import { messageHead } from "../../../dns/message/error-reply.ts";
import type { Message, Question } from "../../../dns/message/message.ts";
import { HEADER_BYTES } from "../../../dns/wire/wire-reader.ts";
import { printRdata } from "../../../dns/rdata/codec.ts";
import { CLASS, OPCODE, RCODE, TYPE } from "../../../dns/registry.ts";

export type Request =
  /** A response, or not a message. It is ignored. */
  | { readonly kind: "none" }
  /** A request whose answer doesn't depend on a zone. */
  | { readonly kind: "answered"; readonly answer: Uint8Array }
  /** `rcode` may be BADVERS, which needs EDNS. */
  | { readonly kind: "error"; readonly message: Message; readonly rcode: number }
  | { readonly kind: "question"; readonly message: Message; readonly question: Question; readonly what: TransferQuery };

export type TransferQuery =
  | { readonly kind: "soa" | "ns" | "whole" }
  /** `serial`: the version of the client (RFC 1995 3). */
  | { readonly kind: "incremental"; readonly serial: number }
  /** Any other query. A hidden primary does not answer it. */
  | { readonly kind: "other" };

/** Parses a request. Never throws, for any bytes. */
export function readRequest(bytes: Uint8Array): Request {
  if (bytes.length < HEADER_BYTES || ((bytes[2] ?? 0) & RESPONSE) !== 0) {
    return { kind: "none" };
  }
  const opcode = ((bytes[2] ?? 0) >> 3) & 0xf;
  if (opcode !== OPCODE.QUERY) {
    return { kind: "answered", answer: messageHead(bytes, RCODE.NOTIMP) };
  }
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") {
    return { kind: "answered", answer: messageHead(bytes, RCODE.FORMERR) };
  }
  return verified(decoded.message);
}

function verified(message: Message): Request {
  const [question] = message.questions;
  if (message.edns !== undefined && message.edns.version > 0) {
    return { kind: "error", message, rcode: RCODE.BADVERS };
  }
  if (question === undefined || message.questions.length > 1) {
    return { kind: "error", message, rcode: RCODE.FORMERR };
  }
  if (question.class !== CLASS.IN) {
    return { kind: "error", message, rcode: RCODE.REFUSED };
  }
  const what = whatOf(message, question);
  return what === undefined
    ? { kind: "error", message, rcode: RCODE.FORMERR }
    : { kind: "question", message, question, what };
}

const RESPONSE = 0x80;

/** Undefined: an IXFR request without the version of the client. */
function whatOf({ authorities }: Message, { name, type }: Question): TransferQuery | undefined {
  switch (type) {
    case TYPE.SOA:
      return { kind: "soa" };
    case TYPE.NS:
      return { kind: "ns" };
    case TYPE.AXFR:
      return { kind: "whole" };
    case TYPE.IXFR: {
      const soa = authorities.find((record) => record.type === TYPE.SOA && record.name === name);
      const serial = soa === undefined ? Number.NaN : Number(printRdata(TYPE.SOA, soa.rdata).split(" ")[2]);
      return Number.isInteger(serial) ? { kind: "incremental", serial } : undefined;
    }
    default:
      return { kind: "other" };
  }
}
