import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../base/error.ts";
import type { Logger } from "../base/log.ts";
import { listenAtHost } from "./listen-at-host.ts";
import { type OpsPages, opsReply, PLAIN } from "./ops-reply.ts";

export interface OpsServerOptions extends OpsPages {
  /** An address. Empty: all addresses of the families that the machine supports. */
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  readonly log: Logger;
}

export interface OpsServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** Serves the status page, /metrics, /healthz and /readyz. Rejects if the port is not available. */
export async function listenOps(options: OpsServerOptions): Promise<OpsServer> {
  const server = createServer(LIMITS, (request, response) => void answer(options, request, response));
  server.maxConnections = MAX_CONNECTIONS;
  await listenAtHost(options.host, async (host) => {
    server.listen(options.port, host);
    await once(server, "listening");
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return { host: options.host, port, [Symbol.asyncDispose]: () => close(server) };
}

/** Scrapers and probes are few and fast, so slow clients are disconnected. */
const MAX_CONNECTIONS = 64;
const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 2000,
};
async function answer(options: OpsServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { status, contentType, text, headers } = await opsReply(options, request);
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(text),
      "x-content-type-options": "nosniff",
      ...headers,
    });
    response.end(text);
  } catch (error) {
    options.log.error({ err: error, path: request.url }, "ops request failed");
    response.writeHead(500, { "content-type": PLAIN });
    response.end(`${messageOf(error)}\n`);
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
