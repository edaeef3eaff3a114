import { remainingText } from "../field/character-string.ts";
import { uint16 } from "../field/integer.ts";
import { checked, sequence } from "../field/sequence.ts";

/** URI (RFC 7553 4). The target is not empty, and may be longer than a character string. */
export const uri = checked(sequence(uint16, uint16, remainingText("a URI")), (bytes) =>
  bytes.length > NUMBERS ? undefined : "the URI is empty",
);

/** Bytes of priority and weight. */
const NUMBERS = 4;
