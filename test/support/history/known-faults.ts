import type { Stage } from "./stage.ts";

/** A fault of the product that isn't repaired yet. */
export interface KnownFault {
  /** The kind of action that random histories leave out until the fault is repaired. */
  readonly kind: string;
  /** What goes wrong. */
  readonly name: string;
  /** The judge's words for it. */
  readonly fault: RegExp;
  /** The shortest history that shows it. */
  readonly play: (stage: Stage) => Promise<void>;
}

/** An entry goes when its fault is repaired: its test fails then. */
export const KNOWN_FAULTS: readonly KnownFault[] = [];

export const KNOWN_KINDS: ReadonlySet<string> = new Set(KNOWN_FAULTS.map(({ kind }) => kind));
