import { nameOfCanonical, type Name } from "../../../src/dns/name/name.ts";
import type { Message, WireRecord } from "../../../src/dns/message/message.ts";
import { rdataFromText } from "../../../src/dns/rdata/codec.ts";
import { CLASS, EDNS_OPTION, RCODE, TYPE, typeNumber } from "../../../src/dns/registry.ts";
import { buildQuery, type QueryVariant } from "../../../src/resolver/query/build-query.ts";

export function name(text: string): Name {
  return nameOfCanonical(text);
}

/** Records as zone-file text, one a line: `owner ttl TYPE data`, names absolute; `CH` before the type is another class. */
export function records(text: string): readonly WireRecord[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map(record);
}

function record(line: string): WireRecord {
  const [, owner = "", ttl = "", chaos, type = "", data = ""] = /^(\S+) (\d+) (CH )?(\S+) (.*)$/.exec(line) ?? [];
  return {
    name: name(owner),
    ttl: Number(ttl),
    type: typeNumber(type) ?? 0,
    class: chaos === undefined ? CLASS.IN : CLASS.CH,
    rdata: rdataFromText(type, data),
  };
}

export interface ResponseText extends Partial<Omit<Message, "answers" | "authorities" | "additionals">> {
  readonly answer?: string;
  readonly authority?: string;
  readonly additional?: string;
}

/** A recursive server's answer to a query; any header field can be another. */
export function response(query: Message, text: ResponseText = {}): Message {
  const { answer = "", authority = "", additional = "", ...header } = text;
  return {
    ...query,
    response: true,
    recursionAvailable: true,
    answers: records(answer),
    authorities: records(authority),
    additionals: records(additional),
    ...header,
  };
}

export const A_QUERY = { name: name("www.example."), type: TYPE.A, recursion: true };

export function query(variant: Partial<QueryVariant> = {}): Message {
  return buildQuery(A_QUERY, { id: 4711, ...variant });
}

/** EDNS with extended errors (RFC 8914). */
export function extendedErrors(...errors: readonly (readonly [number, string])[]): NonNullable<Message["edns"]> {
  const options = errors.map(([code, text]) => ({
    code: EDNS_OPTION.EXTENDED_ERROR,
    data: Uint8Array.of(code >> 8, code & 255, ...new TextEncoder().encode(text)),
  }));
  return { udpSize: 1232, version: 0, dnssecOk: false, options };
}

export function cookieOption(...bytes: readonly number[]): NonNullable<Message["edns"]> {
  const options = [{ code: EDNS_OPTION.COOKIE, data: Uint8Array.from(bytes) }];
  return { udpSize: 1232, version: 0, dnssecOk: false, options };
}

export const NXDOMAIN = { rcode: RCODE.NXDOMAIN };
export const SERVFAIL = { rcode: RCODE.SERVFAIL };
export const REFUSED = { rcode: RCODE.REFUSED };
