/** One word or quoted text of a line, escapes not yet undone. */
export interface Token {
  readonly raw: string;
  readonly quoted: boolean;
}

/** The words of some RDATA's text, without comments and parentheses (RFC 1035 5.1); undefined when a quote is not closed. */
export function presentationTokens(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (text.slice(end, match.index).trim() !== "") {
      return undefined;
    }
    end = match.index + match[0].length;
    const quoted = match[1];
    tokens.push(quoted === undefined ? { raw: match[0], quoted: false } : { raw: quoted, quoted: true });
  }
  return text.slice(end).trim() === "" ? tokens : undefined;
}

/** A quoted text, or a word that may have a quoted part (`alpn="h2,h3"`, RFC 9460 2.1). */
const TOKEN = /"((?:[^"\\]|\\[^])*)"|(?:[^\s"\\]|\\[^])(?:[^\s"\\]|\\[^]|"(?:[^"\\]|\\[^])*")*/g;

/** The octets of a token with escapes undone (RFC 1035 5.1), other text as UTF-8; undefined for a wrong `\DDD`. */
export function tokenBytes(raw: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const match of raw.matchAll(PIECE)) {
    const [piece, decimal, escaped] = match;
    if (decimal !== undefined && Number(decimal) > 255) {
      return undefined;
    }
    bytes.push(...(decimal === undefined ? Buffer.from(escaped ?? piece) : [Number(decimal)]));
  }
  return Uint8Array.from(bytes);
}

const PIECE = /\\(\d{3})|\\([^])|[^\\]+|\\$/g;

/** A quoted text for octets: printable ASCII as itself, the quote and the backslash behind a backslash, others as `\DDD`. */
export function quotedText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += QUOTED[byte];
  }
  return `"${text}"`;
}

const QUOTED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const text = String.fromCharCode(byte);
  if (byte < 0x20 || byte > 0x7e) {
    return `\\${String(byte).padStart(3, "0")}`;
  }
  return text === '"' || text === "\\" ? `\\${text}` : text;
});
