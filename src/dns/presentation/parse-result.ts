/** A fault in a zone file, its position, and its cure. */
export interface ZoneFileProblem {
  /** From 1. */
  readonly line: number;
  /** From 1, in characters. */
  readonly column: number;
  readonly message: string;
}

/** A parsed value, or a sentence with the reason why the text is invalid. */
export type Parsed<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "invalid"; readonly message: string };

export function ok<T>(value: T): Parsed<T> {
  return { kind: "ok", value };
}

export function invalid(message: string): { readonly kind: "invalid"; readonly message: string } {
  return { kind: "invalid", message };
}
