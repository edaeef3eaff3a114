import type { Name } from "../dns/name/name.ts";
import type { FailureReason, LookupResult } from "../dns/lookup-result.ts";

/** What one server did instead of giving an answer. */
export interface Note {
  readonly server: string;
  readonly reason: FailureReason;
  readonly detail: string;
  /** How far its answer led. */
  readonly path: readonly Name[];
}

/** One reading for all that was tried: the reason that says most about the name, and what each server did, in the order in which it did. */
export function failureResult(notes: readonly [Note, ...Note[]]): LookupResult {
  const described = notes.reduce((best, note) => (rank(note) < rank(best) ? note : best));
  const sentences = new Set(notes.map(({ server, detail }) => `${server}: ${detail}`));
  return { kind: "failure", reason: described.reason, detail: [...sentences].join("; "), chain: described.path };
}

/** What is wrong with the name comes before what is wrong with a server, and that before what is wrong with the way to it. */
const RANKING: readonly FailureReason[] = [
  "loop",
  "too-deep",
  "too-many",
  "special-use",
  "bogus",
  "servfail",
  "inconsistent",
  "refused",
  "truncated",
  "malformed",
  "rcode",
  "timeout",
  "unreachable",
];

function rank({ reason }: Note): number {
  return RANKING.indexOf(reason);
}
