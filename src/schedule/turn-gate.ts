import { setImmediate as turn } from "node:timers/promises";

/** Gives each caller a turn of the event loop of its own, in order: pieces of work that come together do not become one long stall. */
export function createOneATurn(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(() => turn());
    return last;
  };
}
