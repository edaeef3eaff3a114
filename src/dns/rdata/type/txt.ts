import { readBytes, readUint8, wireReader } from "../../wire/wire-reader.ts";
import { characterString, characterStrings } from "../field/character-string.ts";
import type { Field } from "../field/field.ts";
import { checked, sequence } from "../field/sequence.ts";

/** TXT (RFC 1035 3.3.14), SPF, AVC, NINFO, RESINFO (RFC 9606), WALLET. */
export const txt = characterStrings;
/** HINFO (RFC 1035 3.3.2). */
export const hinfo = sequence(characterString, characterString);
/** X25 (RFC 1183 3.1): four digits or more. */
export const x25 = checked(characterString, (bytes) =>
  /^\d{4,}$/.test(Buffer.from(bytes.subarray(1)).toString("latin1"))
    ? undefined
    : "an X.25 address has four digits or more",
);
/** ISDN (RFC 1183 3.2): a number, and optionally a subaddress. */
export const isdn = atMost(2);
/** GPOS (RFC 1712 3). */
export const gpos = sequence(characterString, characterString, characterString);

function atMost(count: number): Field {
  return checked(characterStrings, (bytes) => {
    const reader = wireReader(bytes);
    let strings = 0;
    for (; reader.offset < reader.end; strings += 1) {
      readBytes(reader, readUint8(reader));
    }
    return strings > count ? `more than ${count} strings: remove the rest` : undefined;
  });
}
