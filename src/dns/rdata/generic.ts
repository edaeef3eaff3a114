import type { Token } from "../presentation/lexer.ts";
import { unsigned } from "./field/integer.ts";
import { type Parsed, invalid, ok } from "../presentation/parse-result.ts";

/** True for RDATA in the form `\# length hexadecimal` (RFC 3597 5). */
export function isGeneric(tokens: readonly Token[]): boolean {
  return tokens[0]?.raw === MARK && !tokens[0].quoted;
}

export function parseGeneric(tokens: readonly Token[]): Parsed<Uint8Array> {
  const length = unsigned(tokens[1]?.raw ?? "", 2);
  if (length === undefined) {
    return invalid("\\# needs a length in bytes after it (RFC 3597 5)");
  }
  const digits = tokens
    .slice(2)
    .map(({ raw }) => raw)
    .join("");
  return digits.length === 2 * length && /^[0-9a-f]*$/i.test(digits)
    ? ok(Uint8Array.from(Buffer.from(digits, "hex")))
    : invalid(`\\# ${length} needs exactly ${2 * length} hexadecimal digits after it (RFC 3597 5)`);
}

export function printGeneric(bytes: Uint8Array): string {
  return `${MARK} ${bytes.length} ${Buffer.from(bytes).toString("hex")}`.trimEnd();
}

/** True for text that {@link printGeneric} wrote. */
export function isGenericText(text: string): boolean {
  return text.startsWith(`${MARK} `);
}

const MARK = "\\#";
