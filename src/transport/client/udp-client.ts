import { createSocket, type Socket } from "node:dgram";
import { isIP, isIPv6 } from "node:net";
import { messageOf } from "../../base/error.ts";
import type { ExchangeRequest, ExchangeResult, ResolverServer } from "../exchange.ts";
import type { PendingExchanges } from "./pending-exchanges.ts";
import { createSemaphore } from "../../base/semaphore.ts";

export interface UdpOptions {
  readonly pendingExchanges: PendingExchanges;
  /** The maximum number of open sockets. Further queries wait for a free one, at most until their time limit. */
  readonly maxSockets: number;
}

export interface UdpClient {
  exchange(server: ResolverServer, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeResult>;
  /** Resolves when the last socket is closed. The waits for answers have to end first. */
  closed(): Promise<void>;
}

/**
 * Opens a new socket for each query, so that the kernel picks a random source port (RFC 5452 9.2). The socket is connected: it
 * receives only packets from the server's address and port, and reports a closed port at once. The client ignores packets that
 * `accept` refuses.
 */
export function createUdpClient({ pendingExchanges, maxSockets }: UdpOptions): UdpClient {
  const permits = createSemaphore(maxSockets);
  const waiting: (() => void)[] = [];
  let open = 0;
  const reportIfClosed = (): void => {
    if (open === 0) {
      waiting.splice(0).forEach((resolve) => resolve());
    }
  };
  return {
    exchange: (server, request, signal) =>
      pendingExchanges.wait(request.timeoutMs, signal, (settle) => {
        let socket: Socket | undefined;
        const leave = permits.acquire(() => {
          socket = openSocket(server, request, settle);
          open += 1;
        });
        return () => {
          // The slot becomes free only when the socket is closed.
          if (socket === undefined) {
            leave();
          } else {
            // Node.js emits "connect" one tick late, and send() throws on a closed socket.
            socket.removeAllListeners("connect");
            socket.close(() => {
              open -= 1;
              leave();
              reportIfClosed();
            });
          }
        };
      }),
    closed: () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        reportIfClosed();
      }),
  };
}

function openSocket(
  server: ResolverServer,
  request: ExchangeRequest,
  settle: (result: ExchangeResult) => void,
): Socket {
  const family = isIPv6(server.address) ? 6 : 4;
  const socket = createSocket({
    type: family === 6 ? "udp6" : "udp4",
    // Only addresses are allowed. A hostname would need a lookup through the DNS server itself.
    lookup: (hostname, _options, callback) => {
      callback(isIP(hostname) === 0 ? new Error(`not an address: ${hostname}`) : null, hostname, family);
    },
  });
  const startedAt = performance.now();
  const fail = (error: unknown): void => settle({ kind: "unreachable", message: messageOf(error) });
  socket.on("error", fail);
  socket.on("message", (packet) => {
    if (request.accept(packet)) {
      settle({ kind: "response", response: packet, tookMs: performance.now() - startedAt });
    }
  });
  socket.on("connect", () => {
    socket.send(request.query, (error) => {
      if (error !== null) {
        fail(error);
      }
    });
  });
  socket.connect(server.port, server.address);
  return socket;
}
