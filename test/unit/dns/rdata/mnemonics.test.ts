import assert from "node:assert/strict";
import { test } from "node:test";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";

// test/integration/zone-file/bind-mnemonics.test.ts holds all that BIND reads; here is what it doesn't.

/** Mnemonics that BIND 9.18 doesn't read, and the RFCs that assign them. */
const OTHERS: readonly (readonly [mnemonic: string, number: number, source: string])[] = [
  ["DELETE", 0, "RFC 8078"],
  ["ECC", 4, "RFC 2535"],
  ["DSA-NSEC3-SHA1", 6, "RFC 5155"],
  ["RSASHA1-NSEC3-SHA1", 7, "RFC 5155"],
  ["ECC-GOST", 12, "RFC 5933"],
  ["SM2SM3", 17, "RFC 9563"],
  ["ECC-GOST12", 23, "RFC 9558"],
];

for (const [mnemonic, number, source] of OTHERS) {
  test(`the algorithm ${mnemonic} is ${number} (${source})`, () => {
    for (const word of [mnemonic, mnemonic.toLowerCase()]) {
      assert.equal(rdataFromText("DS", `1 ${word} 2 ${"ab".repeat(32)}`)[2], number);
    }
  });
}

/** Bytes of the digests with these numbers. */
const LENGTHS: readonly (readonly [number: number, length: number, source: string])[] = [
  [1, 20, "RFC 3658"],
  [2, 32, "RFC 4509"],
  [3, 32, "RFC 5933"],
  [4, 48, "RFC 6605"],
];

for (const [number, length, source] of LENGTHS) {
  test(`a digest of type ${number} has ${length} bytes (${source})`, () => {
    const read = (bytes: number) => rdataFromText("DS", `1 8 ${number} ${"ab".repeat(bytes)}`);
    assert.deepEqual([read(length)[3], read(length).length], [number, 4 + length]);
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

test("a word that is no mnemonic is refused", () => {
  for (const text of ["1 RSASHA 2 abab", "1 8 SHA512 abab", "1 ECDSA 2 abab"]) {
    assert.throws(() => rdataFromText("DS", text), /such as/);
  }
  assert.throws(() => rdataFromText("CERT", "OIDX 1 8 YWJj"), /such as/);
});
