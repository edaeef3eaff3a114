import type { Clock, Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { ObjectKey } from "../../api/meta.ts";

/**
 * Whether this replica decides about targets. The leader does. When no Lease has been seen for 30 s, no leader writes statuses, and
 * each replica decides alone, by its own checks. When the Lease is back, a replica keeps its decision about an alias until the
 * status has the decision too.
 */
export interface Role {
  /** False: the status decides about the alias. */
  decides(alias: ObjectKey): boolean;
  /** True if this replica makes the checks of aliases. */
  checks(): boolean;
  /** Begins a term. Returns false if nothing is known from before, so that the statuses decide. */
  termStarted(): boolean;
  /** Ends a term. Returns false if the statuses decide from now on. */
  termEnded(): boolean;
  run(signal: AbortSignal): Promise<void>;
}

export interface RoleDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly isLeading: () => boolean;
  /** How long no Lease has been seen. 0: a replica has it, or can have it. Absent: there are no other replicas. */
  readonly awayMs?: (() => Millis) | undefined;
  /** The aliases that this replica has decided about. */
  readonly decided: ReadonlyMap<ObjectKey, unknown>;
  /** Called when this replica decides about all aliases. */
  readonly onAlone: () => void;
  /** Returns true if the status decides about the alias again. `backMs`: how long the Lease has been back. */
  readonly isHandedBack: (alias: ObjectKey, backMs: Millis) => boolean;
  readonly onHandedBack: (alias: ObjectKey) => void;
}

/** For this long, a new leader may still appear: the Lease expires after 15 s. */
const ALONE_AFTER_MS: Millis = 30_000;
const LOOK_MS: Millis = 1_000;

/**
 * `follows`: the statuses decide. `keeps`: this replica decides about the aliases that it has decided about. `alone`: it decides about
 * all aliases.
 */
type Mode = "follows" | "keeps" | "alone";

interface State {
  mode: Mode;
  /** Since when the Lease has been back. Undefined: it is away. */
  backAt: Millis | undefined;
}

export function createRole(deps: RoleDeps): Role {
  const { isLeading, awayMs, decided } = deps;
  const state: State = { mode: "follows", backAt: undefined };
  return {
    decides: (alias) => isLeading() || state.mode === "alone" || (state.mode === "keeps" && decided.has(alias)),
    checks: () => isLeading() || state.mode !== "follows",
    termStarted() {
      const isKept = state.mode !== "follows";
      state.mode = "follows";
      return isKept;
    },
    termEnded() {
      state.mode = awayMs === undefined ? "follows" : "keeps";
      state.backAt = undefined;
      return state.mode === "keeps";
    },
    run: (signal) => (awayMs === undefined ? Promise.resolve() : watch(deps, state, awayMs, signal)),
  };
}

async function watch(deps: RoleDeps, state: State, awayMs: () => Millis, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await deps.clock.sleep(LOOK_MS, signal).catch((error: unknown) => {
      if (!signal.aborted) {
        throw error;
      }
    });
    if (!signal.aborted && !deps.isLeading()) {
      look(deps, state, awayMs());
    }
  }
}

function look(
  { clock, log, decided, onAlone, isHandedBack, onHandedBack }: RoleDeps,
  state: State,
  awayMs: Millis,
): void {
  if (awayMs > 0) {
    state.backAt = undefined;
    if (awayMs >= ALONE_AFTER_MS && state.mode !== "alone") {
      state.mode = "alone";
      log.warn({ awayMs: Math.round(awayMs) }, "no replica leads; this replica decides about targets alone");
      onAlone();
    }
    return;
  }
  if (state.mode === "follows") {
    return;
  }
  state.mode = "keeps";
  state.backAt ??= clock.now();
  const backMs = clock.now() - state.backAt;
  [...decided.keys()].filter((alias) => isHandedBack(alias, backMs)).forEach(onHandedBack);
  if (decided.size === 0) {
    state.mode = "follows";
    log.info({}, "this replica follows the statuses again");
  }
}
