import type { Observer } from "../../src/controller/ports/observer.ts";

/** An observer without effect, for tests that watch one of its functions. */
export function silentObserver(): Observer {
  return {
    zoneWrite: () => undefined,
    zonePlanned: () => undefined,
    zoneGone: () => undefined,
    drift: () => undefined,
    held: () => undefined,
    propagated: () => undefined,
    propagation: () => undefined,
    aliasReady: () => undefined,
    statusWrite: () => undefined,
    checked: () => undefined,
    checkLate: () => undefined,
    steered: () => undefined,
    steeringGone: () => undefined,
    pinned: () => undefined,
    switched: () => undefined,
    switchBound: () => undefined,
    switchServed: () => undefined,
    healthControl: () => undefined,
    voted: () => undefined,
    queue: () => ({ added: () => undefined, retried: () => undefined, done: () => undefined }),
  };
}
