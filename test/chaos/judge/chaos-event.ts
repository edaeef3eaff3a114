import type { Family } from "../../e2e/dns-client.ts";

/** Addresses, or the reason why there are none. `silent`: no answer came in time. Other words are rcodes. */
export type Answer = readonly string[] | "NODATA" | "NXDOMAIN" | "silent" | (string & {});

/** Everything that the judge is told, in order of time. Times are milliseconds of one monotonic clock. */
export type ChaosEvent =
  /** From now on clients of the target can see the generation, and the one before it until it is `isAlone`. */
  | {
      readonly kind: "target";
      readonly at: number;
      readonly target: number;
      readonly generation: number;
      readonly isAlone: boolean;
    }
  /** How long a server can have an address that its target no longer has, without the times of disturbance. Nothing is too old before. */
  | { readonly kind: "bound"; readonly at: number; readonly server: string; readonly boundMs: number }
  /** An alias for the name is about to be created. */
  | { readonly kind: "wanted"; readonly at: number; readonly name: string; readonly targets: readonly number[] }
  /** The alias is about to be deleted. */
  | { readonly kind: "unwanted"; readonly at: number; readonly name: string }
  /** Something is broken on purpose, so that dnsalias can't follow: staleness doesn't count until `calm`. */
  | { readonly kind: "disturbed" | "calm"; readonly at: number }
  /** The test itself stops a name server, or what it reads from, and starts it again. */
  | { readonly kind: "away" | "back"; readonly at: number; readonly server: string }
  /** The test keeps a responder from its resolver, and no longer does. */
  | { readonly kind: "unresolved" | "resolved"; readonly at: number; readonly server: string }
  | {
      readonly kind: "answer";
      readonly askedAt: number;
      readonly at: number;
      readonly server: string;
      readonly name: string;
      readonly family: Family;
      readonly answer: Answer;
    }
  /** An answer of records that dnsalias doesn't own. */
  | {
      readonly kind: "foreign-answer";
      readonly askedAt: number;
      readonly at: number;
      readonly server: string;
      readonly question: string;
      readonly wanted: readonly string[];
      readonly answer: Answer;
    }
  /** A process of dnsalias ended by itself. */
  | { readonly kind: "crash"; readonly at: number; readonly text: string }
  /** What the run does, for whoever reads a recording. */
  | { readonly kind: "did"; readonly at: number; readonly text: string }
  /** Everything is quiet. The records of each place as a whole: those of names without an alias, and changes of records that dnsalias doesn't own. */
  | {
      readonly kind: "end";
      readonly at: number;
      readonly orphans: readonly string[];
      readonly touched: readonly string[];
    };
