import { base64Rest } from "../field/binary.ts";
import { characterString, remainingText } from "../field/character-string.ts";
import type { Field } from "../field/field.ts";
import { uint16, uint32, uint8 } from "../field/integer.ts";
import { checked, sequence } from "../field/sequence.ts";

/** URI (RFC 7553 4). The target is not empty, and may be longer than a character string. */
export const uri = checked(sequence(uint16, uint16, remainingText("a URI")), (bytes) =>
  bytes.length > NUMBERS ? undefined : "the URI is empty",
);

/** The number of bytes of priority and weight. */
const NUMBERS = 4;

/** Base64, or `-` for empty data. */
const dataOrNothing: Field = {
  noun: "base64, or - for no data",
  parse: (text, into) => {
    if (text.tokens[text.next]?.raw !== "-") {
      return base64Rest.parse(text, into);
    }
    text.next += 1;
    return undefined;
  },
  print: (reader) => (reader.offset === reader.end ? "-" : base64Rest.print(reader)),
};

/** DOA (draft-durand-doa-over-dns 3.2): a digital object, or its location. */
export const doa = sequence(uint32, uint32, uint8, characterString, dataOrNothing);
