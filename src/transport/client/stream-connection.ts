import type { Socket } from "node:net";
import type { Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { ExchangeRequest, ExchangeResult } from "../exchange.ts";
import { createDeframer, framed } from "../frames.ts";

/**
 * The end of a query on a connection. `stale`: the server has closed a connection that was in use before, so a new connection may
 * succeed.
 */
export type StreamResult = ExchangeResult | { readonly kind: "stale" };

export interface StreamOptions {
  /** Not yet connected. */
  readonly socket: Socket;
  /** The event after which the peer is verified. */
  readonly readyEvent: "connect" | "secureConnect";
  /** A connection without pending queries is closed after this time. */
  readonly idleMs: Millis;
  readonly onClose: () => void;
}

interface Pending {
  readonly request: ExchangeRequest;
  readonly settle: (result: StreamResult) => void;
  readonly startedAt: Millis;
}

/** Servers process few queries of a connection at once. With more, another connection is faster. */
const MAX_PIPELINED = 32;
/** If a query waits this long and no data arrives, the connection gets no further queries. */
const DEAD_AFTER_MS = 1_000;
const MAX_ABANDONED = 64;

/** One TCP or TLS connection with any number of concurrent queries (RFC 7766 6.2.1), distinguished by their id. */
export class StreamConnection {
  readonly #options: StreamOptions;
  readonly #pending = new Map<number, Pending>();
  /** The ids of cancelled queries whose answer may still arrive. A later query must not reuse such an id. */
  readonly #abandoned = new Set<number>();
  #state: "opening" | "open" | "used" | "closing" = "opening";
  #lastReceivedAt: Millis = -Infinity;
  #problem: string | undefined;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    const { socket, readyEvent } = options;
    const deframer = createDeframer();
    socket.setNoDelay(true);
    socket.once(readyEvent, () => this.#ready());
    socket.on("data", (piece: Buffer) => deframer.push(piece).forEach((message) => this.#receive(message)));
    socket.on("error", (error) => {
      this.#problem = messageOf(error);
    });
    // A server that closes its side does not answer later queries.
    socket.on("end", () => socket.destroy());
    socket.on("close", () => this.#closed());
  }

  /** False for a connection that is closing, that has the maximum number of pending queries, or that has one with this id. */
  canTake(id: number): boolean {
    const isKnown = this.#pending.has(id) || this.#abandoned.has(id);
    return this.#state !== "closing" && this.#pending.size < MAX_PIPELINED && !isKnown;
  }

  get isIdle(): boolean {
    return this.#pending.size === 0;
  }

  /** Sends the query, now or after the connection opens. Returns a function that cancels the query. */
  send(request: ExchangeRequest, settle: (result: StreamResult) => void): () => void {
    const id = idOf(request.query);
    const entry = { request, settle, startedAt: performance.now() };
    clearTimeout(this.#idleTimer);
    this.#pending.set(id, entry);
    if (this.#state !== "opening") {
      this.#options.socket.write(framed(request.query));
    }
    return () => this.#takeBack(id, entry);
  }

  destroy(): void {
    this.#state = "closing";
    this.#options.socket.destroy();
  }

  /** Sends the pending queries. Nothing is written earlier, because a TLS peer is verified only at the end of the handshake. */
  #ready(): void {
    this.#state = this.#state === "opening" ? "open" : this.#state;
    for (const { request } of this.#pending.values()) {
      this.#options.socket.write(framed(request.query));
    }
  }

  #receive(message: Uint8Array): void {
    this.#lastReceivedAt = performance.now();
    this.#state = this.#state === "open" ? "used" : this.#state;
    const found = this.#abandoned.delete(idOf(message)) ? undefined : addressee(this.#pending, message);
    if (found?.entry.request.accept(message) === true) {
      this.#pending.delete(found.id);
      const tookMs = performance.now() - found.entry.startedAt;
      found.entry.settle({ kind: "response", response: message, tookMs });
      this.#restOrClose();
    }
  }

  #takeBack(id: number, entry: Pending): void {
    if (this.#pending.get(id) !== entry) {
      return;
    }
    this.#pending.delete(id);
    this.#abandoned.add(id);
    const silentMs = performance.now() - Math.max(entry.startedAt, this.#lastReceivedAt);
    if (silentMs >= DEAD_AFTER_MS || this.#abandoned.size > MAX_ABANDONED) {
      this.#state = "closing";
    }
    this.#restOrClose();
  }

  #restOrClose(): void {
    const { socket, idleMs } = this.#options;
    // The receiver of an answer can send and cancel a query before this, which starts a timer too.
    clearTimeout(this.#idleTimer);
    if (this.isIdle && this.#state === "closing") {
      socket.destroy();
    } else if (this.isIdle) {
      this.#idleTimer = setTimeout(() => socket.destroy(), idleMs).unref();
    }
  }

  #closed(): void {
    clearTimeout(this.#idleTimer);
    const message = this.#problem ?? "the server closed the connection";
    const result: StreamResult = this.#state === "used" ? { kind: "stale" } : { kind: "unreachable", message };
    this.#state = "closing";
    for (const entry of this.#pending.values()) {
      entry.settle(result);
    }
    this.#options.onClose();
  }
}

/**
 * Returns the query that an answer belongs to. If only one query is pending, every answer belongs to it, even one with a wrong id.
 */
function addressee(
  pending: ReadonlyMap<number, Pending>,
  message: Uint8Array,
): { readonly id: number; readonly entry: Pending } | undefined {
  const named = idOf(message);
  const [only] = pending.keys();
  const id = pending.size === 1 && only !== undefined ? only : named;
  const entry = pending.get(id);
  return entry && { id, entry };
}

export function idOf(message: Uint8Array): number {
  return ((message[0] ?? 0) << 8) | (message[1] ?? 0);
}
