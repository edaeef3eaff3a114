import { isIP, isIPv6 } from "node:net";
import { Agent, errors, type Dispatcher } from "undici";
import type { Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { ExchangeRequest, ExchangeResult, ResolverServer } from "../exchange.ts";
import type { PendingExchanges } from "./pending-exchanges.ts";

export interface HttpsClientOptions {
  readonly pendingExchanges: PendingExchanges;
  /** The maximum number of open connections to each server. */
  readonly maxConnections: number;
  readonly idleMs: Millis;
  /** PEM of the authorities for the servers' certificates. Absent: the authorities that Node.js trusts. */
  readonly ca?: string;
}

export interface HttpsClient {
  exchange(server: ResolverServer, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeResult>;
  close(): Promise<void>;
}

/**
 * DNS over HTTPS by POST (RFC 8484). The connection goes to the server's address, and the certificate must contain its name. An
 * answer that can't be used is `unreachable`, because no other answer follows. This applies to a status other than 200, another
 * media type, more than 64 KiB, and an answer that `accept` refuses.
 */
export function createHttpsClient(options: HttpsClientOptions): HttpsClient {
  const agents = new Map<string, Agent>();
  const agentOf = (server: ResolverServer): Agent => {
    const key = `${server.address} ${server.serverName ?? ""}`;
    const agent = agents.get(key) ?? createAgent(server, options);
    agents.set(key, agent);
    return agent;
  };
  return {
    exchange: (server, request, signal) =>
      options.pendingExchanges.wait(request.timeoutMs, signal, (settle) => {
        const stopping = new AbortController();
        void answer(agentOf(server), server, request, stopping.signal).then(settle);
        return () => stopping.abort();
      }),
    close: async () => {
      await Promise.all(agents.values().map((agent) => agent.destroy()));
      agents.clear();
    },
  };
}

const MEDIA_TYPE = "application/dns-message";
const MAX_BYTES = 65_535;

async function answer(
  dispatcher: Dispatcher,
  server: ResolverServer,
  request: ExchangeRequest,
  signal: AbortSignal,
): Promise<ExchangeResult> {
  const startedAt = performance.now();
  try {
    const response = await postTwice(() => post(dispatcher, server, request.query, signal));
    const tookMs = performance.now() - startedAt;
    return request.accept(response)
      ? { kind: "response", response, tookMs }
      : { kind: "unreachable", message: "answered something else" };
  } catch (error) {
    return { kind: "unreachable", message: messageOf(error) };
  }
}

/**
 * Sends the query again if the server closed a kept connection during the first try. The server may process both queries, which
 * does no harm.
 */
async function postTwice(once: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await once();
  } catch (error) {
    if (error instanceof errors.SocketError) {
      return once();
    }
    throw error;
  }
}

async function post(
  dispatcher: Dispatcher,
  server: ResolverServer,
  query: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { statusCode, headers, body } = await dispatcher.request({
    origin: originOf(server),
    path: server.path ?? "/dns-query",
    method: "POST",
    headers: { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE },
    body: query,
    signal,
  });
  const type = String(headers["content-type"] ?? "").split(";")[0];
  if (statusCode !== 200 || type !== MEDIA_TYPE) {
    body.destroy().on("error", () => undefined);
    throw new Error(`answered with HTTP status ${statusCode} and media type "${type}"`);
  }
  return readBody(body);
}

async function readBody(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    pieces.push(piece);
    length += piece.length;
    if (length > MAX_BYTES) {
      throw new Error("answered with more than 64 KiB");
    }
  }
  return new Uint8Array(Buffer.concat(pieces, length));
}

function createAgent(server: ResolverServer, { maxConnections, idleMs, ca }: HttpsClientOptions): Agent {
  return new Agent({
    connections: maxConnections,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    connect: {
      ...(ca !== undefined && { ca }),
      // The name in the URL is only for the certificate. A lookup of the name would need the DNS server itself.
      lookup: (_hostname, lookupOptions, callback) => {
        const family = isIP(server.address);
        if (lookupOptions.all === true) {
          callback(null, [{ address: server.address, family }]);
        } else {
          callback(null, server.address, family);
        }
      },
    },
  });
}

function originOf({ address, port, serverName }: ResolverServer): string {
  const host = serverName ?? address;
  return `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
