import { readBytes, readUint16, readUint8 } from "../../wire/wire-reader.ts";
import { isBase64 } from "../field/binary.ts";
import { appendBytes, appendUint, byteBuffer, writtenBytes } from "../field/byte-buffer.ts";
import { domainName } from "../field/domain-name.ts";
import { type Field, oneToken } from "../field/field.ts";
import { uint8 } from "../field/integer.ts";

/** HIP (RFC 8005 5): algorithm, host identity tag, key, rendezvous servers. On the wire, the lengths of tag and key come first. */
export const hip: Field = {
  noun: "a public key algorithm",
  parse: (text, into) => {
    const parts = { algorithm: byteBuffer(), tag: byteBuffer(), key: byteBuffer(), servers: byteBuffer() };
    let problem = uint8.parse(text, parts.algorithm) ?? tag.parse(text, parts.tag) ?? key.parse(text, parts.key);
    while (problem === undefined && text.next < text.tokens.length) {
      problem = domainName.parse(text, parts.servers);
    }
    appendUint(into, parts.tag.length, 1);
    appendBytes(into, writtenBytes(parts.algorithm));
    appendUint(into, parts.key.length, 2);
    for (const part of [parts.tag, parts.key, parts.servers]) {
      appendBytes(into, writtenBytes(part));
    }
    return problem;
  },
  print: (reader) => {
    const tagLength = readUint8(reader);
    const algorithm = readUint8(reader);
    const keyLength = readUint16(reader);
    const tagBytes = readBytes(reader, tagLength);
    const keyBytes = readBytes(reader, keyLength);
    const words = [String(algorithm), Buffer.from(tagBytes).toString("hex"), Buffer.from(keyBytes).toString("base64")];
    while (reader.offset < reader.end && reader.problem === undefined) {
      const server = domainName.print(reader);
      if (server === undefined) {
        return undefined;
      }
      words.push(server);
    }
    return words.includes("") ? undefined : words.join(" ");
  },
};

const MAX_TAG = 255;
const MAX_KEY = 65_535;

const tag = oneToken(
  "a host identity tag in hexadecimal digits",
  ({ raw }, into) => {
    appendBytes(into, Buffer.from(raw, "hex"));
    return /^(?:[0-9a-f]{2})+$/i.test(raw) && into.length <= MAX_TAG;
  },
  () => undefined,
);

const key = oneToken(
  "a public key in base64",
  ({ raw }, into) => {
    appendBytes(into, Buffer.from(raw, "base64"));
    return isBase64(raw) && into.length <= MAX_KEY;
  },
  () => undefined,
);
