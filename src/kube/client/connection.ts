import type { Clock, Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import type { Logger } from "../../base/log.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import { createSocketKeeper, type Sockets } from "./socket-pool.ts";

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

/** The current address and headers of requests. */
export interface LiveConnection extends Sockets {
  readonly credentials: Credentials;
  readonly readAt: Millis;
}

export interface Connection extends AsyncDisposable {
  /** Rejects if credentials were never readable. After later failures, the last credentials remain in use. */
  current(): Promise<LiveConnection>;
  /** Reads everything again after a 401, but at most once in 5 s. */
  renew(used: LiveConnection): Promise<LiveConnection>;
}

/** The minimum time between two renewals. Otherwise each 401 would start a credential plugin. */
const RENEW_PAUSE_MS = 5_000;

/** Creates a connection. Its credentials were read from disk at most about `rereadMs` ago, and its sockets use them. */
export function createConnection(deps: ConnectionDeps, options: ConnectionOptions): Connection {
  const keeper = createSocketKeeper(options.maxSockets, deps.log);
  let live: LiveConnection | undefined;
  let pendingRead: Promise<LiveConnection> | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;

  const read = async (fresh: boolean): Promise<LiveConnection> => {
    try {
      const credentials = await deps.credentials.read({ fresh });
      live = { ...keeper.for(credentials), credentials, readAt: deps.clock.now() };
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
    pendingRead ??= read(fresh).finally(() => {
      pendingRead = undefined;
    });
    return pendingRead;
  };
  return {
    current: async () => {
      const isFresh = live !== undefined && deps.clock.now() - live.readAt < options.rereadMs;
      return live !== undefined && isFresh ? live : readOnce(false);
    },
    renew: async (used) => {
      const now = deps.clock.now();
      if (live !== undefined && (live.readAt > used.readAt || now - renewedAt < RENEW_PAUSE_MS)) {
        return live;
      }
      renewedAt = now;
      return readOnce(true);
    },
    [Symbol.asyncDispose]: () => keeper[Symbol.asyncDispose](),
  };
}
