import { once } from "node:events";
import { createServer, isIPv6, type Socket } from "node:net";
import { createClientCounts } from "./client-limits.ts";
import { createDeframer, framed } from "../frames.ts";
import type { Listener, ListenPart, Peer } from "./listener.ts";

/** Rejects if the port is in use. */
export async function listenTcp(part: ListenPart): Promise<Listener> {
  const { host, port, limits, reusePort, onError } = part;
  const sockets = new Set<Socket>();
  const clients = createClientCounts(limits.maxConnectionsPerClient);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const { remoteAddress = "" } = socket;
    if (!clients.enter(remoteAddress)) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on("close", () => {
      sockets.delete(socket);
      clients.leave(remoteAddress);
    });
    serve(socket, part);
  });
  server.maxConnections = limits.maxConnections;
  server.listen({ host, port, reusePort, ipv6Only: isIPv6(host) });
  await once(server, "listening");
  server.on("error", onError);
  const address = server.address();
  return {
    host,
    port: typeof address === "object" && address !== null ? address.port : port,
    async [Symbol.asyncDispose]() {
      if (server.listening) {
        server.close();
        sockets.forEach((socket) => socket.destroy());
        await once(server, "close");
      }
    },
  };
}

/** A shorter message is not a DNS message (RFC 1035 4.1.1), and its sender does not use DNS. */
const HEADER_BYTES = 12;

/**
 * Sends each answer as soon as it is ready, not in the order of the queries (RFC 7766 7). It reads nothing while too many answers
 * are pending, or while the peer does not receive the ready ones.
 */
function serve(socket: Socket, { onQuery, onError, limits }: ListenPart): void {
  const deframer = createDeframer();
  const peer: Peer = { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
  let pending = 0;
  let isEnding = false;
  const waiting: Uint8Array[] = [];
  // This is a timer instead of the socket's setTimeout, because single bytes must not keep a connection open.
  const idle = setTimeout(() => socket.destroy(), limits.idleMs);

  const answer = async (query: Uint8Array): Promise<void> => {
    pending += 1;
    try {
      const response = await onQuery(query, peer, "tcp");
      if (response !== undefined && !(response instanceof Uint8Array)) {
        await sendAll(socket, response, idle);
      } else if (response !== undefined && !socket.destroyed) {
        socket.write(framed(response));
        idle.refresh();
      }
    } catch (error) {
      onError(error);
    } finally {
      pending -= 1;
      next();
    }
  };
  const isBusy = (): boolean => pending >= limits.maxPipelined || socket.writableNeedDrain;
  const next = (): void => {
    while (waiting.length > 0 && !isBusy()) {
      const query = waiting.shift();
      if (query !== undefined) {
        void answer(query);
      }
    }
    if (waiting.length > 0) {
      socket.pause();
    } else if (isEnding && pending === 0) {
      socket.end();
    } else {
      socket.resume();
    }
  };

  socket.on("data", (piece: Buffer) => {
    const queries = deframer.push(piece);
    if (queries.some((query) => query.length < HEADER_BYTES)) {
      socket.destroy();
    } else if (queries.length > 0) {
      idle.refresh();
      waiting.push(...queries);
      next();
    }
  });
  socket.on("drain", next);
  socket.on("end", () => {
    isEnding = true;
    next();
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => clearTimeout(idle));
}

async function sendAll(socket: Socket, messages: AsyncIterable<Uint8Array>, idle: NodeJS.Timeout): Promise<void> {
  for await (const message of messages) {
    if (socket.destroyed) {
      return;
    }
    const isTaken = socket.write(framed(message));
    idle.refresh();
    if (!isTaken) {
      await takenOrGone(socket);
    }
  }
}

async function takenOrGone(socket: Socket): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  socket.once("drain", done).once("close", done);
  try {
    await promise;
  } finally {
    socket.off("drain", done).off("close", done);
  }
}
