import type { Answer, ListenPart, Peer } from "./listener.ts";

/**
 * Returns a function that passes each packet to `onQuery`, and its answer to `send`. It drops packets while too many answers are
 * pending. It never throws.
 */
export function createUdpQueries<P extends Peer>(
  { onQuery, onError, limits }: Pick<ListenPart, "onQuery" | "onError" | "limits">,
  send: (answer: Uint8Array, peer: P) => void,
): (query: Uint8Array, peer: P) => void {
  let pending = 0;
  const sendOne = (answer: Answer, peer: P): void => {
    if (answer instanceof Uint8Array) {
      send(answer, peer);
    }
  };
  const sendLater = async (promise: Promise<Answer>, peer: P): Promise<void> => {
    pending += 1;
    try {
      sendOne(await promise, peer);
    } catch (error) {
      onError(error);
    } finally {
      pending -= 1;
    }
  };
  return (query, peer) => {
    // No client receives answers at port 0. Only forged packets have this port.
    if (pending >= limits.maxPendingUdp || peer.port === 0) {
      return;
    }
    try {
      const answer = onQuery(query, peer, "udp");
      if (answer instanceof Promise) {
        void sendLater(answer, peer);
      } else {
        sendOne(answer, peer);
      }
    } catch (error) {
      onError(error);
    }
  };
}
