import { serviceParameterProblem } from "./check-svcb.ts";
import { typeNumber } from "../registry.ts";

/**
 * What the fields together have wrong, for types whose fields alone do not tell: name servers refuse the whole zone for one such record.
 * `words` are the fields in canonical text; undefined: nothing is wrong.
 */
export function rdataProblem(type: string, words: readonly string[]): string | undefined {
  switch (type) {
    case "DS":
    case "CDS":
      return algorithmProblem(words[1]) ?? digestProblem("digest", DS_DIGESTS.get(words[2] ?? ""), words[3]);
    case "DNSKEY":
    case "CDNSKEY":
      return algorithmProblem(words[2]);
    case "SSHFP":
      return digestProblem("fingerprint", SSHFP_DIGESTS.get(words[1] ?? ""), words[2]);
    case "CERT":
      return CERT_TYPE.test(words[0] ?? "")
        ? algorithmProblem(words[2])
        : `"${words[0]}" is no certificate type: write PKIX, PGP or a number (RFC 4398 2.1)`;
    case "CAA":
      return /^[a-z0-9]+$/i.test(words[1] ?? "")
        ? undefined
        : `"${words[1]}" is no property tag: letters and digits alone`;
    case "CSYNC":
      return typeListProblem(words.slice(2));
    case "EUI48":
    case "EUI64":
      return euiProblem(type === "EUI48" ? 6 : 8, words[0] ?? "");
    case "LOC":
      return LOC.test(words.join(" "))
        ? undefined
        : 'not a location (RFC 1876 3), such as "52 22 23.000 N 4 53 32.000 E -2.00m"';
    case "SVCB":
    case "HTTPS":
      return serviceParameterProblem(words[0] ?? "", words.slice(2));
    default:
      return undefined;
  }
}

/** Octets of each digest type (RFC 3658, 4509, 6605) and fingerprint type (RFC 4255, 6594). */
const DS_DIGESTS: ReadonlyMap<string, number> = new Map([
  ["1", 20],
  ["2", 32],
  ["4", 48],
]);
const SSHFP_DIGESTS: ReadonlyMap<string, number> = new Map([
  ["1", 20],
  ["2", 32],
]);
const CERT_TYPE = /^(?:\d{1,5}|PKIX|SPKI|PGP|IPKIX|ISPKI|IPGP|ACPKIX|IACPKIX|URI|OID)$/;
const DEGREES = String.raw`\d{1,3}(?: \d{1,2}(?: \d{1,2}(?:\.\d{1,3})?)?)?`;
const METRES = String.raw`\d{1,8}(?:\.\d{1,2})?m?`;
const LOC = new RegExp(`^${DEGREES} [NS] ${DEGREES} [EW] -?${METRES}(?: ${METRES}){0,3}$`);

function algorithmProblem(word = ""): string | undefined {
  return /^\d{1,3}$/.test(word) && Number(word) <= 255
    ? undefined
    : `"${word}" stands where an algorithm's number should, such as 13 (RFC 8624)`;
}

function digestProblem(what: string, bytes: number | undefined, hex = ""): string | undefined {
  return bytes === undefined || hex.length === 2 * bytes
    ? undefined
    : `the ${what} has ${hex.length / 2} octets, and its type needs ${bytes}`;
}

function typeListProblem(types: readonly string[]): string | undefined {
  const unknown = types.find((type) => typeNumber(type) === undefined);
  return unknown === undefined ? undefined : `"${unknown}" is no record type`;
}

function euiProblem(bytes: number, word: string): string | undefined {
  const pairs = word.split("-");
  return pairs.length === bytes && pairs.every((pair) => /^[0-9a-f]{2}$/i.test(pair))
    ? undefined
    : `"${word}" is no address of ${bytes} hexadecimal pairs with hyphens between (RFC 7043)`;
}
