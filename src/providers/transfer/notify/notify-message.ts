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

/** RFC 1996 3.7: the zone's SOA is the question, and a hint in the answer section. */
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
  /** It is another answer, or its sender is not verified. */
  | { readonly kind: "none" }
  | { readonly kind: "taken" }
  /** The secondary does not want it: nothing is to be gained by telling it again. */
  | { readonly kind: "refused"; readonly message: string };

export interface NotifyContext {
  readonly request: NotifyRequest;
  readonly id: number;
  /** Of each try: any of them may be the one that is answered. */
  readonly macs: readonly Uint8Array[];
  /** Unix time. */
  readonly now: Seconds;
}

/**
 * Judges what came from a secondary's address and port. An error without a signature is taken as it is, since servers leave
 * errors unsigned: all that it can do is to end the telling.
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
