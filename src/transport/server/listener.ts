import type { Millis } from "../../base/clock.ts";
import type { AddressWords } from "../address-words.ts";

export interface Peer {
  readonly address: string;
  readonly port: number;
  /** The address as words, if the socket reports words. It is then faster than the text, which is created on each read. */
  readonly words?: AddressWords;
}

/** How UDP packets are received and sent: in batches over `node:ffi`, or one by one over `node:dgram`. */
export type UdpIo = "ffi" | "dgram";

/**
 * Receives the bytes of one message, and returns the bytes of the answer. The answer is already short enough for the protocol.
 * Undefined: no answer is sent. If it throws, `onError` gets the error, and no answer is sent.
 */
export type OnQuery = (query: Uint8Array, peer: Peer, protocol: "udp" | "tcp") => Answer | Promise<Answer>;

/**
 * Over TCP, an answer can be several messages, such as a zone transfer (RFC 5936). The next message is requested when the peer
 * has received the previous one, so at most one is in memory. If the peer receives nothing for `idleMs`, the connection is closed
 * and the iterator gets `return`. Over UDP nothing is sent.
 */
export type Answer = Uint8Array | AsyncIterable<Uint8Array> | undefined;

export interface ListenLimits {
  /** The maximum number of pending answers over UDP. Further queries are dropped. */
  readonly maxPendingUdp: number;
  /** The maximum number of open TCP connections. Further ones are closed at once. */
  readonly maxConnections: number;
  /**
   * The maximum number of open TCP connections from one client, so that one client cannot use all connections. An IPv6 /64 is one
   * client.
   */
  readonly maxConnectionsPerClient: number;
  /**
   * The maximum number of pending answers on one connection. While there are this many, nothing more is read from the connection.
   */
  readonly maxPipelined: number;
  /** A connection is closed after this time without a whole message or an answer (RFC 7766 6.2.3). */
  readonly idleMs: Millis;
}

/** The options of one protocol's listener, with all defaults. */
export interface ListenPart {
  readonly host: string;
  readonly port: number;
  readonly onQuery: OnQuery;
  readonly onError: (error: unknown) => void;
  readonly limits: ListenLimits;
  readonly reusePort: boolean;
  /** The sockets of this thread, for the thread that started it. Undefined: no other thread terminates this one. */
  readonly sockets: SharedArrayBuffer | undefined;
}

export interface Listener extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}
