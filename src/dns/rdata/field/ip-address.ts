import { addressBytes, addressText } from "../../address/address-wire.ts";
import { readBytes } from "../../wire/wire-reader.ts";
import { appendBytes } from "./byte-buffer.ts";
import { type Field, oneToken } from "./field.ts";

export const ipv4 = ipAddress(4, "an IPv4 address");
export const ipv6 = ipAddress(16, "an IPv6 address");

function ipAddress(size: 4 | 16, noun: string): Field {
  return oneToken(
    noun,
    ({ raw }, into) => {
      const bytes = addressBytes(raw);
      if (bytes?.length !== size) {
        return false;
      }
      appendBytes(into, bytes);
      return true;
    },
    (reader) => {
      const bytes = readBytes(reader, size);
      return bytes.length === size ? addressText(bytes) : undefined;
    },
  );
}
