import { isIPv6 } from "node:net";
import { createDoorbell } from "./doorbell.ts";
import { type Libc, systemError } from "./libc.ts";
import { createPacketBatch, type PacketBatch } from "./packet-batch.ts";
import type { PacketPeer, SocketFamily } from "./packet-peer.ts";
import { portOf, sockaddrOf } from "./sockaddr.ts";
import type { SocketTable } from "./socket-table.ts";

export interface BatchSocketOptions {
  readonly host: string;
  readonly port: number;
  readonly reusePort: boolean;
  /** The size of the receive buffer, in bytes. The system limits it (net.core.rmem_max). */
  readonly receiveBuffer: number;
  /** Undefined in the main thread, which no other thread terminates. */
  readonly table?: SocketTable | undefined;
  /** Gets each packet. It may call `send`. It must not throw. */
  readonly onPacket: (payload: Uint8Array, peer: PacketPeer) => void;
  /** Gets errors of the system in receiving. */
  readonly onError: (error: unknown) => void;
}

/** A UDP socket that receives and sends several packets with one call. On a wildcard address, an answer leaves from the address that was queried. */
export interface BatchSocket extends AsyncDisposable {
  readonly port: number;
  /** Sends the packet before the next wait for events. A packet that cannot be sent is lost, as any datagram can be. */
  send(payload: Uint8Array, peer: PacketPeer): void;
}

/** Rejects with the system's error, for example EADDRINUSE. */
export async function openBatchSocket(libc: Libc, options: BatchSocketOptions): Promise<BatchSocket> {
  const { host, table } = options;
  const family = isIPv6(host) ? 6 : 4;
  const address = sockaddrOf(host, options.port);
  const fd = libc.socket(family);
  const close = (): void => {
    table?.remove(fd);
    libc.close(fd);
  };
  table?.add(fd);
  try {
    await using opening = new AsyncDisposableStack();
    const doorbell = opening.use(await createDoorbell(libc, fd, family));
    prepare(libc, fd, family, options);
    libc.bind(fd, address);
    const port = portOf(new DataView(libc.localAddress(fd).buffer), 0);
    opening.move();
    return running({ libc, fd, options, close, doorbell, port });
  } catch (error) {
    close();
    throw error;
  }
}

function prepare(libc: Libc, fd: number, family: SocketFamily, { host, reusePort, receiveBuffer }: BatchSocketOptions) {
  // Node.js has set it for the doorbell. With it, two processes could open the same port.
  libc.setOption(fd, "SO_REUSEADDR", 0);
  libc.setOption(fd, "SO_REUSEPORT", reusePort ? 1 : 0);
  libc.setOption(fd, "SO_RCVBUF", receiveBuffer);
  if (family === 6) {
    libc.setOption(fd, "IPV6_V6ONLY", 1);
  }
  if (host === WILDCARD[family]) {
    libc.setOption(fd, family === 6 ? "IPV6_RECVPKTINFO" : "IP_PKTINFO", 1);
  }
}

const WILDCARD: Readonly<Record<SocketFamily, string>> = { 4: "0.0.0.0", 6: "::" };

/** As many packets as one call receives or sends. */
const BATCH = 64;

interface Opened {
  readonly libc: Libc;
  readonly fd: number;
  readonly options: BatchSocketOptions;
  readonly close: () => void;
  readonly doorbell: AsyncDisposable;
  readonly port: number;
}

function running({ libc, fd, options, close, doorbell, port }: Opened): BatchSocket {
  const received = createPacketBatch(BATCH, (memory) => libc.addressOf(memory));
  const sender = createSender(libc, fd);
  let isOpen = true;
  let isReceiving = false;

  const receive = (): void => {
    const count = libc.receive(fd, received);
    if (count < 0) {
      const error = systemError("recvmmsg", count);
      if (!isTemporary(error)) {
        options.onError(error);
      }
      return;
    }
    isReceiving = true;
    // oxlint-disable-next-line no-unmodified-loop-condition -- a handler of a packet can close the socket
    for (let index = 0; index < count && isOpen; index += 1) {
      const payload = received.payload(index);
      const peer = received.peer(index);
      if (payload !== undefined && peer !== undefined) {
        options.onPacket(payload, peer);
      }
    }
    isReceiving = false;
    received.clear(count);
  };
  // Runs once in each turn of the event loop, after its wait for events. It doesn't keep the loop from waiting. One batch for each turn
  // leaves time for the other work of the thread.
  const turn = (): void => {
    if (isOpen) {
      receive();
      sender.flush();
      setImmediate(turn).unref();
    }
  };
  const flush = (): void => {
    if (isOpen) {
      sender.flush();
    }
  };
  setImmediate(turn).unref();

  return {
    port,
    send(payload, peer) {
      if (isOpen && sender.add(payload, peer) === 1 && !isReceiving) {
        setImmediate(flush);
      }
    },
    async [Symbol.asyncDispose]() {
      if (isOpen) {
        sender.flush();
        isOpen = false;
        close();
        await doorbell[Symbol.asyncDispose]();
      }
    },
  };
}

const TEMPORARY: ReadonlySet<unknown> = new Set(["EAGAIN", "EINTR"]);

function isTemporary(error: Error): boolean {
  return "code" in error && TEMPORARY.has(error.code);
}

interface Sender {
  /** Returns the number of packets that wait. */
  add(payload: Uint8Array, peer: PacketPeer): number;
  flush(): void;
}

function createSender(libc: Libc, fd: number): Sender {
  const batch: PacketBatch = createPacketBatch(BATCH, (memory) => libc.addressOf(memory));
  let waiting = 0;
  const flush = (): void => {
    for (let sent = 0; sent < waiting;) {
      // After an error, the first packet is lost, for example because its client has no route. The others are sent.
      sent += Math.max(1, libc.send(fd, batch, sent, waiting));
    }
    waiting = 0;
  };
  return {
    add(payload, peer) {
      if (batch.write(waiting, payload, peer)) {
        waiting += 1;
      }
      const now = waiting;
      if (waiting === batch.size) {
        flush();
      }
      return now;
    },
    flush,
  };
}
