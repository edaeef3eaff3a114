import type { ZoneFileProblem } from "./parse-result.ts";

/** One word of a zone file with its escapes untouched. */
export interface ZoneToken {
  /** Without the quotes when the whole word is quoted; with them when they begin inside the word (`alpn="h2,h3"`). */
  readonly text: string;
  readonly quoted: boolean;
  readonly line: number;
  readonly column: number;
}

/** One entry: a line, or several joined by parentheses (RFC 1035 5.1). Never without tokens. */
export interface ZoneEntry {
  readonly tokens: readonly ZoneToken[];
  /** The entry begins with white space: its owner is the one of the entry before. */
  readonly ownerIsBlank: boolean;
}

export interface LexedZone {
  readonly entries: readonly ZoneEntry[];
  readonly problems: readonly ZoneFileProblem[];
}

/** Splits a zone file into entries; one pass, time and memory linear in the text. Stops at the first mistake. */
export function lexZoneFile(text: string): LexedZone {
  const state: LexerState = { text, at: 0, line: 1, lineStart: 0, depth: 0, opened: undefined };
  const entries: ZoneEntry[] = [];
  let tokens: ZoneToken[] = [];
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
  | { readonly kind: "token"; readonly token: ZoneToken }
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
  while (state.at < state.text.length && !ENDS_WORD.has(state.text[state.at] ?? "")) {
    const character = state.text[state.at] ?? "";
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

/** Moves from the opening quote to behind the closing one; false when the line ends first. */
function skipQuoted(state: LexerState): boolean {
  state.at += 1;
  while (state.at < state.text.length && state.text[state.at] !== "\n") {
    if (state.text[state.at] === '"') {
      state.at += 1;
      return true;
    }
    state.at += escapeLength(state.text, state.at);
  }
  return false;
}

/** A backslash takes the next character with it, but never a line's end. */
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

function token(start: { readonly line: number; readonly column: number }, text: string, quoted: boolean): Step {
  return { kind: "token", token: { text, quoted, ...start } };
}

function problem(where: { readonly line: number; readonly column: number }, message: string): Step {
  return { kind: "problem", problem: { ...where, message } };
}

function startsBlank(text: string, at: number): boolean {
  return text[at] === " " || text[at] === "\t";
}
