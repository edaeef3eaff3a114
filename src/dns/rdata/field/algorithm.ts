import { mnemonic } from "./integer.ts";

/** IANA "DNS Security Algorithm Numbers". */
const ALGORITHMS: ReadonlyMap<string, number> = new Map([
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
]);

/** Accepts a number or a mnemonic, and prints a number (RFC 4034 2.2, 5.3). */
export const algorithm = mnemonic(1, "a DNSSEC algorithm, such as 13 or ECDSAP256SHA256", ALGORITHMS);
