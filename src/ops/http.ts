import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../base/error.ts";
import type { Logger } from "../base/log.ts";
import { STATUS_PAGE_POLICY, statusPage } from "./status-page/status-page.ts";
import type { StatusView } from "./status-page/status-view.ts";

export interface OpsServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: () => Promise<MetricsPage>;
  /** Why the process should be restarted, one sentence each; empty: it is well. */
  readonly unhealthy: () => readonly string[];
  /** Why it should not get work, one sentence each; empty: it is ready. */
  readonly unready: () => readonly string[];
  /** What the status page at / shows, by the page's query. */
  readonly status: (query: URLSearchParams) => StatusView | Promise<StatusView>;
  readonly log: Logger;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

export interface OpsServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
}

/** Serves the status page, /metrics, /healthz and /readyz. Rejects when the port cannot be had. */
export async function listenOps(options: OpsServerOptions): Promise<OpsServer> {
  const server = createServer(LIMITS, (request, response) => void answer(options, request, response));
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(options.port, options.host);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;
  return { host: options.host, port, [Symbol.asyncDispose]: () => close(server) };
}

/** Scrapers and probes are few and quick; whoever is neither is not waited for. */
const MAX_CONNECTIONS = 64;
const LIMITS = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 2000,
};
const PLAIN = "text/plain; charset=utf-8";

interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function answer(options: OpsServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { status, contentType, text, headers } = await reply(options, request);
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(text),
      "x-content-type-options": "nosniff",
      ...headers,
    });
    response.end(request.method === "HEAD" ? undefined : text);
  } catch (error) {
    options.log.error({ err: error, path: request.url }, "ops request failed");
    response.writeHead(500, { "content-type": PLAIN });
    response.end(`${messageOf(error)}\n`);
  } finally {
    // A body is never wanted; leaving it unread would hold the connection.
    request.resume();
  }
}

async function reply(options: OpsServerOptions, { method, url }: IncomingMessage): Promise<Reply> {
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, contentType: PLAIN, text: "only GET and HEAD\n" };
  }
  const [path = "", query = ""] = (url ?? "/").split("?");
  switch (path) {
    case "/":
      return page(statusPage(await options.status(new URLSearchParams(query))));
    case "/metrics":
      return { status: 200, ...(await options.metrics()) };
    case "/healthz":
      return verdict(options.unhealthy());
    case "/readyz":
      return verdict(options.unready());
    default:
      return { status: 404, contentType: PLAIN, text: "there is /, /metrics, /healthz and /readyz\n" };
  }
}

function page(text: string): Reply {
  const headers = {
    "content-security-policy": STATUS_PAGE_POLICY,
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
  return { status: 200, contentType: "text/html; charset=utf-8", text, headers };
}

function verdict(problems: readonly string[]): Reply {
  return problems.length === 0
    ? { status: 200, contentType: PLAIN, text: "ok\n" }
    : { status: 503, contentType: PLAIN, text: `${problems.join("\n")}\n` };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
