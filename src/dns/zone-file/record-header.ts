import type { Seconds } from "../record.ts";
import { typeName } from "../registry.ts";
import type { Token } from "../presentation/lexer.ts";
import { excerpt } from "../presentation/escapes.ts";
import { ttlFromZoneText } from "../presentation/ttl.ts";

/** The part of a record between its owner name and its data. */
export type RecordHeader =
  | {
      readonly kind: "ok";
      readonly ttl: Seconds | undefined;
      /** Upper case. */
      readonly type: string;
      /** The token of the type. */
      readonly token: Token;
      readonly rdata: readonly Token[];
    }
  | { readonly kind: "invalid"; readonly token: Token | undefined; readonly message: string };

/** Reads `[TTL] [class] type` or `[class] [TTL] type` (RFC 1035 5.1). */
export function readHeader(tokens: readonly Token[]): RecordHeader {
  let ttl: Seconds | undefined;
  let sawClass = false;
  for (const [index, token] of tokens.entries()) {
    const word = token.quoted ? "" : token.raw.toUpperCase();
    const seconds = ttlFromZoneText(word);
    if (seconds !== undefined && ttl === undefined) {
      ttl = seconds;
    } else if (IN.has(word) && !sawClass) {
      sawClass = true;
    } else if (OTHER_CLASSES.has(word) || /^CLASS\d+$/.test(word)) {
      return { kind: "invalid", token, message: `class ${excerpt(word)} is not supported: only IN is` };
    } else {
      return typed(word, token, ttl, tokens.slice(index + 1));
    }
  }
  return { kind: "invalid", token: tokens.at(-1), message: "the record ends before its type and data" };
}

/** RFC 3597 5: `CLASS1` is IN. */
const IN: ReadonlySet<string> = new Set(["IN", "CLASS1"]);
const OTHER_CLASSES: ReadonlySet<string> = new Set(["CH", "HS", "CS", "ANY", "NONE"]);

function typed(word: string, token: Token, ttl: Seconds | undefined, rdata: readonly Token[]): RecordHeader {
  const type = numberedType(word) ?? word;
  if (/^TYPE\d+$/.test(word) && numberedType(word) === undefined) {
    return { kind: "invalid", token, message: `${excerpt(word)} is no type of data (RFC 6895 3.1): remove the record` };
  }
  if (ttl === undefined && /^[0-9]/.test(word)) {
    const message = `invalid TTL "${excerpt(token.raw)}": write seconds from 0 to 2147483647, or such as 1h30m (RFC 2181 8)`;
    return { kind: "invalid", token, message };
  }
  if (!/^[A-Z][A-Z0-9-]{0,15}$/.test(type)) {
    return {
      kind: "invalid",
      token,
      message: `invalid record type "${excerpt(token.raw)}": write one such as A or MX`,
    };
  }
  if (NEVER_IN_ZONES.has(type)) {
    return { kind: "invalid", token, message: `${type} is for queries and cannot be in a zone: remove the record` };
  }
  return { kind: "ok", ttl, type, token, rdata };
}

const NEVER_IN_ZONES: ReadonlySet<string> = new Set([
  "AXFR",
  "IXFR",
  "MAILA",
  "MAILB",
  "NXNAME",
  "OPT",
  "TSIG",
  "TKEY",
]);

/** RFC 3597 5: `TYPE1` is A, so that no spelling avoids a check. RFC 6895 3.1: 0, 41 and 128 to 255 are not data types. */
function numberedType(word: string): string | undefined {
  const digits = /^TYPE([1-9]\d{0,4})$/.exec(word)?.[1];
  const number = Number(digits ?? 0);
  const isData = number !== 41 && (number < 128 || number > 255) && number <= 65_535;
  return digits === undefined || !isData ? undefined : typeName(number);
}
