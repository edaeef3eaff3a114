import { lexCorefile, type Piece } from "./corefile-lexer.ts";

/** A Corefile, parsed down to its server blocks and their directives. {@link printCorefile} returns the same bytes. */
export interface Corefile {
  readonly pieces: readonly Piece[];
  readonly blocks: readonly ServerBlock[];
  /** Names of snippets, `(name) { … }`. */
  readonly snippets: readonly Snippet[];
  /** Files or snippets that are imported at the top level. */
  readonly imports: readonly Piece[];
}

export interface ServerBlock {
  /** The keys as written, without commas between them. Never empty. */
  readonly keys: readonly string[];
  readonly directives: readonly Directive[];
  /** False: its directives continue to the end of the file. */
  readonly hasBraces: boolean;
  readonly line: number;
  /** Offsets in the text: the first key, and the end of the closing brace. */
  readonly start: number;
  readonly end: number;
}

interface Snippet {
  readonly name: string;
  readonly directives: readonly Directive[];
  readonly line: number;
  /** Offsets in the text: the name, and the end of the closing brace. */
  readonly start: number;
  readonly end: number;
}

/** One directive with its arguments and nested braces. */
export interface Directive {
  readonly name: string;
  readonly tokens: readonly Piece[];
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
}

export type CorefileRead =
  | { readonly kind: "ok"; readonly corefile: Corefile }
  | { readonly kind: "invalid"; readonly line: number; readonly message: string };

/** Parses a Corefile like CoreDNS, but refuses some texts in which CoreDNS guesses. Linear in the text; never throws. */
export function parseCorefile(text: string): CorefileRead {
  const lexed = lexCorefile(text);
  if (lexed.kind === "invalid") {
    return lexed;
  }
  const tokens = lexed.pieces.filter(({ kind }) => kind === "token");
  const parser: Parser = { tokens, at: 0, blocks: [], snippets: [], imports: [] };
  while (parser.at < tokens.length) {
    const problem = parseItem(parser);
    if (problem !== undefined) {
      return { kind: "invalid", ...problem };
    }
  }
  const { blocks, snippets, imports } = parser;
  return { kind: "ok", corefile: { pieces: lexed.pieces, blocks, snippets, imports } };
}

interface Parser {
  readonly tokens: readonly Piece[];
  at: number;
  readonly blocks: ServerBlock[];
  readonly snippets: Snippet[];
  readonly imports: Piece[];
}

interface Problem {
  readonly line: number;
  readonly message: string;
}

function parseItem(parser: Parser): Problem | undefined {
  const first = parser.tokens[parser.at];
  if (first === undefined) {
    return undefined;
  }
  if (first.text === "import") {
    return parseImport(parser, first);
  }
  const keys = parseKeys(parser);
  if ("message" in keys) {
    return keys;
  }
  const [only] = keys.texts;
  const snippet = keys.texts.length === 1 ? /^\((.*)\)$/.exec(only ?? "")?.[1] : undefined;
  const hasBrace = parser.tokens[parser.at]?.text === "{";
  if (snippet !== undefined && !hasBrace) {
    return { line: first.line, message: `the snippet (${snippet}) has no { after its name` };
  }
  if (keys.texts.length === 0) {
    return { line: first.line, message: `invalid server block name "${first.text}"` };
  }
  parser.at += hasBrace ? 1 : 0;
  const directives = parseDirectives(parser, hasBrace, first);
  if ("message" in directives) {
    return directives;
  }
  const end = endOf(parser.tokens[parser.at - 1] ?? first);
  const found = { directives: directives.list, line: first.line, start: first.start, end };
  if (snippet === undefined) {
    parser.blocks.push({ keys: keys.texts, hasBraces: hasBrace, ...found });
  } else {
    parser.snippets.push({ name: snippet, ...found });
  }
  return undefined;
}

function parseImport(parser: Parser, word: Piece): Problem | undefined {
  const [, pattern, extra] = parser.tokens.slice(parser.at, parser.at + 3);
  if (pattern === undefined || startsLine(word, pattern)) {
    return { line: word.line, message: "import has no file or snippet" };
  }
  if (extra !== undefined && !startsLine(pattern, extra)) {
    return { line: word.line, message: "import takes exactly one file or snippet" };
  }
  parser.imports.push(pattern);
  parser.at += 2;
  return undefined;
}

/** Keys continue on the next line after a comma, and end before an opening brace. */
function parseKeys(parser: Parser): { readonly texts: readonly string[] } | Problem {
  const texts: string[] = [];
  let previous: Piece | undefined;
  let wantsMore = false;
  for (;;) {
    const token = parser.tokens[parser.at];
    if (
      token === undefined ||
      token.text === "{" ||
      (previous !== undefined && !wantsMore && startsLine(previous, token))
    ) {
      return wantsMore && previous !== undefined
        ? {
            line: previous.line,
            message: "a server block name is missing after the comma: add the name, or remove the comma",
          }
        : { texts };
    }
    if (token.text === "}") {
      return { line: token.line, message: "this } has no matching {: remove it, or add the {" };
    }
    wantsMore = token.text.endsWith(",");
    const text = wantsMore ? token.text.slice(0, -1) : token.text;
    if (wantsMore && text === "") {
      return {
        line: token.line,
        message: "a comma without a server block's name before it: add the name, or remove the comma",
      };
    }
    if (text !== "") {
      texts.push(text);
    }
    previous = token;
    parser.at += 1;
  }
}

/** Parses the directives up to the closing brace, which it includes. A block without braces extends to the end of the file. */
function parseDirectives(
  parser: Parser,
  hasBrace: boolean,
  opener: Piece,
): { readonly list: readonly Directive[] } | Problem {
  const list: Directive[] = [];
  for (;;) {
    const token = parser.tokens[parser.at];
    if (token === undefined) {
      return hasBrace
        ? { line: opener.line, message: `the block "${opener.text}" is never closed: add a }` }
        : { list };
    }
    if (token.text === "}") {
      parser.at += 1;
      return hasBrace ? { list } : { line: token.line, message: "this } has no matching {: add the { of the block" };
    }
    const directive = parseDirective(parser, token);
    if ("message" in directive) {
      return directive;
    }
    list.push(directive);
  }
}

function parseDirective(parser: Parser, name: Piece): Directive | Problem {
  if (name.text === "{") {
    return {
      line: name.line,
      message: "a { where a directive should begin: remove it, or write the directive before it",
    };
  }
  const from = parser.at;
  let depth = 0;
  parser.at += 1;
  for (; parser.at < parser.tokens.length; parser.at += 1) {
    const token = parser.tokens[parser.at] ?? name;
    const previous = parser.tokens[parser.at - 1] ?? name;
    if (token.text === "{") {
      depth += 1;
    } else if (depth === 0 && startsLine(previous, token)) {
      break;
    } else if (token.text === "}" && depth === 0) {
      return { line: token.line, message: "a } on the line of a directive: move it to a separate line" };
    } else if (token.text === "}") {
      depth -= 1;
    }
  }
  if (depth > 0) {
    return { line: name.line, message: `the braces of "${name.text}" are never closed: add a }` };
  }
  const tokens = parser.tokens.slice(from, parser.at);
  return { name: name.text, tokens, start: name.start, end: endOf(tokens.at(-1) ?? name) };
}

function startsLine(previous: Piece, token: Piece): boolean {
  return previous.line + previous.raw.split("\n").length - 1 < token.line;
}

function endOf(piece: Piece): number {
  return piece.start + piece.raw.length;
}
