import { decodeMessage } from "../../../dns/message/decode.ts";
import { encodeMessage } from "../../../dns/message/encode.ts";
import { EMPTY_QUERY, type WireRecord } from "../../../dns/message/message.ts";
import type { Name } from "../../../dns/name/name.ts";
import type { Seconds } from "../../../dns/record.ts";
import { type SignedMessage, signMessage, verifyResponse } from "../../../dns/tsig/tsig-sign.ts";
import type { TsigKey } from "../../../dns/tsig/tsig-key.ts";
import { CLASS, OPCODE, RCODE, rcodeName, TYPE } from "../../../dns/registry.ts";

/** The content of a NOTIFY (RFC 1996). */
export interface NotifyRequest {
  readonly domain: Name;
  readonly soa: WireRecord;
  readonly key: TsigKey | undefined;
}

/** RFC 1996 3.7: the question is the zone's SOA, and the answer section has the SOA as a hint. */
export function notifyMessage({ domain, soa, key }: NotifyRequest, id: number, now: Seconds): SignedMessage {
  const bytes = encodeMessage({
    ...EMPTY_QUERY,
    id,
    opcode: OPCODE.NOTIFY,
    authoritative: true,
    questions: [{ name: domain, type: TYPE.SOA, class: CLASS.IN }],
    answers: [soa],
  });
  return key === undefined ? { bytes, mac: new Uint8Array(0) } : signMessage(bytes, key, now);
}

export type NotifyReply =
  /** The packet is the answer to another message, or its sender is not verified. */
  | { readonly kind: "none" }
  | { readonly kind: "taken" }
  /** The secondary refuses the notification, so repetitions have no use. */
  | { readonly kind: "refused"; readonly message: string };

export interface NotifyContext {
  readonly request: NotifyRequest;
  readonly id: number;
  /** The MACs of all tries, because the reply can be to any of them. */
  readonly macs: readonly Uint8Array[];
  /** Unix time. */
  readonly now: Seconds;
}

/**
 * Reads a packet from a secondary's address and port. An error without a signature is accepted, because servers send errors
 * unsigned. A forged one can only stop the notification.
 */
export function readNotifyReply(bytes: Uint8Array, { request, id, macs, now }: NotifyContext): NotifyReply {
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") {
    return NONE;
  }
  const { message } = decoded;
  const [question] = message.questions;
  const isOther = question !== undefined && question.name !== request.domain;
  if (!message.response || message.opcode !== OPCODE.NOTIFY || message.id !== id || isOther) {
    return NONE;
  }
  const { key } = request;
  const verdicts = key === undefined ? [] : macs.map((mac) => verifyResponse(bytes, { key, requestMac: mac, now }));
  const refusal = verdicts.find((verdict) => verdict.kind === "refused" && verdict.by === "server");
  if (refusal?.kind === "refused") {
    return { kind: "refused", message: refusal.message };
  }
  if (verdicts.some(({ kind }) => kind === "malformed")) {
    return NONE;
  }
  const isRight = verdicts.length === 0 || verdicts.some(({ kind }) => kind === "ok");
  if (message.rcode === RCODE.NOERROR) {
    return isRight ? { kind: "taken" } : NONE;
  }
  const isUnsigned = verdicts.every(({ kind }) => kind === "unsigned");
  return isRight || isUnsigned ? { kind: "refused", message: `it answers ${rcodeName(message.rcode)}` } : NONE;
}

const NONE = { kind: "none" } as const;
