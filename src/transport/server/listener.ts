import type { Millis } from "../../base/clock.ts";

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/**
 * Gets the bytes of one message and returns the bytes of the answer, already short enough for the protocol; undefined sends no answer. If it
 * throws, `onError` gets the error, and no answer is sent.
 */
export type OnQuery = (query: Uint8Array, peer: Peer, protocol: "udp" | "tcp") => Answer | Promise<Answer>;

/**
 * Over TCP an answer may be several messages, such as a zone transfer (RFC 5936): the next one is requested when the peer has received the previous one, so at most one is
 * in memory. If the peer receives nothing for `idleMs`, the connection is closed and the iterator gets `return`. Over UDP nothing is sent.
 */
export type Answer = Uint8Array | AsyncIterable<Uint8Array> | undefined;

export interface ListenLimits {
  /** Answers over UDP that may be promised at once; further queries are dropped. */
  readonly maxPendingUdp: number;
  /** Open TCP connections; further ones are closed at once. */
  readonly maxConnections: number;
  /** Of these, those that one client may have (IPv6: a /64), so that one cannot take them all from the others. */
  readonly maxConnectionsPerClient: number;
  /** Answers promised at once on one connection; beyond it nothing more is read from it. */
  readonly maxPipelined: number;
  /** A connection on which no whole message came and no answer went so long is closed (RFC 7766 6.2.3). */
  readonly idleMs: Millis;
}

/** What one protocol's listener needs: everything filled in. */
export interface ListenPart {
  readonly host: string;
  readonly port: number;
  readonly onQuery: OnQuery;
  readonly onError: (error: unknown) => void;
  readonly limits: ListenLimits;
  readonly reusePort: boolean;
}

export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}
