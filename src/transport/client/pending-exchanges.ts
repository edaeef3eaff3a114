import type { Millis } from "../../base/clock.ts";
import type { ExchangeResult } from "../exchange.ts";

/** Starts the exchange. Returns its cleanup, which runs exactly once, regardless of how the wait ends. */
type Start = (settle: (result: ExchangeResult) => void) => () => void;

/** All waits of one client. Each wait ends at its time limit at the latest, and all end when the client is closed. */
export interface PendingExchanges {
  /** Waits for the result of `start`, the time limit, or {@link close}. Rejects with the signal's reason when the signal aborts. */
  wait(timeoutMs: Millis, signal: AbortSignal, start: Start): Promise<ExchangeResult>;
  /** Ends all present and future waits as unreachable. */
  close(): void;
}

export function createPendingExchanges(): PendingExchanges {
  const ends = new Set<() => void>();
  let closed = false;
  return {
    wait: (timeoutMs, signal, start) => {
      if (closed) {
        return Promise.resolve(CLOSED);
      }
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        let stop = (): void => undefined;
        let ended = false;
        const end = (finish: () => void): void => {
          if (!ended) {
            ended = true;
            clearTimeout(timer);
            signal.removeEventListener("abort", onAbort);
            ends.delete(onClose);
            stop();
            finish();
          }
        };
        const onAbort = (): void => end(() => reject(signal.reason));
        const onClose = (): void => end(() => resolve(CLOSED));
        const timer = setTimeout(() => end(() => resolve({ kind: "timeout" })), timeoutMs);
        signal.addEventListener("abort", onAbort);
        ends.add(onClose);
        stop = start((result) => end(() => resolve(result)));
        if (ended) {
          stop();
        }
      });
    },
    close: () => {
      closed = true;
      for (const end of ends) {
        end();
      }
    },
  };
}

const CLOSED: ExchangeResult = { kind: "unreachable", message: "the DNS client is closed" };
