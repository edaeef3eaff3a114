import type { Clock, Millis, Random } from "../../base/clock.ts";
import { withDeadline } from "../../base/deadline.ts";
import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import { createConnection, type Connection, type LiveConnection } from "./connection.ts";
import type { CredentialSource } from "./credentials.ts";
import { createSemaphore } from "../../base/semaphore.ts";
import { toResult, type KubeResult, type KubeStatus, type KubeUnreachable } from "./api-result.ts";

export interface KubeRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path and the query, see {@link pathOf}. */
  readonly path: string;
  readonly body?: unknown;
  /** The media type of the body. For PATCH, it is the kind of patch. */
  readonly contentType?: string;
  readonly accept?: string;
  /** The limit for one try, from the moment when it is sent. Defaults to 15 s. */
  readonly timeoutMs?: Millis;
  /** True: the request does not wait for other requests, or after a 429. Used for the renewal of a Lease. */
  readonly isUrgent?: boolean;
}

interface StreamRequest {
  readonly path: string;
  readonly accept?: string;
  /** If no byte arrives for this long, the stream ends with an error. */
  readonly idleMs: Millis;
}

export type StreamResult =
  /** The iteration throws if the connection breaks or is idle for too long. It ends when the server ends the response. */
  { readonly kind: "stream"; readonly chunks: AsyncIterable<Uint8Array> } | KubeStatus | KubeUnreachable;

/**
 * Requests to one API server. Failures of the server or the network are values. It rejects only with the reason of the caller's
 * own signal.
 */
export interface Transport extends AsyncDisposable {
  request(request: KubeRequest, signal: AbortSignal): Promise<KubeResult>;
  stream(request: StreamRequest, signal: AbortSignal): Promise<StreamResult>;
}

export interface TransportDeps {
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Receives each answer to a request, with its HTTP status. `code` is "unreachable" if there was none. */
  readonly onRequest?: (method: string, code: string) => void;
  /** Receives the Date header of each response. */
  readonly onDate?: (date: string | undefined) => void;
}

export interface TransportOptions {
  /** Maximum number of concurrent requests, excluding watches. */
  readonly concurrency?: number;
  readonly rereadMs?: Millis;
  readonly userAgent?: string;
}

export const APPLY_PATCH = "application/apply-patch+yaml";
export const MERGE_PATCH = "application/merge-patch+json";

export function createTransport(deps: TransportDeps, options: TransportOptions = {}): Transport {
  const concurrency = options.concurrency ?? 16;
  const connection = createConnection(deps, {
    rereadMs: options.rereadMs ?? 30_000,
    maxSockets: concurrency + URGENT_SOCKETS,
  });
  const semaphore = createSemaphore(concurrency);
  const context: TransportContext = { deps, connection, userAgent: options.userAgent ?? "dnsalias" };
  return {
    request: (request, signal) =>
      request.isUrgent === true
        ? requestAuthorized(context, request, signal)
        : semaphore.run(() => requestPatiently(context, request, signal), signal),
    stream: (request, signal) => openStream(context, request, signal),
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  };
}

interface TransportContext {
  readonly deps: TransportDeps;
  readonly connection: Connection;
  readonly userAgent: string;
}

const URGENT_SOCKETS = 2;
const DEFAULT_TIMEOUT_MS = 15_000;
/**
 * The maximum number of retries after a 429 or 503 with a Retry-After. If more retries or a longer wait are needed, the caller gets
 * the response.
 */
const MAX_RETRIES = 3;
const LONGEST_OWN_WAIT_MS = 5_000;

