import { base64Rest } from "../field/binary.ts";
import { characterString } from "../field/character-string.ts";
import type { Field } from "../field/field.ts";
import { uint32, uint8 } from "../field/integer.ts";
import { sequence } from "../field/sequence.ts";

/** DOA data: base64, or `-` for none. */
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

/** DOA (draft-durand-doa-over-dns 3.2). */
export const doa = sequence(uint32, uint32, uint8, characterString, dataOrNothing);
