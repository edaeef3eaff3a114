import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { Listener, ListenPart, Peer } from "./listener.ts";

/** Rejects when the port is taken. Bound to a wildcard address, the kernel picks the address that answers come from. */
export async function listenUdp({ host, port, onQuery, onError, limits, reusePort }: ListenPart): Promise<Listener> {
  const type = isIPv6(host) ? "udp6" : "udp4";
  const socket = createSocket({ type, reusePort, ipv6Only: type === "udp6" });
  let pending = 0;
  let isOpen = true;
  const send = (answer: Uint8Array | undefined, peer: Peer): void => {
    if (answer !== undefined && isOpen) {
      socket.send(answer, peer.port, peer.address, (error) => {
        if (error !== null) {
          onError(error);
        }
      });
    }
  };
  const sendLater = async (promise: Promise<Uint8Array | undefined>, peer: Peer): Promise<void> => {
    pending += 1;
    try {
      send(await promise, peer);
    } catch (error) {
      onError(error);
    } finally {
      pending -= 1;
    }
  };
  socket.on("message", (query, peer) => {
    if (pending >= limits.maxPendingUdp) {
      return;
    }
    try {
      const answer = onQuery(query, peer, "udp");
      if (answer instanceof Promise) {
        void sendLater(answer, peer);
      } else {
        send(answer, peer);
      }
    } catch (error) {
      onError(error);
    }
  });
  socket.bind(port, host);
  try {
    await once(socket, "listening");
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
