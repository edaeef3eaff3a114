import assert from "node:assert/strict";
import { test } from "node:test";
import { rdataFromText } from "../../../../src/dns/rdata/codec.ts";

/** IANA "DNS Security Algorithm Numbers" and the names that BIND reads. */
const NUMBERS: readonly (readonly [mnemonic: string, number: number])[] = [
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

test("each DNSSEC algorithm can be written as its mnemonic", () => {
  const read = ([mnemonic]: (typeof NUMBERS)[number]) => [
    mnemonic,
    rdataFromText("DS", `1 ${mnemonic} 2 ${"ab".repeat(32)}`)?.[2],
  ];
  assert.deepEqual(NUMBERS.map(read), NUMBERS);
});
