import type { Name } from "../../name/name.ts";
import type { Token } from "../../presentation/lexer.ts";
import { excerpt } from "../../presentation/escapes.ts";
import type { WireReader } from "../../wire/wire-reader.ts";
import type { ByteBuffer } from "./byte-buffer.ts";

/** The codec of one part of RDATA, or of all of it. It converts text to bytes, and bytes to text. */
export interface Field {
  /** The name of the field in messages: "an IPv4 address". */
  readonly noun: string;
  /** Reads the tokens of the field from the text, and appends the bytes of the field. A problem ends the parse. */
  parse(text: RdataText, into: ByteBuffer): FieldProblem | undefined;
  /**
   * Reads the bytes of the field, and returns their canonical text. Undefined if the bytes are not well formed, or if no text
   * results in exactly these bytes.
   */
  print(reader: WireReader): string | undefined;
}

/** The tokens of a record's data, with the number of tokens that were read. */
export interface RdataText {
  readonly tokens: readonly Token[];
  readonly origin: Name;
  next: number;
}

export interface FieldProblem {
  /** Undefined if the data ends too early. */
  readonly token: Token | undefined;
  readonly message: string;
}

/** Returns the next token. Undefined at the end. */
function takeToken(text: RdataText): Token | undefined {
  const token = text.tokens[text.next];
  text.next += token === undefined ? 0 : 1;
  return token;
}

/** Returns all remaining tokens. */
export function takeRest(text: RdataText): readonly Token[] {
  const tokens = text.tokens.slice(text.next);
  text.next = text.tokens.length;
  return tokens;
}

/** The problem `invalid IPv4 address "x"` for a noun "an IPv4 address". */
export function invalid(noun: string, token: Token): FieldProblem {
  return { token, message: `invalid ${noun.replace(/^an? /, "")} "${excerpt(token.raw)}"` };
}

export function missing(noun: string): FieldProblem {
  return { token: undefined, message: `the data ends too early: add ${noun}` };
}

/** A field of exactly one token. For invalid text, `parse` returns false or a message of its own. */
export function oneToken(
  noun: string,
  parse: (token: Token, into: ByteBuffer, origin: Name) => boolean | string,
  print: Field["print"],
): Field {
  return {
    noun,
    parse: (text, into) => {
      const token = takeToken(text);
      if (token === undefined) {
        return missing(noun);
      }
      const parsed = parse(token, into, text.origin);
      if (typeof parsed === "string") {
        return { token, message: parsed };
      }
      return parsed ? undefined : invalid(noun, token);
    },
    print,
  };
}
