import { Agent, ProxyAgent, type Dispatcher } from "undici";
import type { Clock, Millis } from "../base/clock.ts";
import { messageOf } from "../base/error.ts";
import type { Logger } from "../base/log.ts";
import { sameConnection, type CredentialSource, type Credentials } from "./credentials.ts";

export interface ConnectionDeps {
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface ConnectionOptions {
  /** How long a token or a certificate is used before its file is read again. */
  readonly rereadMs: Millis;
  readonly maxSockets: number;
}

/** Where a request goes and what it carries, now. */
export interface LiveConnection {
  readonly credentials: Credentials;
  /** Pooled, for requests that end. */
  readonly requests: Dispatcher;
  /** One socket each, for watches: they must not take the sockets of the others. */
  readonly streams: Dispatcher;
  readonly readAt: Millis;
}

export interface Connection extends AsyncDisposable {
  /** Rejects when credentials were never readable; later failures to read go on with the last ones. */
  current(): Promise<LiveConnection>;
  /** After a 401: reads everything anew, unless that was just done by another request. */
  renew(used: LiveConnection): Promise<LiveConnection>;
}

/** Keeps sockets for as long as the CA and certificates stay the same, and replaces them when those change. */
export function createConnection(deps: ConnectionDeps, options: ConnectionOptions): Connection {
  let live: LiveConnection | undefined;
  let reading: Promise<LiveConnection> | undefined;
  const retired = new Set<Dispatcher>();

  const retire = (old: LiveConnection): void => {
    for (const dispatcher of [old.requests, old.streams]) {
      retired.add(dispatcher);
      void dispatcher.close().then(
        () => retired.delete(dispatcher),
        () => retired.delete(dispatcher),
      );
    }
  };
  const adopt = (credentials: Credentials): LiveConnection => {
    const readAt = deps.clock.now();
    if (live !== undefined && sameConnection(live.credentials, credentials)) {
      return { ...live, credentials, readAt };
    }
    if (live !== undefined) {
      deps.log.info({ server: credentials.server }, "certificates of the apiserver connection replaced");
      retire(live);
    }
    return { credentials, readAt, requests: open(credentials, options.maxSockets), streams: open(credentials, null) };
  };
  const read = async (fresh: boolean): Promise<LiveConnection> => {
    try {
      live = adopt(await deps.credentials.read({ fresh }));
    } catch (error) {
      if (live === undefined) {
        throw error;
      }
      deps.log.warn({ err: messageOf(error) }, "cluster credentials not re-read");
      live = { ...live, readAt: deps.clock.now() };
    }
    return live;
  };
  const readOnce = (fresh: boolean): Promise<LiveConnection> => {
    reading ??= read(fresh).finally(() => {
      reading = undefined;
    });
    return reading;
  };
  return {
    current: async () => {
      const isOld = live === undefined || deps.clock.now() - live.readAt >= options.rereadMs;
      return live === undefined || isOld ? readOnce(false) : live;
    },
    renew: async (used) => (live !== undefined && live.readAt > used.readAt ? live : readOnce(true)),
    [Symbol.asyncDispose]: async () => {
      const all = [...retired, ...(live === undefined ? [] : [live.requests, live.streams])];
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function open({ tls, proxy }: Credentials, connections: number | null): Dispatcher {
  // Time limits are ours: per request, and per stream the idle limit given with it.
  const limits = { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 30_000 };
  const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 15_000, timeout: 10_000 };
  return proxy === undefined
    ? new Agent({ ...limits, connect })
    : new ProxyAgent({ ...limits, uri: proxy, requestTls: connect });
}
