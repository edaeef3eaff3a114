import type { Clock, Millis } from "../../base/clock.ts";
import type { Name } from "../../dns/name/name.ts";

/**
 * Remembers for an hour the names that lost an alias while this process ran. If this process becomes the leader, it knows why they
 * have no alias.
 */
export interface WatchedGone {
  note(names: readonly Name[]): void;
  /** Remembers names whose alias was deleted while dnsalias did not run. `names` includes them, and `has` is false for them. */
  noteUnwatched(names: readonly Name[]): void;
  has(name: Name): boolean;
  names(): readonly Name[];
}

const REMEMBERED_MS: Millis = 3_600_000;

export function createWatchedGone(clock: Pick<Clock, "now">): WatchedGone {
  // Oldest first.
  const watched = new Map<Name, Millis>();
  const unwatched = new Map<Name, Millis>();
  const forget = (goneAt: Map<Name, Millis>): void => {
    for (const [name, at] of goneAt) {
      if (clock.now() - at < REMEMBERED_MS) {
        return;
      }
      goneAt.delete(name);
    }
  };
  const add = (goneAt: Map<Name, Millis>, names: readonly Name[]): void => {
    forget(goneAt);
    for (const name of names) {
      goneAt.delete(name);
      goneAt.set(name, clock.now());
    }
  };
  return {
    note: (names) => add(watched, names),
    noteUnwatched: (names) => add(unwatched, names),
    has(name) {
      forget(watched);
      return watched.has(name);
    },
    names() {
      [watched, unwatched].forEach(forget);
      return [...new Set([...watched.keys(), ...unwatched.keys()])];
    },
  };
}
