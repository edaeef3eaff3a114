import type { WireField } from "./field/field.ts";
import { addressBytes, addressText } from "../address/address-wire.ts";
import { MAX_NAME_BYTES } from "../name/name.ts";
import { textOfWire, wireOfNameText } from "../name/name-wire.ts";
import { LOWER_CASE_BYTE_TEXT } from "../name/octet-spelling.ts";
import { quotedText, tokenBytes } from "../presentation/rdata-tokens.ts";
import { location } from "./type/loc.ts";
import { base64Rest, hexRest, hyphenated, wordOrUint16 } from "./field/octet-fields.ts";
import { typeBitmap } from "./field/type-bitmap.ts";
import { svcParamsBytes, svcParamsText } from "./type/svcb.ts";
import { TYPE } from "../registry.ts";
import { readBytes, readUint16, readUint32, readUint8, readWireName, type WireReader } from "../wire/wire-reader.ts";

/** The fields of a type's RDATA in their order; undefined for a type that is written as `\#` only. */
export function wireFields(type: number): readonly WireField[] | undefined {
  return FIELDS.get(type);
}

const uint8 = integer(1, readUint8);
const uint16 = integer(2, readUint16);
const uint32 = integer(4, readUint32);

const name: WireField = {
  toWire: ([token]) => (token === undefined || token.quoted ? undefined : lowerName(token.raw)),
  fromWire: (reader) => {
    const gathered = { bytes: new Uint8Array(MAX_NAME_BYTES), length: 0 };
    readWireName(reader, gathered);
    return reader.problem === undefined ? [textOfWire(gathered.bytes, LOWER_CASE_BYTE_TEXT)] : undefined;
  },
};

/** RFC 1035 3.3: a length and up to 255 octets; any number of them, at least one. */
const characterStrings: WireField = {
  rest: 1,
  toWire: (tokens) => {
    const parts = tokens.map((token) => characterString(token.raw));
    const whole = parts.filter((part) => part !== undefined);
    return whole.length === parts.length ? Buffer.concat(whole) : undefined;
  },
  fromWire: (reader) => {
    const texts: string[] = [];
    do {
      texts.push(quotedText(readBytes(reader, readUint8(reader))));
    } while (reader.offset < reader.end && reader.problem === undefined);
    return texts;
  },
};

/** RFC 1035 3.3: exactly one. */
const oneString: WireField = {
  toWire: ([token]) => (token === undefined ? undefined : characterString(token.raw)),
  fromWire: (reader) => [quotedText(readBytes(reader, readUint8(reader)))],
};

/** RFC 8659 4.1: a tag of letters and digits behind its length. */
const caaTag: WireField = {
  toWire: ([token]) => (token !== undefined && /^[a-z0-9]+$/i.test(token.raw) ? characterString(token.raw) : undefined),
  fromWire: (reader) => {
    const tag = Buffer.from(readBytes(reader, readUint8(reader))).toString("latin1");
    return /^[a-z0-9]+$/i.test(tag) ? [tag] : undefined;
  },
};

/** RFC 8659 4.1.1: the value is all that is left. */
const quotedRest: WireField = {
  toWire: ([token]) => (token === undefined ? undefined : tokenBytes(token.raw)),
  fromWire: (reader) => [quotedText(readBytes(reader, reader.end - reader.offset))],
};

const svcParams: WireField = {
  rest: 0,
  toWire: (tokens) => svcParamsBytes(tokens.map((token) => token.raw)),
  fromWire: svcParamsText,
};

/** RFC 4398 2.1. */
const CERTIFICATES = {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
} as const;

const FIELDS: ReadonlyMap<number, readonly WireField[]> = new Map([
  [TYPE.A, [address(4)]],
  [TYPE.AAAA, [address(16)]],
  [TYPE.NS, [name]],
  [TYPE.CNAME, [name]],
  [TYPE.PTR, [name]],
  [TYPE.DNAME, [name]],
  [TYPE.HINFO, [oneString, oneString]],
  [TYPE.RP, [name, name]],
  [TYPE.AFSDB, [uint16, name]],
  [TYPE.KX, [uint16, name]],
  [TYPE.NAPTR, [uint16, uint16, oneString, oneString, oneString, name]],
  [TYPE.LOC, [location]],
  [TYPE.CERT, [wordOrUint16(CERTIFICATES), uint16, uint8, base64Rest]],
  [TYPE.DS, [uint16, uint8, uint8, hexRest]],
  [TYPE.CDS, [uint16, uint8, uint8, hexRest]],
  [TYPE.DNSKEY, [uint16, uint8, uint8, base64Rest]],
  [TYPE.CDNSKEY, [uint16, uint8, uint8, base64Rest]],
  [TYPE.SSHFP, [uint8, uint8, hexRest]],
  [TYPE.TLSA, [uint8, uint8, uint8, hexRest]],
  [TYPE.SMIMEA, [uint8, uint8, uint8, hexRest]],
  [TYPE.OPENPGPKEY, [base64Rest]],
  [TYPE.CSYNC, [uint32, uint16, typeBitmap]],
  [TYPE.EUI48, [hyphenated(6)]],
  [TYPE.EUI64, [hyphenated(8)]],
  [TYPE.URI, [uint16, uint16, quotedRest]],
  [TYPE.SOA, [name, name, uint32, uint32, uint32, uint32, uint32]],
  [TYPE.MX, [uint16, name]],
  [TYPE.TXT, [characterStrings]],
  [TYPE.SPF, [characterStrings]],
  [TYPE.SRV, [uint16, uint16, uint16, name]],
  [TYPE.CAA, [uint8, caaTag, quotedRest]],
  [TYPE.SVCB, [uint16, name, svcParams]],
  [TYPE.HTTPS, [uint16, name, svcParams]],
]);

function address(bytes: 4 | 16): WireField {
  return {
    toWire: ([token]) => {
      const wire = addressBytes(token?.raw ?? "");
      return wire?.length === bytes ? wire : undefined;
    },
    fromWire: (reader) => {
      const wire = readBytes(reader, bytes);
      return wire.length === bytes ? [addressText(wire)] : undefined;
    },
  };
}

function integer(bytes: 1 | 2 | 4, read: (reader: WireReader) => number): WireField {
  return {
    toWire: ([token]) => {
      const value = /^\d{1,10}$/.test(token?.raw ?? "") ? Number(token?.raw) : Number.NaN;
      if (!(value < 2 ** (8 * bytes))) {
        return undefined;
      }
      const wire = Buffer.alloc(bytes);
      wire.writeUIntBE(value, 0, bytes);
      return wire;
    },
    fromWire: (reader) => [String(read(reader))],
  };
}

/** Case means nothing in these names (RFC 4034 6.2), so they are written in one case. */
function lowerName(text: string): Uint8Array | undefined {
  const wire = wireOfNameText(text);
  return wire === undefined ? undefined : wireOfNameText(textOfWire(wire, LOWER_CASE_BYTE_TEXT));
}

function characterString(raw: string): Uint8Array | undefined {
  const bytes = tokenBytes(raw);
  return bytes === undefined || bytes.length > 255 ? undefined : Uint8Array.of(bytes.length, ...bytes);
}
