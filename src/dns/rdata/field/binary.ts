import { readBytes } from "../../wire/wire-reader.ts";
import { appendBytes } from "./byte-buffer.ts";
import { type Field, invalid, missing, oneToken, takeRest } from "./field.ts";

/** All remaining words, as hexadecimal digits of at least one byte. */
export const hexRest = rest("hexadecimal digits", "hex", (digits) => /^(?:[0-9a-f]{2})+$/i.test(digits));

/** All remaining words, as base64 of at least one byte. */
export const base64Rest = rest("base64", "base64", (text) => isBase64(text));

/** A fixed number of bytes as hexadecimal groups with separators (RFC 7043 3.2, RFC 6742 2.1). */
export function hexGroups(noun: string, layout: HexLayout): Field {
  const { count, digits, separator } = layout;
  // BIND omits leading zeros between colons.
  const group = separator === ":" ? /^[0-9a-f]{1,4}$/i : /^[0-9a-f]{2}$/i;
  return oneToken(
    noun,
    ({ raw, quoted }, into) => {
      const groups = raw.split(separator);
      appendBytes(into, Buffer.from(groups.map((one) => one.padStart(digits, "0")).join(""), "hex"));
      return !quoted && groups.length === count && groups.every((one) => group.test(one));
    },
    (reader) => {
      const hex = Buffer.from(readBytes(reader, (count * digits) / 2)).toString("hex");
      return (hex.match(digits === 2 ? /../g : /..../g) ?? []).join(separator);
    },
  );
}

interface HexLayout {
  readonly count: number;
  readonly digits: 2 | 4;
  readonly separator: "-" | ":";
}

/** True for canonical base64 of one or more bytes. Every byte sequence has only one such text. */
export function isBase64(text: string): boolean {
  return text !== "" && Buffer.from(text, "base64").toString("base64") === text;
}

function rest(noun: string, encoding: "hex" | "base64", isValid: (text: string) => boolean): Field {
  return {
    noun,
    parse: (text, into) => {
      const tokens = takeRest(text);
      const [first] = tokens;
      const joined = tokens.map(({ raw }) => raw).join("");
      if (first === undefined) {
        return missing(noun);
      }
      if (!isValid(joined)) {
        return invalid(noun, { ...first, raw: joined });
      }
      appendBytes(into, Buffer.from(joined, encoding));
      return undefined;
    },
    print: (reader) => {
      const bytes = readBytes(reader, reader.end - reader.offset);
      return bytes.length === 0 ? undefined : Buffer.from(bytes).toString(encoding);
    },
  };
}
