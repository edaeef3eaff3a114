import { addressBytes, addressText } from "../../address/address-wire.ts";
import { readBytes, readUint16, readUint8, type WireReader } from "../../wire/wire-reader.ts";
import { appendBytes, appendUint, type ByteBuffer } from "../field/byte-buffer.ts";
import { type Field, invalid, takeRest } from "../field/field.ts";
import { unsigned } from "../field/integer.ts";

/** APL (RFC 3123): any number of `[!]family:address/prefix` items. */
export const apl: Field = {
  noun: "address prefixes",
  parse: (text, into) => {
    for (const token of takeRest(text)) {
      if (token.quoted || !appendItem(into, token.raw)) {
        return invalid("an address prefix, such as 1:192.0.2.0/24", token);
      }
    }
    return undefined;
  },
  print: (reader) => {
    const items: string[] = [];
    while (reader.offset < reader.end) {
      const item = printItem(reader);
      if (item === undefined) {
        return undefined;
      }
      items.push(item);
    }
    return items.join(" ");
  },
};

/** The number of bytes in an address, by address family (IANA "Address Family Numbers"). */
const ADDRESS_LENGTHS: ReadonlyMap<number, number> = new Map([
  [1, 4],
  [2, 16],
]);
const NEGATION = 0x80;

function appendItem(into: ByteBuffer, raw: string): boolean {
  const [, negation, familyText = "", addressPart = "", prefixText = ""] = ITEM.exec(raw) ?? [];
  const family = unsigned(familyText, 2) ?? 0;
  const prefix = unsigned(prefixText, 1);
  const address = addressBytes(addressPart);
  if (address === undefined || prefix === undefined || address.length !== ADDRESS_LENGTHS.get(family)) {
    return false;
  }
  // RFC 3123 4: trailing zero bytes are omitted.
  const part = address.subarray(0, address.findLastIndex((byte) => byte !== 0) + 1);
  appendUint(into, family, 2);
  appendUint(into, prefix, 1);
  appendUint(into, part.length | (negation === "!" ? NEGATION : 0), 1);
  appendBytes(into, part);
  return prefix <= 8 * address.length && hasOnlyPrefix(address, prefix);
}

const ITEM = /^(!?)(\d{1,5}):([^/]+)\/(\d{1,3})$/;

function printItem(reader: WireReader): string | undefined {
  const family = readUint16(reader);
  const prefix = readUint8(reader);
  const flags = readUint8(reader);
  const part = readBytes(reader, flags & 0x7f);
  const length = ADDRESS_LENGTHS.get(family);
  if (reader.problem !== undefined || length === undefined) {
    return undefined;
  }
  if (part.length > length || prefix > 8 * length || part.at(-1) === 0) {
    return undefined;
  }
  const address = new Uint8Array(length);
  address.set(part);
  if (!hasOnlyPrefix(address, prefix)) {
    return undefined;
  }
  return `${flags >= NEGATION ? "!" : ""}${family}:${addressText(address)}/${prefix}`;
}

/** True if all bits after the prefix are 0. CoreDNS drops a whole zone with other items. */
function hasOnlyPrefix(address: Uint8Array, prefix: number): boolean {
  return address.every((byte, index) => (byte & (0xff >>> Math.min(8, Math.max(0, prefix - 8 * index)))) === 0);
}
