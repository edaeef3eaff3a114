import { AppError } from "../../base/error.ts";
import { wireFields } from "./type-table.ts";
import type { WireField } from "./field/field.ts";
import { presentationTokens, type Token } from "../presentation/rdata-tokens.ts";
import { typeName, typeNumber } from "../registry.ts";
import { wireReader } from "../wire/wire-reader.ts";

/**
 * The wire form of one record's RDATA from its zone-file text (RFC 1035 5.1) with absolute names; any type can be written as `\# length hex`
 * (RFC 3597 5). Throws MESSAGE_INVALID with a sentence for people.
 *
 * The package dns-packet has codecs for these types too, but they take objects of their own shape, let labels over 63 octets and empty labels through, lose
 * dots inside labels, know no SVCB and keep state in the module; what had to stand around them is longer than the codecs here. It serves the tests as an
 * independent second opinion instead.
 */
export function rdataToWire(type: string, text: string): Uint8Array {
  const tokens = presentationTokens(text);
  const number = typeNumber(type);
  if (tokens === undefined || number === undefined) {
    throw invalid(type, text);
  }
  const fields = wireFields(number);
  const rdata = tokens[0]?.raw === GENERIC ? genericBytes(tokens) : fields && fieldBytes(fields, tokens);
  if (rdata === undefined || rdata.length > MAX_RDATA_BYTES) {
    throw invalid(type, text);
  }
  return rdata;
}

/** The zone-file text of RDATA whose names are not compressed; `\# length hex` for what is of an unknown type or not well formed. */
export function rdataFromWire(type: number, rdata: Uint8Array): string {
  const fields = wireFields(type);
  return (fields && fieldTexts(fields, rdata)) ?? genericText(rdata);
}

const GENERIC = "\\#";
const MAX_RDATA_BYTES = 0xffff;

function fieldBytes(fields: readonly WireField[], tokens: readonly Token[]): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  let next = 0;
  for (const field of fields) {
    const count = field.rest === undefined ? 1 : tokens.length - next;
    const taken = tokens.slice(next, next + count);
    const part = field.toWire(taken);
    if (part === undefined || taken.length < (field.rest ?? 1)) {
      return undefined;
    }
    parts.push(part);
    next += count;
  }
  return next === tokens.length ? Uint8Array.from(Buffer.concat(parts)) : undefined;
}

function fieldTexts(fields: readonly WireField[], rdata: Uint8Array): string | undefined {
  const reader = wireReader(rdata);
  const texts: string[] = [];
  for (const field of fields) {
    const text = field.fromWire(reader);
    if (text === undefined || reader.problem !== undefined) {
      return undefined;
    }
    texts.push(...text);
  }
  return reader.offset === reader.end ? texts.join(" ") : undefined;
}

function genericBytes(tokens: readonly Token[]): Uint8Array | undefined {
  const length = tokens[1]?.raw ?? "";
  const hex = tokens
    .slice(2)
    .map((token) => token.raw)
    .join("");
  const fine = /^\d{1,5}$/.test(length) && /^(?:[0-9a-f]{2})*$/i.test(hex) && hex.length === 2 * Number(length);
  return fine ? Uint8Array.from(Buffer.from(hex, "hex")) : undefined;
}

function genericText(rdata: Uint8Array): string {
  return `${GENERIC} ${rdata.length} ${Buffer.from(rdata).toString("hex")}`.trimEnd();
}

function invalid(type: string, text: string): AppError {
  const known = typeNumber(type);
  const shown = known === undefined ? type : typeName(known);
  return new AppError("MESSAGE_INVALID", `not the data of a ${shown} record: ${text}`, { retry: "never" });
}
