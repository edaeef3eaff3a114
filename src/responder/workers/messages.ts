import type { Name } from "../../dns/name/name.ts";
import type { RRset } from "../../dns/record.ts";
import type { UdpIo } from "../../transport/server/listener.ts";
import type { CookieSecrets } from "../client/cookie.ts";
import type { ResponderCounts } from "../counters.ts";
import type { LiveLimits } from "../live/live-cache.ts";
import type { LiveAnswer, LiveQuestion, ServedAlias } from "../answer-source.ts";
import type { RateLimitOptions } from "../client/rate-limit-options.ts";
import type { ClockMark } from "./thread-clock.ts";

/** A listen address with its port. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface ResponderLimits {
  readonly live: LiveLimits;
  readonly rate: RateLimitOptions;
  /** The maximum number of cached responses in one worker. */
  readonly maxPackets: number;
  /** The maximum number of open TCP connections of one worker. */
  readonly maxConnections: number;
  /** Maximum number of concurrent queries on one TCP connection. */
  readonly maxPipelined: number;
  /** A TCP connection is closed after this time without a query or an answer. */
  readonly idleMs: number;
  /** The maximum heap of one worker. A worker that needs more memory ends, and is replaced. */
  readonly maxHeapMb: number;
}

/** The data that a worker starts with. */
export interface WorkerStart {
  readonly clock: ClockMark;
  readonly limits: ResponderLimits;
  readonly cookieSecrets: CookieSecrets;
  readonly udpIo: UdpIo;
}

/** The data of one thread. `sockets`: the sockets that the main thread closes if the thread does not. */
export interface ThreadStart extends WorkerStart {
  readonly sockets: SharedArrayBuffer;
}

/** Messages from the main thread to a worker, which reads them in order. */
export type ToWorker =
  /** Begins a zone. A previous zone that did not end is dropped. */
  | {
      readonly kind: "zone";
      readonly domain: Name;
      readonly clientSubnet: boolean;
      readonly reserved?: readonly Name[];
    }
  /** A slice of that zone. The worker answers each slice with `ack`. */
  | { readonly kind: "slice"; readonly sets: readonly RRset[]; readonly aliases: readonly ServedAlias[] }
  /** Ends the zone, which is served from now on. */
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
  /** An error in answering, which is a defect. At most one each second. */
  | { readonly kind: "error"; readonly problem: string };

export interface PendingQuestion {
  /** The id of the worker. */
  readonly id: number;
  readonly question: LiveQuestion;
}

export interface SettledQuestion {
  readonly id: number;
  readonly answer: LiveAnswer | undefined;
}
