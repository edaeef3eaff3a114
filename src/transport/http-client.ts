import { Agent, type Dispatcher } from "undici";
import type { Clock, Millis } from "../base/clock.ts";
import { withDeadline } from "../base/deadline.ts";
import { messageOf } from "../base/error.ts";
import { parseRetryAfter } from "../base/retry-after.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PATCH";
  /** http or https, with host, port and the path before {@link path}. No user and no password. */
  readonly baseUrl: string;
  /** Begins with "/", and includes the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON. The caller sets its media type in `headers`. */
  readonly body?: unknown;
  /** CA certificates (PEM) of the server, instead of the CAs that Node.js trusts. */
  readonly caBundle?: string;
  /** Client certificate for a server that requests one; PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

/** The result of a request. A status of 300 or more is also a response, because redirects are not followed. */
export type HttpResult =
  | HttpResponse
  /** No complete answer arrived. The server may have processed the request. */
  | { readonly kind: "unreachable"; readonly message: string };

export interface HttpResponse {
  readonly kind: "response";
  readonly status: number;
  /** In lower case, with parameters. "" if the server sent none. */
  readonly mediaType: string;
  readonly text: string;
  readonly retryAfterMs?: Millis;
}

/** HTTP with JSON bodies. It keeps and shares connections, and logs nothing. It rejects only with the reason of the caller's own signal. */
export interface HttpClient extends AsyncDisposable {
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResult>;
}

export interface HttpClientOptions {
  readonly clock: Clock;
  /** The limit for one try, from the first byte sent to the last byte received. Defaults to 30 s. */
  readonly timeoutMs?: Millis;
  /** The maximum number of bytes in a body. A longer answer is `unreachable`. Defaults to 32 MiB. */
  readonly maxBytes?: number;
  /** The maximum number of connections to each server. */
  readonly maxConnections?: number;
  /** How long an unused connection is kept. Go's servers close unused ones after 5 s or more. */
  readonly idleMs?: Millis;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agents = createAgents(options);
  return {
    request: async (request, signal) => {
      try {
        return await answerTwice(agents.of(request), request, options, signal);
      } catch (error) {
        signal.throwIfAborted();
        return { kind: "unreachable", message: messageOf(error) };
      }
    },
    [Symbol.asyncDispose]: () => agents.close(),
  };
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;
const DEFAULT_MAX_CONNECTIONS = 8;
const DEFAULT_IDLE_MS = 3_000;
/** The maximum number of agents. A new agent replaces the oldest. */
const MAX_AGENTS = 64;

/** Sends a read again if the server closed a kept connection during the first try. A second read does no harm. */
async function answerTwice(
  agent: Dispatcher,
  request: HttpRequest,
  options: HttpClientOptions,
  signal: AbortSignal,
): Promise<HttpResult> {
  try {
    return await answer(agent, request, options, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (request.method !== "GET" || !isReset(error)) {
      throw error;
    }
    return answer(agent, request, options, signal);
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "UND_ERR_SOCKET" || error.code === "ECONNRESET");
}

async function answer(
  agent: Dispatcher,
  request: HttpRequest,
  { clock, maxBytes = DEFAULT_MAX_BYTES, timeoutMs = DEFAULT_TIMEOUT_MS }: HttpClientOptions,
  signal: AbortSignal,
): Promise<HttpResult> {
  const base = new URL(request.baseUrl);
  const result = await withDeadline(signal, timeoutMs, async (inner): Promise<HttpResult> => {
    const response = await agent.request({
      origin: base.origin,
      path: `${base.pathname.replace(/\/$/, "")}${request.path}`,
      method: request.method,
      headers: { ...request.headers, "user-agent": "dnsalias" },
      body: request.body === undefined ? null : JSON.stringify(request.body),
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: inner,
    });
    const text = await readText(response.body, maxBytes);
    const retryAfterMs = parseRetryAfter(headerOf(response.headers["retry-after"]), clock.now());
    return {
      kind: "response",
      status: response.statusCode,
      mediaType: (headerOf(response.headers["content-type"]) ?? "").toLowerCase(),
      text,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    };
  });
  return result === "expired" ? { kind: "unreachable", message: `no answer within ${timeoutMs} ms` } : result;
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > maxBytes) {
      throw new Error(`the answer is longer than ${maxBytes} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length).toString("utf8");
}

type Tls = Pick<HttpRequest, "caBundle" | "clientCertificate">;

interface Agents {
  of(tls: Tls): Dispatcher;
  close(): Promise<void>;
}

/**
 * One agent for each pair of certificate authority and client certificate. An agent keeps the connections to all servers that use
 * its certificates.
 */
function createAgents({ maxConnections, idleMs = DEFAULT_IDLE_MS }: HttpClientOptions): Agents {
  const agents = new Map<string, Agent>();
  const create = ({ caBundle, clientCertificate }: Tls): Agent =>
    new Agent({
      connections: maxConnections ?? DEFAULT_MAX_CONNECTIONS,
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
      connect: {
        timeout: 10_000,
        ...(caBundle !== undefined && { ca: caBundle }),
        ...(clientCertificate !== undefined && { cert: clientCertificate.certificate, key: clientCertificate.key }),
      },
    });
  return {
    of: (tls) => {
      const key = JSON.stringify([tls.caBundle, tls.clientCertificate]);
      const agent = agents.get(key) ?? create(tls);
      agents.set(key, agent);
      const [oldest] = agents;
      if (agents.size > MAX_AGENTS && oldest !== undefined) {
        agents.delete(oldest[0]);
        void oldest[1].close();
      }
      return agent;
    },
    close: async () => {
      await Promise.all(agents.values().map((agent) => agent.destroy()));
      agents.clear();
    },
  };
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
