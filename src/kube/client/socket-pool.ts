import { Agent, ProxyAgent, type Dispatcher } from "undici";
import type { Logger } from "../../base/log.ts";
import { sameConnection, type Credentials } from "./credentials.ts";

/** Open connections to one apiserver. */
export interface Sockets {
  /** A pool for requests that end. */
  readonly requests: Dispatcher;
  /** One socket for each watch, so that watches don't use the sockets of other requests. */
  readonly streams: Dispatcher;
}

/** Keeps sockets while server, CA and certificates stay the same, and replaces them when those change. */
export interface SocketKeeper extends AsyncDisposable {
  /** Old connections are closed after their requests have ended. */
  for(credentials: Credentials): Sockets;
}

export function createSocketKeeper(maxSockets: number, log: Logger): SocketKeeper {
  let current: { readonly credentials: Credentials; readonly sockets: Sockets } | undefined;
  const retired = new Set<Dispatcher>();
  const retire = (dispatcher: Dispatcher): void => {
    const forget = (): boolean => retired.delete(dispatcher);
    retired.add(dispatcher);
    void dispatcher.close().then(forget, forget);
  };
  return {
    for: (credentials) => {
      if (current !== undefined && sameConnection(current.credentials, credentials)) {
        return current.sockets;
      }
      if (current !== undefined) {
        log.info({ server: credentials.server }, "certificates of the apiserver connection replaced");
        retire(current.sockets.requests);
        retire(current.sockets.streams);
      }
      const sockets = { requests: open(credentials, maxSockets), streams: open(credentials, null) };
      current = { credentials, sockets };
      return sockets;
    },
    [Symbol.asyncDispose]: async () => {
      const all = [...retired, ...(current === undefined ? [] : [current.sockets.requests, current.sockets.streams])];
      await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function open({ tls, proxy }: Credentials, connections: number | null): Dispatcher {
  // dnsalias sets the time limits: for each request, and the idle limit of each stream. It uses HTTP/1.1. Over HTTP/2, all watches would
  // share one socket. undici also leaves an aborted stream without a listener for its error, which ends the process when the agent is
  // destroyed.
  const limits = {
    allowH2: false,
    connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  };
  const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 15_000, timeout: 10_000 };
  return proxy === undefined
    ? new Agent({ ...limits, connect })
    : new ProxyAgent({ ...limits, uri: proxy, requestTls: connect });
}
