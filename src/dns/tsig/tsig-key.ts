import type { Name } from "../name/name.ts";
import { nameOfCanonical } from "../name/name.ts";

/** RFC 8945 6: the algorithms that are in use and not weak. MD5, SHA-1 and GSS are excluded. */
export type TsigAlgorithm = "hmac-sha256" | "hmac-sha384" | "hmac-sha512";

/** A secret that both sides share. */
export interface TsigKey {
  readonly name: Name;
  readonly algorithm: TsigAlgorithm;
  readonly secret: Uint8Array;
}

interface Algorithm {
  /** The name of the hash in node:crypto. */
  readonly hash: string;
  /** The length of a MAC that is not truncated. */
  readonly macBytes: number;
  /** The name in a TSIG record. */
  readonly name: Name;
}

export function tsigAlgorithm(algorithm: TsigAlgorithm): Algorithm {
  return ALGORITHMS[algorithm];
}

/**
 * Returns the bytes of a secret in base64 (RFC 4648 4), without white space around it. Undefined if it is empty or not base64. The decoder of
 * Node.js ignores invalid characters, so a mistyped secret would become a different one.
 */
export function tsigSecret(text: string): Uint8Array | undefined {
  const trimmed = text.trim();
  const fine = BASE64.test(trimmed) && trimmed.length % 4 === 0 && trimmed !== "";
  return fine ? Uint8Array.from(Buffer.from(trimmed, "base64")) : undefined;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

const ALGORITHMS: Readonly<Record<TsigAlgorithm, Algorithm>> = {
  "hmac-sha256": { hash: "sha256", macBytes: 32, name: nameOfCanonical("hmac-sha256.") },
  "hmac-sha384": { hash: "sha384", macBytes: 48, name: nameOfCanonical("hmac-sha384.") },
  "hmac-sha512": { hash: "sha512", macBytes: 64, name: nameOfCanonical("hmac-sha512.") },
};
