import { createHmac, timingSafeEqual, type Hmac } from "node:crypto";
import type { Name } from "../name/name.ts";
import { wireOfName } from "../name/name-wire.ts";
import type { Seconds } from "../record.ts";
import { tsigAlgorithm, type TsigKey } from "./tsig-key.ts";
import { appendTsig, splitTsig, tsigBytes, uint48, type TsigRecord } from "./tsig-record.ts";

/** RFC 8945 10: the maximum difference between the two clocks. */
const TSIG_FUDGE: Seconds = 300;

export const TSIG_ERROR = { BADSIG: 16, BADKEY: 17, BADTIME: 18, BADTRUNC: 22 } as const;
export type TsigError = keyof typeof TSIG_ERROR;

export interface SignedMessage {
  readonly bytes: Uint8Array;
  /** The MAC that is part of the answer's signature. */
  readonly mac: Uint8Array;
}

/** Signs a message (RFC 8945 4.3). `requestMac` is present if the message answers a signed one. `at` is Unix time. */
export function signMessage(message: Uint8Array, key: TsigKey, at: Seconds, requestMac?: Uint8Array): SignedMessage {
  return signedWith(message, key, unsignedRecord(message, key, at), requestMac);
}

/** Signs a message with a complete TSIG record except for its MAC. */
export function signedWith(
  message: Uint8Array,
  key: TsigKey,
  record: TsigRecord,
  requestMac?: Uint8Array,
): SignedMessage {
  const mac = macOf(key, requestMac, message, variablesOf(record));
  return { bytes: appendTsig(message, { ...record, mac }), mac };
}

/** Signs a later message of an answer with several messages (RFC 8945 5.3.1). The signature includes the MAC of the previous message. */
export function signNext(message: Uint8Array, key: TsigKey, at: Seconds, priorMac: Uint8Array): SignedMessage {
  const record = unsignedRecord(message, key, at);
  const mac = macOf(key, priorMac, message, timersOf(record));
  return { bytes: appendTsig(message, { ...record, mac }), mac };
}

function unsignedRecord(message: Uint8Array, key: TsigKey, at: Seconds): TsigRecord {
  return {
    keyName: key.name,
    algorithm: tsigAlgorithm(key.algorithm).name,
    timeSigned: at,
    fudge: TSIG_FUDGE,
    mac: NOTHING,
    originalId: ((message[0] ?? 0) << 8) | (message[1] ?? 0),
    error: 0,
    other: NOTHING,
  };
}

/** The space below 65,535 bytes that a message must leave free for its signature. */
export function signatureBytes(key: TsigKey): number {
  const { name, macBytes } = tsigAlgorithm(key.algorithm);
  return tsigBytes(key.name, name, macBytes);
}

export type TsigCheck =
  | { readonly kind: "ok"; readonly mac: Uint8Array }
  /** A required signature is missing, so the message can't be trusted. */
  | { readonly kind: "unsigned" }
  | { readonly kind: "malformed"; readonly problem: string }
  /** `by`: the server refuses the signature of dnsalias, or dnsalias refuses the server's. */
  | TsigRefusal;

export interface TsigRefusal {
  readonly kind: "refused";
  readonly error: TsigError | "other";
  readonly by: "server" | "us";
  /** A sentence for users, without a cure. */
  readonly message: string;
  /** With BADTIME: by how many seconds the clock of the peer is ahead. Negative if the clock is behind. */
  readonly aheadSeconds?: number;
}

/** The data for the check of an answer. */
export interface TsigContext {
  readonly key: TsigKey;
  /** The MAC of the request. It binds the answer to the request, so that an older answer cannot be replayed. */
  readonly requestMac: Uint8Array;
  /** Unix time. */
  readonly now: Seconds;
}

/** Checks the answer to a signed request (RFC 8945 5.3, 5.4): first the key, then the whole MAC, then the time. */
export function verifyResponse(bytes: Uint8Array, context: TsigContext): TsigCheck {
  const split = splitTsig(bytes);
  if (split.kind !== "signed") {
    return split;
  }
  const { tsig, message } = split;
  return verifyTsig(tsig, context, () => macOf(context.key, context.requestMac, message, variablesOf(tsig)));
}

