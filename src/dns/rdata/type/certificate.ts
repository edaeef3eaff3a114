import { algorithm } from "../field/algorithm.ts";
import { base64Rest, hexRest } from "../field/binary.ts";
import { mnemonic, uint16, uint8 } from "../field/integer.ts";
import { checked, sequence } from "../field/sequence.ts";

/** RFC 4398 2.1. The types print as numbers, because CoreDNS reads `IPKIX` under another name. */
const CERTIFICATE_TYPES: ReadonlyMap<string, number> = new Map([
  ["PKIX", 1],
  ["SPKI", 2],
  ["PGP", 3],
  ["IPKIX", 4],
  ["ISPKI", 5],
  ["IPGP", 6],
  ["ACPKIX", 7],
  ["IACPKIX", 8],
  ["URI", 253],
  ["OID", 254],
]);

/** CERT (RFC 4398 2). */
export const cert = sequence(
  mnemonic(2, "a certificate type, such as PKIX or 1", CERTIFICATE_TYPES),
  uint16,
  algorithm,
  base64Rest,
);
/** TLSA (RFC 6698 2.1), SMIMEA (RFC 8162 2). */
export const tlsa = sequence(uint8, uint8, uint8, hexRest);
/** OPENPGPKEY (RFC 7929 2.1), DHCID (RFC 4701 3.1). */
export const opaqueBase64 = base64Rest;

/** The number of bytes of each fingerprint type (RFC 4255 3.1.2, RFC 6594 4). */
const FINGERPRINT_LENGTHS: ReadonlyMap<number, number> = new Map([
  [1, 20],
  [2, 32],
]);
const FINGERPRINT_AT = 2;

/** SSHFP (RFC 4255 3.1). */
export const sshfp = checked(sequence(uint8, uint8, hexRest), (bytes) => {
  const length = bytes.length - FINGERPRINT_AT;
  const wanted = FINGERPRINT_LENGTHS.get(bytes[FINGERPRINT_AT - 1] ?? 0);
  return wanted === undefined || length === wanted
    ? undefined
    : `the fingerprint has ${length} bytes, and its type needs ${wanted}`;
});
