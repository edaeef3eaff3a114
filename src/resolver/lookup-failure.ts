import type { Subnet } from "../dns/address/subnet.ts";
import type { Name } from "../dns/name/name.ts";
import type { FailureReason, LookupResult } from "../dns/lookup-result.ts";

/** The failure of one server. */
export interface Note {
  readonly server: string;
  readonly reason: FailureReason;
  readonly detail: string;
  /** The part of the chain that is known after its answer. */
  readonly path: readonly Name[];
  /** Prefixes of the network whose addresses are never published. */
  readonly nat64?: readonly Subnet[];
}

/** Returns one failure for all attempts: the most specific reason about the name, and the behavior of each server, in order. */
export function failureResult(notes: readonly [Note, ...Note[]]): LookupResult {
  const described = notes.reduce((best, note) => (rank(note) < rank(best) ? note : best));
  const sentences = new Set(notes.map(({ server, detail }) => `${server}: ${detail}`));
  const { reason, path, nat64 } = described;
  return { kind: "failure", reason, detail: [...sentences].join("; "), chain: path, ...(nat64 && { nat64 }) };
}

/** The most specific reason comes first: faults of the name, then faults of a server, then faults of the network. */
const RANKING: readonly FailureReason[] = [
  "loop",
  "too-deep",
  "special-use",
  "bogus",
  "servfail",
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
