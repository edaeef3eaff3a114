import type { Millis } from "../../base/clock.ts";

export interface Peer {
  readonly address: string;
  readonly port: number;
}

/**
 * Gets the octets of one message as they came and gives the octets of the answer, already short enough for the protocol; undefined sends nothing. What it
 * throws goes to `onError`, and nothing is sent.
 */
export type OnQuery = (query: Uint8Array, peer: Peer, protocol: "udp" | "tcp") => Answer | Promise<Answer>;

/**
 * Over TCP an answer may be several messages, such as a zone transfer (RFC 5936): the next one is asked for when the peer has taken the one before, so that one is
 * held at most. A peer that takes none for `idleMs` is cut off, and what gives them is told (`return`). Over UDP nothing is sent of it.
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
