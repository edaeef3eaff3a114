import { readUint8 } from "../../wire/wire-reader.ts";
import { base64Rest } from "../field/binary.ts";
import { appendUint, byteBuffer } from "../field/byte-buffer.ts";
import { domainName } from "../field/domain-name.ts";
import { type Field, oneToken } from "../field/field.ts";
import { uint8 } from "../field/integer.ts";
import { ipv4, ipv6 } from "../field/ip-address.ts";
import { checked, sequence } from "../field/sequence.ts";

/**
 * IPSECKEY (RFC 4025 2): precedence, gateway type, algorithm, gateway, key. BIND refuses a record without a key, and so does this
 * codec.
 */
const ipseckeyFields: Field = {
  noun: "a precedence",
  parse: (text, into) => {
    const problem = NUMBERS.parse(text, into);
    if (problem !== undefined) {
      return problem;
    }
    return gatewayOf(into.bytes[into.length - 2]).parse(text, into) ?? base64Rest.parse(text, into);
  },
  print: (reader) => {
    const numbers = NUMBERS.print(reader);
    const gateway = gatewayOf(reader.bytes[reader.offset - 2]).print(reader);
    const key = base64Rest.print(reader);
    return gateway === undefined || key === undefined ? undefined : `${numbers} ${gateway} ${key}`;
  },
};

export const ipseckey = checked(ipseckeyFields, (bytes) =>
  bytes[2] === 0 ? "algorithm 0 is for a record without a key, which BIND refuses, or Knot with a key" : undefined,
);

/** AMTRELAY (RFC 8777 4): precedence, discovery bit, relay type, relay. The bit and the type are one byte. */
export const amtrelay: Field = {
  noun: "a precedence",
  parse: (text, into) => {
    const parts = byteBuffer();
    const problem = uint8.parse(text, into) ?? bit.parse(text, parts) ?? relayType.parse(text, parts);
    const [discovery = 0, type = 0] = parts.bytes;
    appendUint(into, (discovery << 7) | type, 1);
    return problem ?? gatewayOf(type).parse(text, into);
  },
  print: (reader) => {
    const precedence = readUint8(reader);
    const flags = readUint8(reader);
    const relay = gatewayOf(flags & 0x7f).print(reader);
    return relay === undefined ? undefined : `${precedence} ${flags >>> 7} ${flags & 0x7f} ${relay}`;
  },
};

const NUMBERS = sequence(uint8, uint8, uint8);
const bit = smallNumber("a discovery bit, 0 or 1", 1);
const relayType = smallNumber("a relay type from 0 to 3", 3);
const nothing: Field = oneToken(
  'gateway instead of "." for gateway type 0:',
  ({ raw }) => raw === ".",
  () => ".",
);
const unknown: Field = oneToken(
  "gateway type (0 to 3 are defined) before",
  () => false,
  () => undefined,
);
/** The forms of a gateway by its type: none, IPv4, IPv6, a name (RFC 4025 2.3, RFC 8777 4.2.3). */
const GATEWAYS: readonly Field[] = [nothing, ipv4, ipv6, domainName];

function gatewayOf(type = 0): Field {
  return GATEWAYS[type] ?? unknown;
}

function smallNumber(noun: string, max: number): Field {
  return oneToken(
    noun,
    ({ raw }, into) => {
      appendUint(into, Number(raw), 1);
      return /^\d$/.test(raw) && Number(raw) <= max;
    },
    (reader) => String(readUint8(reader)),
  );
}
