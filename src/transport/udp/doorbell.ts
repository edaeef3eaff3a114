import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Libc } from "./libc.ts";
import type { SocketFamily } from "./packet-peer.ts";

/**
 * Wakes the event loop whenever a socket of libc is readable, and keeps the loop alive. Call it before the socket is bound.
 *
 * Node.js has no function for this, and a libuv handle of our own crashes the process if its thread is terminated. So Node.js gets a
 * number of the socket, and registers it with epoll. Then the number gets an empty socket. The registration remains with the file of the first
 * socket (epoll(7), question 6). So the loop wakes for the first socket, while Node.js reads only from the empty one. Node.js owns
 * the number, and closes it with the thread.
 */
export async function createDoorbell(libc: Libc, fd: number, family: SocketFamily): Promise<AsyncDisposable> {
  const number = libc.socket(family);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  try {
    libc.replace(fd, number);
    const listening = once(socket, "listening");
    socket.bind({ fd: number });
    await listening;
  } catch (error) {
    libc.close(number);
    throw error;
  }
  // The loop registers the number when it next waits for events. One turn may already be past that point.
  await nextTurn();
  await nextTurn();
  const empty = libc.socket(family);
  libc.replace(empty, number);
  libc.close(empty);
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}
