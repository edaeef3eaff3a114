import { AppError } from "../../base/error.ts";
import { type Name, ROOT } from "../name/name.ts";
import { excerpt } from "../presentation/escapes.ts";
import { lexZoneFile, type Token } from "../presentation/lexer.ts";
import { typeName, typeNumber } from "../registry.ts";
import type { WireReader } from "../wire/wire-reader.ts";
import { byteBuffer, writtenBytes } from "./field/byte-buffer.ts";
import type { Field, FieldProblem } from "./field/field.ts";
import { isGeneric, parseGeneric, printGeneric } from "./generic.ts";
import { rdataType } from "./type-table.ts";

/** The wire form, or the first problem with its token. If the data ends too early, there is no token. */
export type ParsedRdata =
  | { readonly kind: "ok"; readonly value: Uint8Array }
  | ({ readonly kind: "invalid" } & FieldProblem);

/**
 * Returns the wire form of a record's data, with uncompressed names in lower case. `type` is a mnemonic or `TYPEn`. Every type
 * accepts `\# length hexadecimal` (RFC 3597 5), and the codec of the type, if there is one, checks it. Time and memory are linear
 * in the text.
 */
export function parseRdata(type: string, tokens: readonly Token[], origin: Name): ParsedRdata {
  const number = typeNumber(type);
  const row = number === undefined ? undefined : rdataType(number);
  if (isGeneric(tokens)) {
    return parseKnownGeneric(type, tokens, row?.codec);
  }
  if (row?.codec === undefined) {
    const message = `the record type ${excerpt(type)} is not supported: write it as TYPE${number ?? "n"} \\# length data (RFC 3597)`;
    return { kind: "invalid", token: undefined, message };
  }
  return parseFields(row.mnemonic, row.codec, { tokens, origin });
}

/**
 * Returns the canonical text of RDATA with uncompressed names. The text is `\# length hexadecimal` if the type has no codec, the
 * data is not well formed, or the codec's text is not portable. {@link parseRdata} returns the same bytes for a codec text.
 */
export function printRdata(type: number, bytes: Uint8Array): string {
  const row = rdataType(type);
  const text = row?.codec && printWhole(row.codec, bytes);
  return text !== undefined && text !== "" && row?.isPortable(text) === true ? text : printGeneric(bytes);
}

/**
 * Returns the wire form of text that {@link printRdata} wrote, or of other text with absolute names. It does not check `\#` data.
 * Throws MESSAGE_INVALID with a sentence for users.
 */
export function rdataFromText(type: string, text: string): Uint8Array {
  const { entries, problems } = lexZoneFile(text);
  const tokens = entries[0]?.tokens ?? [];
  if (problems.length > 0 || entries.length > 1 || typeNumber(type) === undefined) {
    throw invalidRdata(type, text, problems[0]?.message);
  }
  const parsed = isGeneric(tokens) ? parseGeneric(tokens) : parseRdata(type, tokens, ROOT);
  if (parsed.kind === "invalid") {
    throw invalidRdata(type, text, parsed.message);
  }
  return parsed.value;
}

const MAX_RDATA_LENGTH = 0xffff;

function parseFields(
  mnemonic: string,
  codec: Field,
  { tokens, origin }: { readonly tokens: readonly Token[]; readonly origin: Name },
): ParsedRdata {
  const into = byteBuffer();
  const text = { tokens, origin, next: 0 };
  const problem = codec.parse(text, into);
  if (problem !== undefined) {
    return { kind: "invalid", token: problem.token, message: `${mnemonic}: ${problem.message}` };
  }
  const extra = tokens[text.next];
  if (extra !== undefined) {
    return { kind: "invalid", token: extra, message: `${mnemonic}: remove the data from "${excerpt(extra.raw)}" on` };
  }
  return into.length > MAX_RDATA_LENGTH
    ? { kind: "invalid", token: tokens[0], message: `${mnemonic}: the data is longer than ${MAX_RDATA_LENGTH} bytes` }
    : { kind: "ok", value: writtenBytes(into) };
}

/** Parses `\#` data of a type with a codec. The codec prints the bytes and parses the text, so that all its checks apply. */
function parseKnownGeneric(type: string, tokens: readonly Token[], codec: Field | undefined): ParsedRdata {
  const parsed = parseGeneric(tokens);
  if (parsed.kind === "invalid") {
    return { kind: "invalid", token: tokens[0], message: `${type} ${parsed.message}` };
  }
  if (codec === undefined) {
    return parsed;
  }
  const text = printWhole(codec, parsed.value);
  const checked =
    text === undefined
      ? undefined
      : parseFields(type, codec, { tokens: lexZoneFile(text).entries[0]?.tokens ?? [], origin: ROOT });
  return checked?.kind === "ok"
    ? checked
    : { kind: "invalid", token: tokens[0], message: `invalid ${type} data after \\#: it is not as the type requires` };
}

function printWhole(codec: Field, bytes: Uint8Array): string | undefined {
  const reader: WireReader = { bytes, end: bytes.length, offset: 0, problem: undefined };
  const text = codec.print(reader);
  return reader.problem === undefined && reader.offset === reader.end ? text : undefined;
}

function invalidRdata(type: string, text: string, why?: string): AppError {
  const known = typeNumber(type);
  const shown = known === undefined ? type : typeName(known);
  const message = `invalid data of a ${shown} record: ${excerpt(text)}${why === undefined ? "" : ` (${why})`}`;
  return new AppError("MESSAGE_INVALID", message, { retry: "never" });
}
