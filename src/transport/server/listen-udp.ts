import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Listener, ListenPart, Peer } from "./listener.ts";
import { createUdpQueries } from "./udp-queries.ts";

/** Rejects if the port is in use. On a wildcard address, the kernel picks the source address of answers. */
export async function listenUdp({ host, port, onQuery, onError, limits, reusePort }: ListenPart): Promise<Listener> {
  const socket = createUdpSocket(host, reusePort);
  let isOpen = true;
  const onPacket = createUdpQueries<Peer>({ onQuery, onError, limits }, (answer, peer) => {
    if (isOpen) {
      // The call has no callback, because a callback takes more time than the rest of the call. An answer that cannot be sent is
      // lost, as any datagram can be.
      socket.send(answer, peer.port, peer.address);
    }
  });
  socket.on("message", onPacket);
  try {
    const listening = once(socket, "listening");
    socket.bind(port, host);
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  socket.on("error", onError);
  return {
    host,
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      if (isOpen) {
        isOpen = false;
        socket.close();
        await once(socket, "close");
      }
    },
  };
}

/**
 * The size of the receive buffer, in bytes. The system limits it (net.core.rmem_max). The default buffer is full after about 250
 * simultaneous queries.
 */
export const RECEIVE_BUFFER = 4 * 1024 * 1024;

function createUdpSocket(host: string, reusePort: boolean): Socket {
  const type = isIPv6(host) ? "udp6" : "udp4";
  return createSocket({
    type,
    reusePort,
    ipv6Only: type === "udp6",
    recvBufferSize: RECEIVE_BUFFER,
    // The addresses of peers need no lookup. Node's own lookup would take a turn of the event loop for each answer.
    lookup: (address, _options, done) => done(null, address, type === "udp6" ? 6 : 4),
  });
}
