import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Socket as Stream } from "node:net";
import { decodeMessage } from "../../../src/dns/message/decode.ts";
import type { Message } from "../../../src/dns/message/message.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { freePort } from "../../support/free-port.ts";

/** What a server sends for one query, packet by packet; `from: "elsewhere"` leaves from another port. */
export interface Sending {
  readonly bytes: Uint8Array;
  readonly from?: "elsewhere";
}

export interface HostileOptions {
  readonly udp: (query: Message) => readonly Sending[];
  /** Absent: the port is closed. Each sending is framed with its length. */
  readonly tcp?: (query: Message) => readonly Sending[];
}

export interface HostileServer extends DnsEndpoint, AsyncDisposable {
  /** How many queries came by UDP and TCP. */
  readonly counts: { udp: number; tcp: number };
}

/** A server that may lie. */
export async function startHostile({ udp, tcp }: HostileOptions): Promise<HostileServer> {
  const host = "127.0.0.1";
  const port = await freePort(host);
  const counts = { udp: 0, tcp: 0 };
  const [socket, elsewhere] = [createSocket("udp4"), createSocket("udp4")];
  socket.bind(port, host);
  elsewhere.bind(0, host);
  await Promise.all([once(socket, "listening"), once(elsewhere, "listening")]);
  socket.on("message", (bytes, peer) => {
    counts.udp += 1;
    for (const sending of udp(read(bytes))) {
      send(sending.from === "elsewhere" ? elsewhere : socket, sending.bytes, peer);
    }
  });
  const streams = new Set<Stream>();
  const server = createServer((stream) => {
    streams.add(stream);
    stream.on("error", () => undefined);
    stream.on("data", (data: Buffer) => {
      counts.tcp += 1;
      for (const { bytes } of tcp?.(read(data.subarray(2))) ?? []) {
        stream.write(Uint8Array.of(bytes.length >> 8, bytes.length & 255, ...bytes));
      }
    });
  });
  if (tcp !== undefined) {
    server.listen(port, host);
    await once(server, "listening");
  }
  return {
    host,
    port,
    counts,
    async [Symbol.asyncDispose]() {
      for (const stream of streams) {
        stream.destroy();
      }
      socket.close();
      elsewhere.close();
      server.close();
    },
  };
}

function send(socket: Socket, bytes: Uint8Array, { port, address }: RemoteInfo): void {
  socket.send(bytes, port, address);
}

function read(bytes: Uint8Array): Message {
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") {
    throw new Error(decoded.problem);
  }
  return decoded.message;
}
