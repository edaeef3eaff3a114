/** The fault in one field of a manifest, and its cure. */
export interface Problem {
  /** "spec.targets[0].hostname" */
  readonly path: string;
  /** The value as shortened JSON. Empty if the field is absent or has more than one value. */
  readonly value: string;
  readonly message: string;
}

export type Parsed<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "invalid"; readonly problems: readonly Problem[] };

/** One line for users: `spec.hostnames[0]: "a..b": not a hostname; …`. */
export function problemText({ path, value, message }: Problem): string {
  return value === "" ? `${path}: ${message}` : `${path}: ${value}: ${message}`;
}

export function problem(path: string, value: unknown, message: string): Problem {
  return { path, value: shown(value), message };
}

const MAX_SHOWN = 80;

function shown(value: unknown): string {
  if (typeof value === "string") {
    return clipped(JSON.stringify(value.slice(0, MAX_SHOWN + 1)));
  }
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

function clipped(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
