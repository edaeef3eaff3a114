import type { Clock, Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";

/** Remembers for an hour which names lost an alias while this process watched: a leader that starts then knows why nobody wants them. */
export interface WatchedGone {
  note(names: readonly Name[]): void;
  has(name: Name): boolean;
  names(): Iterable<Name>;
}

const REMEMBERED_MS: Millis = 3_600_000;

export function createWatchedGone(clock: Pick<Clock, "now">): WatchedGone {
  // Oldest first.
  const goneAt = new Map<Name, Millis>();
  const forget = (): void => {
    for (const [name, at] of goneAt) {
      if (clock.now() - at < REMEMBERED_MS) {
        return;
      }
      goneAt.delete(name);
    }
  };
  return {
    note(names) {
      forget();
      for (const name of names) {
        goneAt.delete(name);
        goneAt.set(name, clock.now());
      }
    },
    has(name) {
      forget();
      return goneAt.has(name);
    },
    names() {
      forget();
      return goneAt.keys();
    },
  };
}
