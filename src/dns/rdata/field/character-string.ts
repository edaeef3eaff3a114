import type { Token } from "../../presentation/lexer.ts";
import { excerpt, hasBareQuote, INVALID_ESCAPE, quotedText, unescapeText } from "../../presentation/escapes.ts";
import { readBytes, readUint8, type WireReader } from "../../wire/wire-reader.ts";
import { appendBytes, appendUint, type ByteBuffer } from "./byte-buffer.ts";
import { type Field, missing, oneToken, takeRest } from "./field.ts";

/** RFC 1035 3.3: a length and up to 255 bytes. It prints with quotes, so that every string has only one text. */
export const characterString: Field = oneToken("a character string", appendString, printString);

/** All remaining words as character strings; at least one. */
export const characterStrings: Field = {
  noun: "one or more character strings",
  parse: (text, into) => {
    const tokens = takeRest(text).flatMap(partsOf);
    for (const token of tokens) {
      const parsed = appendString(token, into);
      if (parsed !== true) {
        return { token, message: parsed };
      }
    }
    return tokens.length === 0 ? missing("one or more character strings") : undefined;
  },
  print: (reader) => {
    let line = printString(reader);
    while (reader.offset < reader.end && reader.problem === undefined) {
      line += ` ${printString(reader)}`;
    }
    return line;
  },
};

/** One string that extends to the end of the data, without a length byte (RFC 7553 4.4, RFC 8659 4.1.1). */
export function remainingText(noun: string): Field {
  return oneToken(
    noun,
    (token, into) => {
      if (!token.quoted && hasBareQuote(token.raw)) {
        return quoteInside(token);
      }
      const bytes = unescapeText(token.raw);
      if (bytes === undefined) {
        return invalidEscape(token);
      }
      appendBytes(into, bytes);
      return true;
    },
    (reader) => quotedText(readBytes(reader, reader.end - reader.offset)),
  );
}

function invalidEscape(token: Token): string {
  return `invalid escape in "${excerpt(token.raw)}": ${INVALID_ESCAPE}`;
}

function quoteInside(token: Token): string {
  return `the word "${excerpt(token.raw)}" has a quote inside: write \\" for it`;
}

const MAX_STRING_LENGTH = 255;

function appendString(token: Token, into: ByteBuffer): true | string {
  if (!token.quoted && hasBareQuote(token.raw)) {
    return quoteInside(token);
  }
  const bytes = unescapeText(token.raw);
  if (bytes === undefined) {
    return invalidEscape(token);
  }
  if (bytes.length > MAX_STRING_LENGTH) {
    return `the string "${excerpt(token.raw)}" is longer than 255 bytes: split it into several quoted strings`;
  }
  appendUint(into, bytes.length, 1);
  appendBytes(into, bytes);
  return true;
}

/** A quote inside a word begins another string, as in BIND: `a"b"` is two strings. */
function partsOf(token: Token): readonly Token[] {
  if (token.quoted || !hasBareQuote(token.raw)) {
    return [token];
  }
  const parts = token.raw.matchAll(/"((?:[^"\\]|\\[^])*)"|((?:[^"\\]|\\[^]?)+)/g);
  return [...parts].map(([, quoted, plain]) => ({
    ...token,
    raw: quoted ?? plain ?? "",
  }));
}

function printString(reader: WireReader): string {
  return quotedText(readBytes(reader, readUint8(reader)));
}
