/**
 * What a mutant changes: "behavior" for all that a user can notice, "metrics" for the counting of metrics, "pace" for how soon a failed call
 * comes again, "index" for the number after `bytes[at] ??`, which the compiler demands and only an index out of range would show.
 */
export type MutantClass = "behavior" | "metrics" | "pace" | "index";

/** One small change of one file. Offsets are UTF-16 units. */
export interface Mutant {
  /** From the root of the repository, with slashes. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly by: string;
  /** A test that runs the changed text runs the text at this offset. */
  readonly runsAt: number;
  readonly kind: string;
  readonly class: MutantClass;
  /** "12:5" */
  readonly place: string;
  /** The replaced text, and the new one, on one line each. */
  readonly before: string;
  readonly after: string;
}

export function applyMutant(source: string, { start, end, by }: Pick<Mutant, "start" | "end" | "by">): string {
  return source.slice(0, start) + by + source.slice(end);
}

export function describeMutant({ file, place, kind, before, after }: Mutant): string {
  return `${file}:${place} ${kind}: ${before} → ${after}`;
}

/** src/dns/name/name.ts → dns */
export function roomOf(file: string): string {
  return file.split("/")[1] ?? file;
}
