/** A piece of a Corefile. All pieces together are the file, byte for byte. */
export interface Piece {
  readonly kind: "token" | "space" | "comment";
  /** The text in the file. */
  readonly raw: string;
  /** The text that CoreDNS reads: without quotes, escapes, and a comment directly after the word. Empty for white space and comments. */
  readonly text: string;
  /** Offset in the file, in UTF-16 code units. */
  readonly start: number;
  /** The line of the first character, from 1. */
  readonly line: number;
}

export type LexedCorefile =
  | { readonly kind: "ok"; readonly pieces: readonly Piece[] }
  | { readonly kind: "invalid"; readonly line: number; readonly message: string };

/**
 * Splits a Corefile like CoreDNS's own lexer (github.com/coredns/caddy/caddyfile), including its oddities. `#` begins a comment
 * inside a word too, and there the comment ends at the next blank. A carriage return does not end a word. Linear in the text.
 */
export function lexCorefile(text: string): LexedCorefile {
  const state: LexerState = { text, at: text.startsWith("\uFEFF") ? 1 : 0, line: 1 };
  const pieces: Piece[] = state.at === 1 ? [{ kind: "space", raw: "\uFEFF", text: "", start: 0, line: 1 }] : [];
  while (state.at < text.length) {
    const start = state.at;
    const line = state.line;
    const read = readPiece(state);
    if (read === undefined) {
      return { kind: "invalid", line, message: 'a quoted string that never ends: add the closing "' };
    }
    const raw = text.slice(start, state.at);
    state.line += countLines(raw);
    pieces.push({ ...read, raw, start, line });
  }
  return { kind: "ok", pieces };
}

interface LexerState {
  readonly text: string;
  at: number;
  line: number;
}

/** Go's unicode.IsSpace. The pattern is sticky, so that it finds each run in one step. */
const SPACE = /[\t-\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/y;
/** A word ends before white space, but not before a carriage return. */
const WORD = /[^\t-\f \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/y;

function readPiece(state: LexerState): { readonly kind: Piece["kind"]; readonly text: string } | undefined {
  if (skip(state, SPACE)) {
    return { kind: "space", text: "" };
  }
  const first = state.text[state.at];
  if (first === "#") {
    const end = state.text.indexOf("\n", state.at);
    state.at = end === -1 ? state.text.length : end;
    return { kind: "comment", text: "" };
  }
  const text = first === '"' ? readQuoted(state) : readWord(state);
  return text === undefined ? undefined : { kind: "token", text };
}

function skip(state: LexerState, run: RegExp): boolean {
  run.lastIndex = state.at;
  const found = run.test(state.text);
  state.at = found ? run.lastIndex : state.at;
  return found;
}

function readWord(state: LexerState): string {
  const from = state.at;
  skip(state, WORD);
  const raw = state.text.slice(from, state.at);
  const hash = raw.indexOf("#");
  return (hash === -1 ? raw : raw.slice(0, hash)).replaceAll("\r", "");
}

/** Only `\"` is an escape. The end of a line is part of the string. */
function readQuoted(state: LexerState): string | undefined {
  for (let at = state.at + 1; at < state.text.length; at += 1) {
    const character = state.text[at];
    if (character === "\\") {
      at += 1;
    } else if (character === '"') {
      const inner = state.text.slice(state.at + 1, at);
      state.at = at + 1;
      return inner.replaceAll('\\"', '"');
    }
  }
  return undefined;
}

function countLines(raw: string): number {
  let count = 0;
  for (let at = raw.indexOf("\n"); at !== -1; at = raw.indexOf("\n", at + 1)) {
    count += 1;
  }
  return count;
}
