import type { Millis } from "../../base/clock.ts";
import type { Exchange } from "../exchange.ts";
import { createHttpsClient } from "./doh-client.ts";
import { createPendingExchanges } from "./pending-exchanges.ts";
import { createStreamClient } from "./stream-client.ts";
import { createUdpClient } from "./udp-client.ts";

export interface ExchangeOptions {
  /** The maximum number of concurrent UDP queries. Further queries wait, at most until their time limit. */
  readonly maxUdpSockets?: number;
  /** The maximum number of open TCP and TLS connections to all servers, and of open HTTPS connections to each server. */
  readonly maxConnections?: number;
  /** How long an unused connection stays open. */
  readonly idleMs?: Millis;
  /** PEM of the authorities for TLS and HTTPS servers. Absent: the authorities that Node.js trusts. */
  readonly ca?: string;
}

export interface ExchangeClient extends AsyncDisposable {
  readonly exchange: Exchange;
}

/**
 * The transport of the DNS client: UDP, TCP, TLS (RFC 7858), and HTTPS (RFC 8484), as configured for each server. It opens no
 * socket before the first query. Disposal ends every wait as `unreachable` and closes every socket.
 */
export function createExchange(options: ExchangeOptions = {}): ExchangeClient {
  const { maxUdpSockets = 1_000, maxConnections = 64, idleMs = 5_000, ca } = options;
  const pendingExchanges = createPendingExchanges();
  const shared = { pendingExchanges, maxConnections, idleMs, ...(ca !== undefined && { ca }) };
  const udp = createUdpClient({ pendingExchanges, maxSockets: maxUdpSockets });
  const stream = createStreamClient(shared);
  const https = createHttpsClient(shared);
  return {
    exchange: (server, request, signal) => {
      switch (server.protocol) {
        case "udp":
          return udp.exchange(server, request, signal);
        case "tcp":
        case "tls":
          return stream.exchange(server, request, signal);
        case "https":
          return https.exchange(server, request, signal);
        default:
          return server.protocol satisfies never;
      }
    },
    async [Symbol.asyncDispose]() {
      pendingExchanges.close();
      await Promise.all([udp.closed(), stream.close(), https.close()]);
    },
  };
}
