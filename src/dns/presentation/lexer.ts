import type { ZoneFileProblem } from "./parse-result.ts";

/** One word of a zone file. */
export interface Token {
  /**
   * The text with its escapes. If the whole word is quoted, the quotes are removed. Quotes that begin inside the word remain
   * (`alpn="h2,h3"`).
   */
  readonly raw: string;
  readonly quoted: boolean;
  readonly line: number;
  readonly column: number;
}

/** One entry: a line, or several lines that parentheses join (RFC 1035 5.1). It has at least one token. */
export interface ZoneEntry {
  readonly tokens: readonly Token[];
  /** True if the entry begins with white space, so that it has the owner of the previous entry. */
  readonly ownerIsBlank: boolean;
}

export interface LexedZone {
  readonly entries: readonly ZoneEntry[];
  readonly problems: readonly ZoneFileProblem[];
}

/** Splits a zone file into entries in one pass. Time and memory are linear in the text. It stops at the first mistake. */
export function lexZoneFile(text: string): LexedZone {
  const state: LexerState = { text, at: 0, line: 1, lineStart: 0, depth: 0, opened: undefined };
  const entries: ZoneEntry[] = [];
  let tokens: Token[] = [];
  let ownerIsBlank = startsBlank(text, 0);
  for (;;) {
    const step = nextStep(state);
    switch (step.kind) {
      case "token":
        tokens.push(step.token);
        break;
      case "problem":
        return { entries, problems: [step.problem] };
      case "end-of-entry":
      case "end-of-text":
        if (tokens.length > 0) {
          entries.push({ tokens, ownerIsBlank });
          tokens = [];
        }
        if (step.kind === "end-of-text") {
          return { entries, problems: [] };
        }
        ownerIsBlank = startsBlank(text, state.at);
        break;
    }
  }
}

interface LexerState {
  readonly text: string;
  at: number;
  line: number;
  lineStart: number;
  depth: number;
  opened: { readonly line: number; readonly column: number } | undefined;
}

type Step =
  | { readonly kind: "token"; readonly token: Token }
  | { readonly kind: "end-of-entry" }
  | { readonly kind: "end-of-text" }
  | { readonly kind: "problem"; readonly problem: ZoneFileProblem };

function nextStep(state: LexerState): Step {
  for (;;) {
    const character = state.text[state.at];
    switch (character) {
      case undefined:
        return state.opened === undefined
          ? { kind: "end-of-text" }
          : problem(state.opened, "this parenthesis is never closed: add a )");
      case " ":
      case "\t":
      case "\r":
        state.at += 1;
        break;
      case ";":
        skipComment(state);
        break;
      case "\n":
        newLine(state);
        if (state.depth === 0) {
          return { kind: "end-of-entry" };
        }
        break;
      case "(":
        state.opened ??= here(state);
        state.depth += 1;
        state.at += 1;
        break;
      case ")":
        if (state.depth === 0) {
          return problem(here(state), "there is no ( for this ): remove it");
        }
        state.depth -= 1;
        state.opened = state.depth === 0 ? undefined : state.opened;
        state.at += 1;
        break;
      default:
        return character === '"' ? quotedToken(state) : plainToken(state);
    }
  }
}

function quotedToken(state: LexerState): Step {
  const start = here(state);
  const from = state.at + 1;
  if (!skipQuoted(state)) {
    return problem(start, 'this quoted string does not end on its line: add a "');
  }
  return token(start, state.text.slice(from, state.at - 1), true);
}

function plainToken(state: LexerState): Step {
  const start = here(state);
  const from = state.at;
  for (;;) {
    state.at = skipOrdinary(state.text, state.at, SPECIAL);
    const character = state.text[state.at];
    if (character === undefined || ENDS_WORD.has(character)) {
      break;
    }
    if (character < "!" || character === "\u007f") {
      return problem(here(state), "a control character: remove it, or write it as \\DDD");
    }
    if (character === '"') {
      if (!skipQuoted(state)) {
        return problem(start, 'this quoted string does not end on its line: add a "');
      }
    } else {
      state.at += escapeLength(state.text, state.at);
    }
  }
  return token(start, state.text.slice(from, state.at), false);
}

const ENDS_WORD: ReadonlySet<string> = new Set([" ", "\t", "\r", "\n", ";", "(", ")"]);

/** Moves from the opening quote to after the closing one; false if the line ends first. */
function skipQuoted(state: LexerState): boolean {
  state.at += 1;
  for (;;) {
    state.at = skipOrdinary(state.text, state.at, SPECIAL_IN_QUOTES);
    const character = state.text[state.at];
    if (character === undefined || character === "\n") {
      return false;
    }
    state.at += character === '"' ? 1 : escapeLength(state.text, state.at);
    if (character === '"') {
      return true;
    }
  }
}

/** Character codes that end a word or have a meaning in it: control characters, the blank, `"();\\`. */
const SPECIAL = codeTable((code) => code <= 0x20 || code === 0x7f || '"();\\'.includes(String.fromCharCode(code)));
/** Character codes that have a meaning inside quotes: the quote, the end of the line, and the backslash. */
const SPECIAL_IN_QUOTES = codeTable((code) => '"\n\\'.includes(String.fromCharCode(code)));

function codeTable(isSpecial: (code: number) => boolean): readonly boolean[] {
  return Array.from({ length: 128 }, (_, code) => isSpecial(code));
}

function skipOrdinary(text: string, from: number, special: readonly boolean[]): number {
  let at = from;
  while (at < text.length && special[text.charCodeAt(at)] !== true) {
    at += 1;
  }
  return at;
}

/** A backslash escapes the next character, but never the end of a line. */
function escapeLength(text: string, at: number): number {
  const next = text[at + 1];
  return text[at] === "\\" && next !== undefined && next !== "\n" ? 2 : 1;
}

function skipComment(state: LexerState): void {
  const end = state.text.indexOf("\n", state.at);
  state.at = end === -1 ? state.text.length : end;
}

function newLine(state: LexerState): void {
  state.at += 1;
  state.line += 1;
  state.lineStart = state.at;
}

function here(state: LexerState): { readonly line: number; readonly column: number } {
  return { line: state.line, column: state.at - state.lineStart + 1 };
}

function token(start: { readonly line: number; readonly column: number }, raw: string, quoted: boolean): Step {
  return { kind: "token", token: { raw, quoted, line: start.line, column: start.column } };
}

function problem(where: { readonly line: number; readonly column: number }, message: string): Step {
  return { kind: "problem", problem: { ...where, message } };
}

function startsBlank(text: string, at: number): boolean {
  return text[at] === " " || text[at] === "\t";
}
