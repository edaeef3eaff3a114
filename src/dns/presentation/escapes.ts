/**
 * Returns the bytes of zone-file text (RFC 1035 5.1). `\DDD` is one byte, and a backslash before any other character means that
 * character. All other characters have their UTF-8 bytes. Undefined for an invalid escape.
 */
export function unescapeText(raw: string): Uint8Array | undefined {
  if (!raw.includes("\\")) {
    return ascii(raw) ?? encoder.encode(raw);
  }
  const bytes = new Uint8Array(3 * raw.length);
  let length = 0;
  for (let at = 0; at < raw.length;) {
    const unit = readCharacter(raw, at);
    if (unit === undefined) {
      return undefined;
    }
    bytes.set(unit.bytes, length);
    length += unit.bytes.length;
    at += unit.length;
  }
  return bytes.slice(0, length);
}

/** Reads one escaped or plain character at `at`. `escaped` distinguishes `\.` from `.`. Undefined for an invalid escape. */
export function readCharacter(
  raw: string,
  at: number,
): { readonly bytes: ArrayLike<number>; readonly length: number; readonly escaped: boolean } | undefined {
  if (raw[at] !== "\\") {
    const character = String.fromCodePoint(raw.codePointAt(at) ?? 0);
    return { bytes: utf8(character), length: character.length, escaped: false };
  }
  const digits = DECIMAL_ESCAPE.exec(raw.slice(at, at + 4))?.[1];
  if (digits !== undefined) {
    const byte = Number(digits);
    return byte > 255 ? undefined : { bytes: [byte], length: 4, escaped: true };
  }
  const point = raw.codePointAt(at + 1);
  if (point === undefined || (point >= DIGIT_ZERO && point <= DIGIT_NINE)) {
    return undefined;
  }
  const character = String.fromCodePoint(point);
  return { bytes: utf8(character), length: 1 + character.length, escaped: true };
}

export const INVALID_ESCAPE = "write \\DDD with DDD from 000 to 255";

/** Returns a quoted text for bytes. Printable ASCII is unchanged, quotes and backslashes follow a backslash, and other bytes are `\DDD`. */
export function quotedText(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) {
    text += QUOTED[byte];
  }
  return `"${text}"`;
}

/** True for text with a quote that has no backslash before it. */
export function hasBareQuote(text: string): boolean {
  for (let at = text.includes('"') ? 0 : text.length; at < text.length; at += text[at] === "\\" ? 2 : 1) {
    if (text[at] === '"') {
      return true;
    }
  }
  return false;
}

/** Shortens a text for an error message to at most one line. */
export function excerpt(text: string): string {
  return text.length > EXCERPT_LENGTH ? `${text.slice(0, EXCERPT_LENGTH)}…` : text;
}

const QUOTED: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const text = String.fromCharCode(byte);
  if (byte < 0x20 || byte > 0x7e) {
    return `\\${String(byte).padStart(3, "0")}`;
  }
  return text === '"' || text === "\\" ? `\\${text}` : text;
});
const EXCERPT_LENGTH = 60;
const DIGIT_ZERO = 48;
const DIGIT_NINE = 57;
const DECIMAL_ESCAPE = /^\\(\d{3})$/;
const encoder = new TextEncoder();

/** The bytes of ASCII text of up to 255 characters. Undefined for other text. A TextEncoder takes more time. */
function ascii(text: string): Uint8Array | undefined {
  if (text.length > 255) {
    return undefined;
  }
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code > 127) {
      return undefined;
    }
    bytes[at] = code;
  }
  return bytes;
}

function utf8(character: string): ArrayLike<number> {
  const point = character.codePointAt(0) ?? 0;
  return point < 128 ? [point] : encoder.encode(character);
}
