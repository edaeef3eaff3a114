import type { Name } from "../../dns/name/name.ts";
import type { RRset } from "../../dns/record.ts";
import type { CookieSecrets } from "../client/cookie.ts";
import type { ResponderCounts } from "../counters.ts";
import type { LiveLimits } from "../live/live-cache.ts";
import type { LiveAnswer, LiveQuestion, ServedAlias } from "../answer-source.ts";
import type { RateLimitOptions } from "../client/rate-limit-options.ts";
import type { ClockMark } from "./thread-clock.ts";

/** An address and a port to answer at. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface ResponderLimits {
  readonly live: LiveLimits;
  readonly rate: RateLimitOptions;
  /** Prepared packets of one worker. */
  readonly maxPackets: number;
  /** Open TCP connections of one worker. */
  readonly maxConnections: number;
  /** Maximum number of concurrent queries on one TCP connection. */
  readonly maxPipelined: number;
  /** A TCP connection without a query or an answer is closed after that. */
  readonly idleMs: number;
  /** Heap of one worker; a worker that needs more ends and is replaced. */
  readonly maxHeapMb: number;
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly clock: ClockMark;
  readonly limits: ResponderLimits;
  readonly cookieSecrets: CookieSecrets;
}

/** From the main thread to a worker; they are read in their order. */
export type ToWorker =
  /** A zone begins; whatever came of it before and did not end is forgotten. */
  | {
      readonly kind: "zone";
      readonly domain: Name;
      readonly clientSubnet: boolean;
      readonly reserved?: readonly Name[];
    }
  /** A slice of that zone; each is answered by `taken`. */
  | { readonly kind: "slice"; readonly sets: readonly RRset[]; readonly aliases: readonly ServedAlias[] }
  /** The zone is whole: from now on it is served. */
  | { readonly kind: "zone-whole" }
  | { readonly kind: "zone-gone"; readonly domain: Name }
  | { readonly kind: "changed"; readonly zone: Name; readonly names: readonly Name[] }
  | { readonly kind: "answers"; readonly answers: readonly SettledQuestion[] }
  | { readonly kind: "cookie-secrets"; readonly secrets: CookieSecrets }
  | { readonly kind: "listen"; readonly addresses: readonly ListenAddress[] }
  | { readonly kind: "count" }
  | { readonly kind: "stop" };

export type FromWorker =
  | { readonly kind: "ack" }
  | { readonly kind: "ask"; readonly questions: readonly PendingQuestion[] }
  | { readonly kind: "listening" }
  | { readonly kind: "not-listening"; readonly problem: string }
  | { readonly kind: "counts"; readonly counts: ResponderCounts }
  /** An error in answering, which is a defect: at most one a second. */
  | { readonly kind: "error"; readonly problem: string };

export interface PendingQuestion {
  /** The worker's own. */
  readonly id: number;
  readonly question: LiveQuestion;
}

export interface SettledQuestion {
  readonly id: number;
  readonly answer: LiveAnswer | undefined;
}
