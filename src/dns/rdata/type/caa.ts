import { readBytes, readUint8 } from "../../wire/wire-reader.ts";
import { appendBytes, appendUint } from "../field/byte-buffer.ts";
import { remainingText } from "../field/character-string.ts";
import { oneToken } from "../field/field.ts";
import { uint8 } from "../field/integer.ts";
import { sequence } from "../field/sequence.ts";

/** RFC 8659 4.1: a length, then letters and digits. */
const tag = oneToken(
  "a property tag of letters and digits",
  ({ raw }, into) => {
    appendUint(into, raw.length, 1);
    appendBytes(into, Buffer.from(raw, "latin1"));
    return TAG.test(raw);
  },
  (reader) => {
    const text = Buffer.from(readBytes(reader, readUint8(reader))).toString("latin1");
    return TAG.test(text) ? text : undefined;
  },
);

const TAG = /^[a-z0-9]{1,255}$/i;

/** CAA (RFC 8659 4.1). The value may be longer than a character string. */
export const caa = sequence(uint8, tag, remainingText("a property value"));
