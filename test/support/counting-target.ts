import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcpServer } from "node:net";

export interface CountedRequest {
  /** Of performance.now(): when it came, and when its response was on its way. */
  readonly at: number;
  readonly endedAt: number;
  readonly status: number;
}

/** An HTTP server that counts its requests, and takes its time for each. */
export interface CountingTarget extends AsyncDisposable {
  /** The HTTP status of the next responses. */
  status: number;
  /** Those with a response. */
  readonly requests: readonly CountedRequest[];
  /** All requests, with those that wait for their response. */
  readonly begun: number;
}

export async function startCountingTarget(address: string, port: number, tookMs: number): Promise<CountingTarget> {
  const requests: CountedRequest[] = [];
  let begun = 0;
  const server = createServer((_, response) => {
    const at = performance.now();
    const { status } = target;
    begun += 1;
    setTimeout(() => {
      response.writeHead(status).end();
      requests.push({ at, status, endedAt: performance.now() });
    }, tookMs);
  });
  const target: CountingTarget = {
    status: 200,
    requests,
    get begun() {
      return begun;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  server.listen(port, address);
  await once(server, "listening");
  return target;
}

/** A TCP server that counts its connections. */
export interface CountingListener extends AsyncDisposable {
  readonly connections: readonly number[];
}

export async function startCountingListener(address: string, port: number): Promise<CountingListener> {
  const connections: number[] = [];
  const server = createTcpServer((socket) => {
    connections.push(performance.now());
    socket.on("error", () => undefined).destroy();
  });
  server.listen(port, address);
  await once(server, "listening");
  return {
    connections,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}
