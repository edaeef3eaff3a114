import { readBytes } from "../../wire/wire-reader.ts";
import { hexRest } from "../field/binary.ts";
import { appendBytes } from "../field/byte-buffer.ts";
import { type Field, oneToken } from "../field/field.ts";
import { ipv4, ipv6 } from "../field/ip-address.ts";

/** A (RFC 1035 3.4.1). */
export const a = ipv4;
/** AAAA (RFC 3596 2.2). */
export const aaaa = ipv6;

/** NSAP (RFC 1706 5): hexadecimal digits after `0x`, with dots in any place. */
export const nsap: Field = oneToken(
  "an NSAP address, such as 0x47.0005.80",
  ({ raw }, into) => {
    const digits = /^0x([0-9a-f.]+)$/i.exec(raw)?.[1]?.replaceAll(".", "") ?? "";
    appendBytes(into, Buffer.from(digits, "hex"));
    return digits !== "" && digits.length % 2 === 0;
  },
  (reader) => {
    const bytes = readBytes(reader, reader.end - reader.offset);
    return bytes.length === 0 ? undefined : `0x${Buffer.from(bytes).toString("hex")}`;
  },
);

/** EID and NIMLOC (draft-ietf-nimrod-dns). */
export const nimrod = hexRest;
