import assert from "node:assert/strict";
import { test } from "node:test";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";

/** IANA "DNS Security Algorithm Numbers" and the names that BIND reads. */
const ALGORITHMS: readonly (readonly [mnemonic: string, number: number])[] = [
  ["DELETE", 0],
  ["RSAMD5", 1],
  ["DH", 2],
  ["DSA", 3],
  ["ECC", 4],
  ["RSASHA1", 5],
  ["DSA-NSEC3-SHA1", 6],
  ["NSEC3DSA", 6],
  ["RSASHA1-NSEC3-SHA1", 7],
  ["NSEC3RSASHA1", 7],
  ["RSASHA256", 8],
  ["RSASHA512", 10],
  ["ECC-GOST", 12],
  ["ECCGOST", 12],
  ["ECDSAP256SHA256", 13],
  ["ECDSA256", 13],
  ["ECDSAP384SHA384", 14],
  ["ECDSA384", 14],
  ["ED25519", 15],
  ["ED448", 16],
  ["SM2SM3", 17],
  ["ECC-GOST12", 23],
  ["INDIRECT", 252],
  ["PRIVATEDNS", 253],
  ["PRIVATEOID", 254],
];

/** IANA "Digest Algorithms", with the spellings of BIND; the length is that of the digest in bytes. */
const DIGESTS: readonly (readonly [mnemonic: string, number: number, length: number])[] = [
  ["SHA1", 1, 20],
  ["SHA-1", 1, 20],
  ["SHA256", 2, 32],
  ["SHA-256", 2, 32],
  ["GOST", 3, 32],
  ["SHA384", 4, 48],
  ["SHA-384", 4, 48],
];

/** RFC 4398 2.1. */
const CERTIFICATES: readonly (readonly [mnemonic: string, number: number])[] = [
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
];

test("each DNSSEC algorithm can be written as its mnemonic", () => {
  const read = (mnemonic: string): number | undefined => rdataFromText("DS", `1 ${mnemonic} 2 ${"ab".repeat(32)}`)[2];
  assert.deepEqual(
    ALGORITHMS.map(([mnemonic]) => [mnemonic, read(mnemonic)]),
    ALGORITHMS,
  );
});

for (const [mnemonic, number, length] of DIGESTS) {
  test(`the digest ${mnemonic} has ${length} bytes`, () => {
    const read = (bytes: number) => rdataFromText("DS", `1 8 ${mnemonic} ${"ab".repeat(bytes)}`)[3];
    assert.equal(read(length), number);
    for (const other of [length - 1, length + 1]) {
      assert.throws(() => read(other), new RegExp(`the digest has ${other} bytes, and its type needs ${length}`));
    }
  });
}

test("a digest of a type that is not known can have any length", () => {
  assert.deepEqual(
    [5, 33].map((bytes) => rdataFromText("DS", `1 8 200 ${"ab".repeat(bytes)}`).length),
    [9, 37],
  );
});

test("each certificate type can be written as its mnemonic", () => {
  const read = (mnemonic: string): number | undefined => {
    const [high = 0, low = 0] = rdataFromText("CERT", `${mnemonic} 1 8 YWJj`);
    return (high << 8) | low;
  };
  assert.deepEqual(
    CERTIFICATES.map(([mnemonic]) => [mnemonic, read(mnemonic)]),
    CERTIFICATES,
  );
});
