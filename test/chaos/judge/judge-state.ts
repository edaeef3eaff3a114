import type { TargetHistory } from "../../support/target-history.ts";
import type { Answer } from "./chaos-event.ts";

export const FAULTS = ["blank", "wrong", "back", "orphan", "foreign", "crash"] as const;
export type FaultKind = (typeof FAULTS)[number];

/** What the judge knows. */
export interface JudgeState {
  /** By server. */
  readonly bounds: Map<string, number>;
  /** Its addresses are generations. */
  readonly history: TargetHistory;
  /** By target: the generation that it has, and the one that clients can see already. */
  readonly newest: Map<number, { readonly alone: number; readonly seen: number }>;
  readonly names: Map<string, NameState>;
  readonly keys: Map<string, KeyState>;
  readonly servers: Map<string, Spans>;
  /** Responders without a resolver. */
  readonly unresolved: Map<string, Spans>;
  readonly counts: Record<FaultKind, number>;
  readonly examples: string[];
  answers: number;
  silences: number;
  withoutResolver: number;
  longestStaleMs: number;
}

/** Spans of time in which something is away; they can overlap. */
export interface Spans {
  readonly away: number;
  /** When the last one ended. */
  readonly backAt: number;
}

export interface NameState {
  readonly targets: readonly number[];
  readonly isWanted: boolean;
}

/** One name and family at one server. */
export interface KeyState {
  readonly text: string;
  readonly server: string;
  readonly name: string;
  /** The newest generation of each target that was served. */
  readonly seen: Map<number, number>;
  /**
   * `absent`: it has no addresses, and no alias. `coming`: it had none when its alias was created. `served`: it had some since. `leaving`: its alias
   * was deleted, and its addresses may stay for a while. `unsure`: its alias was deleted before it was served, so that it may be served once.
   */
  phase: "absent" | "coming" | "served" | "leaving" | "unsure";
  silencesInRow: number;
  /** The server was away and has not answered with addresses since. */
  isRestarted: boolean;
  /** The last one that came. */
  last: Answer;
}

export function note({ counts, examples }: JudgeState, kind: FaultKind, at: number, text: string): void {
  counts[kind] += 1;
  if (counts[kind] <= MAX_EXAMPLES) {
    examples.push(`${kind} at ${Math.round(at)} ms: ${text}`);
  }
}

const MAX_EXAMPLES = 12;
