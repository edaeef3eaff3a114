import type { Seconds } from "../record.ts";
import { rdataFields } from "../rdata/text-fields.ts";
import { typeName } from "../registry.ts";
import type { ZoneToken } from "../presentation/lexer.ts";
import { excerpt } from "../presentation/escapes.ts";
import { ttlFromZoneText } from "../presentation/ttl.ts";

/** What stands between a record's owner name and its data. */
export type RecordHeader =
  | {
      readonly kind: "ok";
      readonly ttl: Seconds | undefined;
      /** Upper case. */
      readonly type: string;
      /** The token of the type. */
      readonly token: ZoneToken;
      readonly rdata: readonly ZoneToken[];
    }
  | { readonly kind: "invalid"; readonly token: ZoneToken | undefined; readonly message: string };

/** `[TTL] [class] type` or `[class] [TTL] type` (RFC 1035 5.1). */
export function readHeader(tokens: readonly ZoneToken[]): RecordHeader {
  let ttl: Seconds | undefined;
  let sawClass = false;
  for (const [index, token] of tokens.entries()) {
    const word = token.quoted ? "" : token.text.toUpperCase();
    const seconds = ttlFromZoneText(word);
    if (seconds !== undefined && ttl === undefined) {
      ttl = seconds;
    } else if (OTHER_CLASSES.has(word)) {
      return { kind: "invalid", token, message: `class ${word} is not supported: only IN is` };
    } else if (word === "IN" && !sawClass) {
      sawClass = true;
    } else {
      return typed(word, token, ttl, tokens.slice(index + 1));
    }
  }
  return { kind: "invalid", token: tokens.at(-1), message: "the record ends before its type and data" };
}

const OTHER_CLASSES: ReadonlySet<string> = new Set(["CH", "HS", "CS", "ANY", "NONE"]);

function typed(word: string, token: ZoneToken, ttl: Seconds | undefined, rdata: readonly ZoneToken[]): RecordHeader {
  const type = numberedType(word) ?? word;
  if (/^TYPE\d+$/.test(word) && numberedType(word) === undefined) {
    return { kind: "invalid", token, message: `${excerpt(word)} is no type of data (RFC 6895 3.1): remove the record` };
  }
  if (!/^[A-Z][A-Z0-9-]{0,15}$/.test(type)) {
    return {
      kind: "invalid",
      token,
      message: `"${excerpt(token.text)}" stands where a record type should, such as A or MX`,
    };
  }
  if (NEVER_IN_ZONES.has(type)) {
    return {
      kind: "invalid",
      token,
      message: `${type} is for questions and cannot stand in a zone: remove the record`,
    };
  }
  if (rdata.length === 0 && rdataFields(type) !== undefined) {
    return { kind: "invalid", token, message: `the ${type} record has no data` };
  }
  return { kind: "ok", ttl, type, token, rdata };
}

const NEVER_IN_ZONES: ReadonlySet<string> = new Set(["ANY", "AXFR", "IXFR", "MAILA", "MAILB", "OPT", "TSIG", "TKEY"]);

/** RFC 3597 5: `TYPE1` is A, so that no spelling gets around a check; RFC 6895 3.1: 0, 41 and 128 to 255 are no types of data. */
function numberedType(word: string): string | undefined {
  const digits = /^TYPE([1-9]\d{0,4})$/.exec(word)?.[1];
  const number = Number(digits ?? 0);
  const isData = number !== 41 && (number < 128 || number > 255) && number <= 65_535;
  return digits === undefined || !isData ? undefined : typeName(number);
}
