import { setImmediate as turn } from "node:timers/promises";
import type { Semaphore } from "../../../base/semaphore.ts";

/**
 * Yields one message in each turn of the event loop, and holds a permit until the last one. If the reader stops, the permit is
 * released.
 */
export async function* streamed(
  messages: Iterable<Uint8Array>,
  permits: Semaphore,
  onEnd: (sent: number, isWhole: boolean) => void,
): AsyncGenerator<Uint8Array, void> {
  const inside = Promise.withResolvers<void>();
  const leave = permits.acquire(() => inside.resolve());
  let sent = 0;
  let isWhole = false;
  try {
    await inside.promise;
    for (const message of messages) {
      await turn();
      yield message;
      sent += 1;
    }
    isWhole = true;
  } finally {
    leave();
    onEnd(sent, isWhole);
  }
}
