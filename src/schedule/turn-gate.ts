import { setImmediate as turn } from "node:timers/promises";

/** Gives each caller its own turn of the event loop, in order. Tasks that arrive together therefore do not block it for a long time. */
export function createOneATurn(): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return () => {
    last = last.then(() => turn());
    return last;
  };
}
