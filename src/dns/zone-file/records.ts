import type { Name } from "../name/name.ts";
import type { Seconds } from "../record.ts";
import { parseRdata, printRdata } from "../rdata/codec.ts";
import { rdataType } from "../rdata/type-table.ts";
import { typeNumber } from "../registry.ts";
import { aliasProblem } from "./alias-record.ts";
import { lexZoneFile, type Token, type ZoneEntry } from "../presentation/lexer.ts";
import { nameFromZoneText } from "../presentation/parse-name.ts";
import { excerpt } from "../presentation/escapes.ts";
import { type RecordHeader, readHeader } from "./record-header.ts";
import { invalid, ok, type Parsed, type ZoneFileProblem } from "../presentation/parse-result.ts";
import { ttlFromZoneText } from "../presentation/ttl.ts";

/** One record of a zone file, and its position. */
export interface ZoneFileRecord {
  readonly name: Name;
  readonly type: string;
  readonly ttl: Seconds;
  /** Canonical RDATA text. */
  readonly data: string;
  readonly line: number;
  readonly column: number;
}

export interface ZoneEntries {
  readonly records: readonly ZoneFileRecord[];
  readonly problems: readonly ZoneFileProblem[];
}

/**
 * Returns every record of a zone file with its owner, TTL and origin. An invalid entry becomes a problem, and the next entries
 * are still read.
 */
export function readZoneEntries(text: string, origin: Name, maxProblems: number): ZoneEntries {
  const lexed = lexZoneFile(text);
  const state: EntryState = {
    origin,
    owner: undefined,
    defaultTtl: undefined,
    lastTtl: undefined,
    records: [],
    problems: [],
  };
  for (const entry of lexed.entries) {
    if (state.problems.length >= maxProblems) {
      return state;
    }
    readEntry(entry, state);
  }
  return { records: state.records, problems: [...state.problems, ...lexed.problems] };
}

interface EntryState {
  origin: Name;
  owner: Name | undefined;
  /** From `$TTL` (RFC 2308 4). */
  defaultTtl: Seconds | undefined;
  /** The last TTL in a record (RFC 1035 5.1). Until a record has a TTL, it is the SOA's MINIMUM. */
  lastTtl: Seconds | undefined;
  readonly records: ZoneFileRecord[];
  readonly problems: ZoneFileProblem[];
}

function readEntry(entry: ZoneEntry, state: EntryState): void {
  const [first, ...rest] = entry.tokens;
  if (first === undefined) {
    return;
  }
  if (!entry.ownerIsBlank && !first.quoted && first.raw.startsWith("$")) {
    readDirective(first, rest, state);
    return;
  }
  const owner = entry.ownerIsBlank ? state.owner : ownerOf(first, state);
  if (owner === undefined) {
    if (entry.ownerIsBlank) {
      report(state, first, "a record without an owner name before any name was given: write one, or @ for the apex");
    }
    return;
  }
  state.owner = owner;
  readRecord(owner, first, entry.ownerIsBlank ? entry.tokens : rest, state);
}

function ownerOf(token: Token, state: EntryState): Name | undefined {
  const name = nameFromZoneText(token.raw, state.origin);
  if (name.kind === "invalid") {
    report(state, token, name.message);
    return undefined;
  }
  return name.value;
}

function readRecord(owner: Name, at: Token, tokens: readonly Token[], state: EntryState): void {
  const header = readHeader(tokens);
  if (header.kind === "invalid") {
    report(state, header.token ?? at, header.message);
    return;
  }
  const { type, rdata, token } = header;
  const data = readData(owner, header, state.origin);
  if (data.kind === "invalid") {
    report(state, data.token ?? rdata.at(-1) ?? token, data.message);
    return;
  }
  const minimum = type === "SOA" ? Number(data.value.split(" ").at(-1)) : undefined;
  const ttl = header.ttl ?? state.defaultTtl ?? state.lastTtl ?? minimum;
  if (ttl === undefined) {
    report(state, token, "no TTL: write $TTL on a line before the first record, such as $TTL 3600");
    return;
  }
  state.lastTtl = header.ttl ?? state.lastTtl ?? minimum;
  state.records.push({ name: owner, type, ttl, data: data.value, line: at.line, column: at.column });
}

type Header = Extract<RecordHeader, { readonly kind: "ok" }>;

/** The canonical text of a record's data. */
function readData(
  owner: Name,
  { type, token, rdata }: Header,
  origin: Name,
): Parsed<string> & { readonly token?: Token | undefined } {
  const number = typeNumber(type);
  const row = rdataType(number ?? 0);
  if (row?.isSignature === true) {
    return { ...invalid(`${type} ${SIGNATURE}`), token };
  }
  if (row?.isObsolete === true) {
    return { ...invalid(`${type} is obsolete, and name servers refuse a zone with it: remove the record`), token };
  }
  const alias = aliasProblem(owner, { type, rdata }, origin);
  if (alias !== undefined) {
    return { ...invalid(alias), token };
  }
  const parsed = parseRdata(type, rdata, origin);
  return parsed.kind === "invalid" ? parsed : ok(printRdata(number ?? 0, parsed.value));
}

const SIGNATURE =
  "records sign the zone as it is, and dnsalias adds records to it: leave them out and sign where the zone is served";

function readDirective(directive: Token, args: readonly Token[], state: EntryState): void {
  const [argument, extra] = args;
  const word = directive.raw.toUpperCase();
  if (word === "$INCLUDE" || word === "$GENERATE") {
    const cure = word === "$INCLUDE" ? "insert the text of the other file" : "write its records out";
    report(state, directive, `${word} is not supported: ${cure}`);
  } else if (word !== "$ORIGIN" && word !== "$TTL") {
    report(state, directive, `"${excerpt(directive.raw)}" is not a directive: only $ORIGIN and $TTL are`);
  } else if (argument === undefined || extra !== undefined) {
    report(state, extra ?? directive, `${word} takes exactly one value`);
  } else if (word === "$ORIGIN") {
    state.origin = ownerOf(argument, state) ?? state.origin;
  } else {
    state.defaultTtl = ttlFromZoneText(argument.raw) ?? state.defaultTtl;
    if (ttlFromZoneText(argument.raw) === undefined) {
      report(state, argument, `"${excerpt(argument.raw)}" is not a TTL: write seconds, or such as 1h30m`);
    }
  }
}

function report(state: EntryState, { line, column }: Token, message: string): void {
  state.problems.push({ line, column, message });
}