/** Makes the checks in the order of RFC 8945 5.2. `expected` computes the correct MAC. */
export function verifyTsig(
  tsig: TsigRecord,
  { key, now }: Pick<TsigContext, "key" | "now">,
  expected: () => Uint8Array,
): TsigCheck {
  const refusedUnsigned = tsig.error !== 0 && tsig.mac.length === 0;
  if (refusedUnsigned) {
    return serverRefusal(tsig, now);
  }
  const algorithm = tsigAlgorithm(key.algorithm);
  if (tsig.keyName !== key.name || tsig.algorithm !== algorithm.name) {
    return ours(
      "BADKEY",
      `the answer is signed by ${tsig.keyName} with ${tsig.algorithm}, not by the key of the request`,
    );
  }
  if (tsig.mac.length !== algorithm.macBytes) {
    return ours("BADTRUNC", `the answer's MAC has ${tsig.mac.length} octets in place of ${algorithm.macBytes}`);
  }
  if (!timingSafeEqual(tsig.mac, expected())) {
    return ours("BADSIG", "the answer's signature does not fit the request, the key or what was received");
  }
  if (tsig.error !== 0) {
    return serverRefusal(tsig, now);
  }
  const ahead = tsig.timeSigned - now;
  if (Math.abs(ahead) > tsig.fudge) {
    const message = `the answer was signed ${Math.abs(ahead)} s ${ahead > 0 ? "after" : "before"} our time`;
    return { ...ours("BADTIME", message), aheadSeconds: ahead };
  }
  return { kind: "ok", mac: tsig.mac };
}

/** The HMAC over the parts in the order of RFC 8945 4.3: the previous MAC after its length, the message, and the variables. */
export function macOf(key: TsigKey, prior: Uint8Array | undefined, ...parts: readonly Uint8Array[]): Uint8Array {
  const hmac = startMac(key, prior);
  parts.forEach((part) => hmac.update(part));
  return hmac.digest();
}

export function startMac(key: TsigKey, prior: Uint8Array | undefined): Hmac {
  const hmac = createHmac(tsigAlgorithm(key.algorithm).hash, key.secret);
  return prior === undefined ? hmac : hmac.update(uint16(prior.length)).update(prior);
}

/** The variables in the signatures of the later messages of one answer. They replace all other variables (RFC 8945 5.3.1). */
export function timersOf({ timeSigned, fudge }: TsigRecord): Uint8Array {
  return Buffer.concat([uint48(timeSigned), uint16(fudge)]);
}

const NOTHING = new Uint8Array(0);
const CLASS_ANY_TTL_0 = Uint8Array.of(0, 255, 0, 0, 0, 0);

/** RFC 8945 4.3.3. */
export function variablesOf(tsig: TsigRecord): Uint8Array {
  return Buffer.concat([
    nameBytes(tsig.keyName),
    CLASS_ANY_TTL_0,
    nameBytes(tsig.algorithm),
    timersOf(tsig),
    uint16(tsig.error),
    uint16(tsig.other.length),
    tsig.other,
  ]);
}

function nameBytes(name: Name): Uint8Array {
  return wireOfName(name);
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value & 0xff);
}

function ours(error: TsigError, message: string): TsigRefusal {
  return { kind: "refused", by: "us", error, message };
}

function serverRefusal(tsig: TsigRecord, now: Seconds): TsigRefusal {
  switch (tsig.error) {
    case TSIG_ERROR.BADKEY:
      return theirs("BADKEY", `the server does not know the key ${tsig.keyName} with ${tsig.algorithm} (BADKEY)`);
    case TSIG_ERROR.BADSIG:
      return theirs("BADSIG", `the server has another secret for the key ${tsig.keyName} (BADSIG)`);
    case TSIG_ERROR.BADTRUNC:
      return theirs("BADTRUNC", `the server does not take the length of our signature (BADTRUNC)`);
    case TSIG_ERROR.BADTIME:
      return badTime(tsig, now);
    default:
      return theirs("other", `the server refuses our signature with TSIG error ${tsig.error}`);
  }
}

function badTime(tsig: TsigRecord, now: Seconds): TsigRefusal {
  if (tsig.other.length !== 6) {
    return theirs("BADTIME", "the server's clock and ours are too far apart (BADTIME)");
  }
  const ahead = Buffer.from(tsig.other).readUIntBE(0, 6) - now;
  const sense = ahead > 0 ? "ahead of" : "behind";
  const message = `the server's clock is ${Math.abs(ahead)} s ${sense} ours, and ${TSIG_FUDGE} s are allowed (BADTIME)`;
  return { ...theirs("BADTIME", message), aheadSeconds: ahead };
}

function theirs(error: TsigRefusal["error"], message: string): TsigRefusal {
  return { kind: "refused", by: "server", error, message };
}