/** RFC 6585 4, RFC 9110 15.6.4: a refused request was not processed, so waiting and sending it again is safe for every method. */
async function requestPatiently(
  context: TransportContext,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<KubeResult> {
  for (let attempt = 0; ; attempt += 1) {
    const result = await requestAuthorized(context, request, signal);
    const waitMs = ownWait(result);
    if (waitMs === undefined || attempt >= MAX_RETRIES) {
      return result;
    }
    await context.deps.clock.sleep(waitMs * (1 + 0.2 * context.deps.random()), signal);
  }
}

function ownWait(result: KubeResult): Millis | undefined {
  if (result.kind !== "status" || (result.code !== 429 && result.code !== 503)) {
    return undefined;
  }
  const { retryAfterMs } = result;
  return retryAfterMs !== undefined && retryAfterMs <= LONGEST_OWN_WAIT_MS ? retryAfterMs : undefined;
}

/** A 401 can mean that the token was just rotated, so the request is repeated once with the current token on disk. */
async function requestAuthorized(
  context: TransportContext,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<KubeResult> {
  try {
    const live = await context.connection.current();
    const first = await requestOnce(context, live, request, signal);
    if (first.kind === "status" && first.code === 401) {
      return await requestOnce(context, await context.connection.renew(live), request, signal);
    }
    return first;
  } catch (error) {
    signal.throwIfAborted();
    context.deps.onRequest?.(request.method, "unreachable");
    return { kind: "unreachable", message: messageOf(error) };
  }
}

/** Sends a read again if the server closed an idle connection during the first try. A second read does no harm. */
async function requestOnce(
  context: TransportContext,
  live: LiveConnection,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<KubeResult> {
  try {
    return await exchange(context, live, request, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (request.method !== "GET" || !isReset(error)) {
      throw error;
    }
    return exchange(context, live, request, signal);
  }
}

function isReset(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "UND_ERR_SOCKET" || error.code === "ECONNRESET");
}

async function exchange(
  context: TransportContext,
  live: LiveConnection,
  request: KubeRequest,
  signal: AbortSignal,
): Promise<KubeResult> {
  const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const result = await withDeadline(signal, timeoutMs, async (inner) => {
    const response = await live.requests.request({
      ...targetOf(live, request.path),
      method: request.method,
      headers: headersOf(context, live, request),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: inner,
    });
    context.deps.onRequest?.(request.method, String(response.statusCode));
    context.deps.onDate?.(headerOf(response.headers["date"]));
    const text = await response.body.text();
    return toResult(response.statusCode, headerOf(response.headers["retry-after"]), text, Date.now());
  });
  if (result === "expired") {
    context.deps.onRequest?.(request.method, "unreachable");
    return { kind: "unreachable", message: `no answer within ${timeoutMs} ms` };
  }
  return result;
}

async function openStream(
  context: TransportContext,
  request: StreamRequest,
  signal: AbortSignal,
): Promise<StreamResult> {
  try {
    const live = await context.connection.current();
    const response = await live.streams.request({
      ...targetOf(live, request.path),
      method: "GET",
      headers: headersOf(context, live, request),
      headersTimeout: 30_000,
      bodyTimeout: request.idleMs,
      signal,
    });
    context.deps.onRequest?.("WATCH", String(response.statusCode));
    if (response.statusCode === 200) {
      return { kind: "stream", chunks: response.body };
    }
    if (response.statusCode === 401) {
      await context.connection.renew(live);
    }
    const text = await response.body.text();
    const result = toResult(response.statusCode, headerOf(response.headers["retry-after"]), text, Date.now());
    return result.kind === "ok" ? { kind: "unreachable", message: `unexpected status ${result.status}` } : result;
  } catch (error) {
    signal.throwIfAborted();
    return { kind: "unreachable", message: messageOf(error) };
  }
}

function targetOf(live: LiveConnection, path: string): { readonly origin: string; readonly path: string } {
  const url = new URL(live.credentials.server);
  return { origin: url.origin, path: `${url.pathname.replace(/\/$/, "")}${path}` };
}

function headersOf(
  context: TransportContext,
  live: LiveConnection,
  request: { readonly accept?: string; readonly body?: unknown; readonly contentType?: string },
): Record<string, string> {
  return {
    accept: request.accept ?? "application/json",
    "user-agent": context.userAgent,
    ...(request.body === undefined ? {} : { "content-type": request.contentType ?? "application/json" }),
    ...live.credentials.headers,
  };
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
