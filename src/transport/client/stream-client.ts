import type { Millis } from "../../base/clock.ts";
import type { ExchangeRequest, ExchangeResult, ResolverServer } from "../exchange.ts";
import type { PendingExchanges } from "./pending-exchanges.ts";
import { idOf, StreamConnection } from "./stream-connection.ts";
import { openStream } from "./stream-socket.ts";

export interface StreamClientOptions {
  readonly pendingExchanges: PendingExchanges;
  /** The maximum number of open connections to all servers. Without a free one, a query ends as unreachable. */
  readonly maxConnections: number;
  /** A connection is closed after this time without a query (RFC 7766 6.2.3). */
  readonly idleMs: Millis;
  /** PEM of the authorities for the servers' certificates. Absent: the authorities that Node.js trusts. */
  readonly ca?: string;
}

export interface StreamClient {
  exchange(server: ResolverServer, request: ExchangeRequest, signal: AbortSignal): Promise<ExchangeResult>;
  /** Closes every connection, and resolves when the last is closed. */
  close(): Promise<void>;
}

/**
 * DNS over TCP and TLS (RFC 7766, RFC 7858). Queries to one server share connections, which are kept for `idleMs` after their last
 * query. If the server has closed a kept connection, the query is sent again over a new one.
 */
export function createStreamClient(options: StreamClientOptions): StreamClient {
  const pool = createPool(options);
  return {
    exchange: (server, request, signal) =>
      options.pendingExchanges.wait(request.timeoutMs, signal, (settle) => {
        let takeBack: (() => void) | undefined;
        const sendOn = (connection: StreamConnection | undefined, isFirst: boolean): void => {
          if (connection === undefined) {
            settle({ kind: "unreachable", message: `all ${options.maxConnections} connections are in use` });
            return;
          }
          takeBack = connection.send(request, (result) => {
            if (result.kind !== "stale") {
              settle(result);
            } else if (isFirst) {
              sendOn(pool.open(server), false);
            } else {
              settle({ kind: "unreachable", message: "the server closed the connection" });
            }
          });
        };
        sendOn(pool.find(server, idOf(request.query)) ?? pool.open(server), true);
        return () => takeBack?.();
      }),
    close: () => pool.close(),
  };
}

interface Pool {
  find(server: ResolverServer, id: number): StreamConnection | undefined;
  open(server: ResolverServer): StreamConnection | undefined;
  close(): Promise<void>;
}

interface Pooled {
  readonly key: string;
  readonly connection: StreamConnection;
  readonly closed: Promise<void>;
}

function createPool({ maxConnections, idleMs, ca }: StreamClientOptions): Pool {
  const all = new Set<Pooled>();
  return {
    find: (server, id) => {
      const key = keyOf(server);
      return all.values().find((pooled) => pooled.key === key && pooled.connection.canTake(id))?.connection;
    },
    open: (server) => {
      if (all.size >= maxConnections) {
        const idle = all.values().find(({ connection }) => connection.isIdle);
        idle?.connection.destroy();
        return idle === undefined ? undefined : add(server);
      }
      return add(server);
    },
    close: async () => {
      const closed = [...all].map((pooled) => pooled.closed);
      for (const { connection } of all) {
        connection.destroy();
      }
      await Promise.all(closed);
    },
  };

  function add(server: ResolverServer): StreamConnection {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const onClose = (): void => {
      all.delete(pooled);
      resolve();
    };
    const connection = new StreamConnection({ ...openStream(server, ca), idleMs, onClose });
    const pooled: Pooled = { key: keyOf(server), connection, closed };
    all.add(pooled);
    return connection;
  }
}

function keyOf({ protocol, address, port, serverName }: ResolverServer): string {
  return `${protocol} ${address} ${port} ${serverName ?? ""}`;
}
