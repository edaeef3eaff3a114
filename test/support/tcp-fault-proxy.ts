import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import type { DnsEndpoint } from "./dns-probe.ts";

/** What becomes of what the server sends. */
export type TcpFault =
  /** It never comes: the request took effect, and nobody hears of it. */
  | { readonly kind: "swallow" }
  /** The connection is cut after so many octets of it. */
  | { readonly kind: "cut"; readonly after: number };

/** Stands in front of a real TCP server. */
export interface TcpFaultProxy extends DnsEndpoint, AsyncDisposable {
  /** For what is sent from now on; undefined: all goes through. */
  fault: TcpFault | undefined;
  /** Connections since the start. */
  readonly connections: number;
}

export async function startTcpFaultProxy(upstream: DnsEndpoint): Promise<TcpFaultProxy> {
  const open = new Set<Socket>();
  const state: { fault: TcpFault | undefined; connections: number } = { fault: undefined, connections: 0 };
  const server = createServer((client) => {
    state.connections += 1;
    const target = connect(upstream);
    let sent = 0;
    for (const socket of [client, target]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    client.pipe(target);
    target.on("data", (piece: Buffer) => {
      if (state.fault === undefined) {
        client.write(piece);
      } else if (state.fault.kind === "cut") {
        const left = Math.max(0, state.fault.after - sent);
        if (piece.length < left) {
          client.write(piece);
        } else {
          client.end(piece.subarray(0, left));
        }
      }
      sent += piece.length;
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    host: "127.0.0.1",
    port,
    get connections() {
      return state.connections;
    },
    get fault() {
      return state.fault;
    },
    set fault(fault) {
      state.fault = fault;
    },
    async [Symbol.asyncDispose]() {
      open.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}
