/** One record's data: text that is read, its wire form, and the text that is written for it. */
export interface Vector {
  readonly type: string;
  readonly text: string;
  readonly hex: string;
  /** Defaults to `text`. */
  readonly canonical?: string;
}

/** Text that is refused, and the message. */
export interface InvalidVector {
  readonly type: string;
  readonly text: string;
  readonly message: RegExp;
}

/** Vectors from rows of type, text, wire form and, where it differs, canonical text. */
export function vectors(rows: readonly (readonly [string, string, string, string?])[]): readonly Vector[] {
  return rows.map(([type, text, hex, canonical = text]) => ({ type, text, hex: hex.replaceAll(" ", ""), canonical }));
}

/** `\# length hexadecimal` (RFC 3597 5). */
export function generic(hex: string): string {
  const digits = hex.replaceAll(" ", "");
  return `\\# ${digits.length / 2} ${digits}`.trimEnd();
}

export function invalidVectors(rows: readonly (readonly [string, string, RegExp])[]): readonly InvalidVector[] {
  return rows.map(([type, text, message]) => ({ type, text, message }));
}
