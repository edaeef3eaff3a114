import { timingSafeEqual } from "node:crypto";
import type { Seconds } from "../record.ts";
import { macOf, signedWith, TSIG_ERROR, variablesOf, type TsigError } from "./tsig-sign.ts";
import { tsigAlgorithm, type TsigKey } from "./tsig-key.ts";
import { appendTsig, splitTsig, uint48, type TsigRecord } from "./tsig-record.ts";

export type TsigRequest =
  | { readonly kind: "unsigned" }
  /** The record cannot be read: FORMERR (RFC 8945 5.2). */
  | { readonly kind: "malformed"; readonly problem: string }
  /** `mac` is part of the answer's signature. */
  | { readonly kind: "ok"; readonly key: TsigKey; readonly mac: Uint8Array }
  | { readonly kind: "refused"; readonly error: TsigError; readonly answer: Uint8Array };

export interface TsigRequestContext {
  readonly keys: readonly TsigKey[];
  /** Unix time. */
  readonly now: Seconds;
  readonly notAuth: () => Uint8Array;
}

/**
 * Checks a request as a server does (RFC 8945 5.2): first the key, then the whole MAC, then the time. `keys` are the permitted keys
 * of the client; several can have the same name. A refusal contains the answer to send: `notAuth` (rcode NOTAUTH) with a TSIG
 * record that has the error. For BADTIME the answer is signed. For BADKEY, BADSIG, and BADTRUNC it has no MAC.
 */
export function verifyRequest(bytes: Uint8Array, { keys, now, notAuth }: TsigRequestContext): TsigRequest {
  const split = splitTsig(bytes);
  if (split.kind !== "signed") {
    return split;
  }
  const { tsig, message } = split;
  const named = keys.filter((key) => key.name === tsig.keyName && tsigAlgorithm(key.algorithm).name === tsig.algorithm);
  const fits = named.find((key) => isSignedBy(key, tsig, message));
  if (fits === undefined) {
    return refusal(notAuth(), tsig, errorOf(named, tsig));
  }
  return Math.abs(tsig.timeSigned - now) > tsig.fudge
    ? badTime(notAuth(), tsig, fits, now)
    : { kind: "ok", key: fits, mac: tsig.mac };
}

function isSignedBy(key: TsigKey, tsig: TsigRecord, message: Uint8Array): boolean {
  const right = macOf(key, undefined, message, variablesOf(tsig));
  return right.length === tsig.mac.length && timingSafeEqual(right, tsig.mac);
}

function errorOf(named: readonly TsigKey[], { mac }: TsigRecord): TsigError {
  const [first] = named;
  if (first === undefined) {
    return "BADKEY";
  }
  return mac.length === tsigAlgorithm(first.algorithm).macBytes ? "BADSIG" : "BADTRUNC";
}

/** RFC 8945 5.3.2: the answer has no MAC. */
function refusal(notAuth: Uint8Array, tsig: TsigRecord, error: TsigError): TsigRequest {
  const record = { ...tsig, mac: NOTHING, error: TSIG_ERROR[error], other: NOTHING };
  return { kind: "refused", error, answer: appendTsig(notAuth, record) };
}

/** RFC 8945 5.2.3: the answer is signed with the time of the request, and contains the time of the server. */
function badTime(notAuth: Uint8Array, tsig: TsigRecord, key: TsigKey, now: Seconds): TsigRequest {
  const record = { ...tsig, error: TSIG_ERROR.BADTIME, other: uint48(now) };
  const answer = signedWith(notAuth, key, record, tsig.mac).bytes;
  return { kind: "refused", error: "BADTIME", answer };
}

const NOTHING = new Uint8Array(0);
