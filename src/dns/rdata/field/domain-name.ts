import { LOWER_CASE_BYTE_TEXT } from "../../name/byte-text.ts";
import { endOfWireName, textOfWire, wireOfName } from "../../name/name-wire.ts";
import { nameFromZoneText } from "../../presentation/parse-name.ts";
import { readBytes } from "../../wire/wire-reader.ts";
import { appendBytes } from "./byte-buffer.ts";
import { type Field, oneToken } from "./field.ts";

/** A name without compression, in lower case (RFC 4034 6.2). Relative names are below the origin. */
export const domainName: Field = oneToken(
  "a domain name",
  ({ raw, quoted }, into, origin) => {
    if (quoted) {
      return false;
    }
    const name = nameFromZoneText(raw, origin);
    if (name.kind === "invalid") {
      return name.message;
    }
    appendBytes(into, wireOfName(name.value));
    return true;
  },
  (reader) => {
    const end = endOfWireName(reader.bytes, reader.offset, reader.end);
    return end === undefined ? undefined : textOfWire(readBytes(reader, end - reader.offset), LOWER_CASE_BYTE_TEXT);
  },
);
