import { listenTcp } from "./listen-tcp.ts";
import { listenUdp } from "./listen-udp.ts";
import { listenUdpBatched } from "./listen-udp-batched.ts";
import type { Listener, ListenLimits, ListenPart, OnQuery, UdpIo } from "./listener.ts";

const DEFAULT_LIMITS: ListenLimits = {
  maxPendingUdp: 10_000,
  maxConnections: 1_000,
  maxConnectionsPerClient: 1_000,
  maxPipelined: 100,
  idleMs: 10_000,
};

export interface ListenOptions {
  /** An address. `::` listens only on IPv6. */
  readonly host: string;
  /** 0 picks a port that is free for both protocols. */
  readonly port: number;
  readonly onQuery: OnQuery;
  readonly onError?: (error: unknown) => void;
  readonly limits?: Partial<ListenLimits>;
  /** Lets other processes and threads listen on the same port. The kernel distributes the queries (SO_REUSEPORT; Linux). */
  readonly reusePort?: boolean;
  /** Defaults to dgram. With ffi, it rejects if the system does not have `node:ffi`, see `chooseUdpIo`. */
  readonly udpIo?: UdpIo;
  /** Memory of `socketTableMemory`, for a thread that can be terminated. */
  readonly sockets?: SharedArrayBuffer | undefined;
}

/**
 * Listens on one address and one port over UDP and TCP. Rejects if the port is in use for one of them. Disposal closes every
 * socket at once.
 */
export async function listen(options: ListenOptions): Promise<Listener> {
  const part: ListenPart = {
    host: options.host,
    port: options.port,
    onQuery: options.onQuery,
    onError: options.onError ?? (() => undefined),
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    reusePort: options.reusePort ?? false,
    sockets: options.sockets,
  };
  const openUdp = options.udpIo === "ffi" ? listenUdpBatched : listenUdp;
  for (let tries = 1; ; tries += 1) {
    const tcp = await listenTcp(part);
    try {
      const udp = await openUdp({ ...part, port: tcp.port });
      return {
        host: options.host,
        port: tcp.port,
        async [Symbol.asyncDispose]() {
          await Promise.all([tcp[Symbol.asyncDispose](), udp[Symbol.asyncDispose]()]);
        },
      };
    } catch (error) {
      await tcp[Symbol.asyncDispose]();
      if (options.port !== 0 || tries === MAX_TRIES) {
        throw error;
      }
    }
  }
}

/** A port that the kernel picked for TCP can be in use for UDP. */
const MAX_TRIES = 20;
