import { excerpt, hasBareQuote, quotedText, unescapeText } from "../../presentation/escapes.ts";
import type { Token } from "../../presentation/lexer.ts";
import { readBytes, readUint16 } from "../../wire/wire-reader.ts";
import { appendBytes, appendUint } from "./byte-buffer.ts";
import { type Field, takeRest } from "./field.ts";
import { keyNumber, keyText, svcParamValue } from "./svc-param-value.ts";

type Params = Map<number, Uint8Array>;

/** All remaining words as `key=value` (RFC 9460 2.1). On the wire they are sorted by key, and each key occurs once (2.2). */
export const svcParams: Field = {
  noun: "service parameters",
  parse: (text, into) => {
    const params: Params = new Map();
    const tokens = takeRest(text);
    for (const token of tokens) {
      const message = addParam(params, token);
      if (message !== undefined) {
        return { token, message };
      }
    }
    const message = contradiction(params);
    if (message !== undefined) {
      return { token: tokens[0], message };
    }
    for (const [key, value] of [...params].sort(([a], [b]) => a - b)) {
      appendUint(into, key, 2);
      appendUint(into, value.length, 2);
      appendBytes(into, value);
    }
    return undefined;
  },
  print: (reader) => {
    const params: Params = new Map();
    const words: string[] = [];
    let previous = -1;
    while (reader.offset < reader.end) {
      const key = readUint16(reader);
      const value = readBytes(reader, readUint16(reader));
      const word = reader.problem === undefined && key > previous ? printParam(key, value) : undefined;
      if (word === undefined) {
        return undefined;
      }
      params.set(key, value);
      words.push(word);
      previous = key;
    }
    return contradiction(params) === undefined ? words.join(" ") : undefined;
  },
};

const MANDATORY = 0;
const ALPN = 1;
const NO_DEFAULT_ALPN = 2;
const MAX_VALUE_LENGTH = 0xffff;
/** RFC 9460 14.3.2: 65535 is reserved as invalid. */
const INVALID_KEY = 0xffff;

/** Adds the parameter of a token. Returns a message if it is invalid. */
function addParam(params: Params, token: Token): string | undefined {
  const equals = token.raw.indexOf("=");
  const name = equals === -1 ? token.raw : token.raw.slice(0, equals);
  const key = token.quoted ? undefined : keyNumber(name);
  if (key === undefined) {
    return `unknown service parameter "${excerpt(token.raw)}": write its key as keyN (RFC 9460 2.1)`;
  }
  if (params.has(key)) {
    return `the service parameter ${keyText(key)} appears twice: keep one`;
  }
  const decoded = equals === -1 ? new Uint8Array(0) : decodeValue(token.raw.slice(equals + 1));
  const known = svcParamValue(key);
  // RFC 9460 2.1: the value of keyN is the wire form itself.
  const value = known === undefined || name !== known.name ? decoded : decoded && known.parse(decoded);
  if (value === undefined || value.length > MAX_VALUE_LENGTH || known?.isValid(value) === false) {
    return `invalid service parameter "${excerpt(token.raw)}" (RFC 9460 7)`;
  }
  params.set(key, value);
  return undefined;
}

/** The bytes of a value, which may be quoted as a whole. Undefined for an invalid escape, or for a quote inside the value. */
function decodeValue(text: string): Uint8Array | undefined {
  const isQuoted = text.length > 1 && text.startsWith('"') && text.endsWith('"');
  const raw = isQuoted ? text.slice(1, -1) : text;
  return hasBareQuote(raw) ? undefined : unescapeText(raw);
}

/** A fault in the combination of the parameters (RFC 9460 7.1.1, 8). */
function contradiction(params: ReadonlyMap<number, Uint8Array>): string | undefined {
  const mandatory = params.get(MANDATORY) ?? new Uint8Array(0);
  for (let at = 0; at + 1 < mandatory.length; at += 2) {
    const key = ((mandatory[at] ?? 0) << 8) | (mandatory[at + 1] ?? 0);
    if (!params.has(key)) {
      return `the mandatory service parameter ${keyText(key)} is missing (RFC 9460 8): add it`;
    }
  }
  return params.has(NO_DEFAULT_ALPN) && !params.has(ALPN)
    ? "no-default-alpn needs alpn (RFC 9460 7.1.1): add it"
    : undefined;
}

function printParam(key: number, value: Uint8Array): string | undefined {
  const known = svcParamValue(key);
  if (key === INVALID_KEY || known?.isValid(value) === false) {
    return undefined;
  }
  return value.length === 0 ? keyText(key) : `${keyText(key)}=${known?.print(value) ?? quotedText(value)}`;
}
