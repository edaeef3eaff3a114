import { algorithm } from "../field/algorithm.ts";
import { base64Rest, hexRest } from "../field/binary.ts";
import { mnemonic, uint16, uint32, uint8 } from "../field/integer.ts";
import { checked, sequence } from "../field/sequence.ts";
import { typeBitmap } from "../field/type-bitmap.ts";

/** IANA "Digest Algorithms". */
const DIGESTS: ReadonlyMap<string, number> = new Map([
  ["SHA1", 1],
  ["SHA-1", 1],
  ["SHA256", 2],
  ["SHA-256", 2],
  ["GOST", 3],
  ["SHA384", 4],
  ["SHA-384", 4],
]);
/** The number of bytes of each digest type (RFC 3658, 4509, 5933, 6605). */
const DIGEST_LENGTHS: ReadonlyMap<number, number> = new Map([
  [1, 20],
  [2, 32],
  [3, 32],
  [4, 48],
]);
const DIGEST_AT = 4;

const digestType = mnemonic(1, "a digest type, such as 2 or SHA256", DIGESTS);

/** DS (RFC 4034 5), CDS (RFC 7344 3.1), DLV (RFC 4431), TA. */
export const ds = checked(sequence(uint16, algorithm, digestType, hexRest), (bytes) => {
  const length = bytes.length - DIGEST_AT;
  const wanted = DIGEST_LENGTHS.get(bytes[DIGEST_AT - 1] ?? 0);
  return wanted === undefined || length === wanted
    ? undefined
    : `the digest has ${length} bytes, and its type needs ${wanted}`;
});

/** DNSKEY (RFC 4034 2), CDNSKEY (RFC 7344 3.2), KEY (RFC 2535 3). */
export const dnskey = sequence(uint16, uint8, algorithm, base64Rest);

/** RKEY (draft-reid-dnsext-rkey 3): without flags. */
export const rkey = checked(dnskey, (bytes) =>
  bytes[0] === 0 && bytes[1] === 0 ? undefined : "the flags of an RKEY are 0",
);

/** CSYNC (RFC 7477 2.1). */
export const csync = sequence(uint32, uint16, typeBitmap);
