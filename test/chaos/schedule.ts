/** A controller: the one that leads at that moment, or the other one. */
export type Victim = "leader" | "standby";

/** One thing that the run does. `at` is in milliseconds since its start. */
export type Action =
  /**
   * SIGKILL. A leader is killed `afterMs` after one is there. `frees`: its Lease is deleted too, so that the other controller needn't wait until it runs
   * out.
   */
  | {
      readonly kind: "kill";
      readonly at: number;
      readonly victim: Victim;
      readonly afterMs: number;
      readonly frees: boolean;
    }
  /** SIGTERM. */
  | { readonly kind: "stop"; readonly at: number; readonly victim: Victim }
  /** SIGSTOP, and SIGCONT after a while. */
  | { readonly kind: "freeze"; readonly at: number; readonly victim: Victim; readonly forMs: number }
  /** No packet passes between a controller and a server. */
  | {
      readonly kind: "cut";
      readonly at: number;
      readonly victim: Victim;
      readonly from: string;
      readonly forMs: number;
    }
  /** A server ends, and is started again after a while. */
  | {
      readonly kind: "restart";
      readonly at: number;
      readonly server: string;
      readonly how: "stop" | "kill";
      readonly forMs: number;
    }
  /** The target gets its next generation. */
  | { readonly kind: "change"; readonly at: number; readonly target: number }
  /** The alias is deleted, or created again. */
  | { readonly kind: "toggle"; readonly at: number; readonly alias: string };

export interface ScheduleOptions {
  readonly random: () => number;
  readonly kills: number;
  readonly durationMs: number;
  /** What a controller can be cut from. */
  readonly peers: readonly string[];
  /** What can be restarted. */
  readonly servers: readonly string[];
  readonly targets: readonly number[];
  readonly aliases: readonly string[];
}

/** All actions of a run, sorted by time. The same options and random numbers make the same schedule. */
export function scheduleOf(options: ScheduleOptions): readonly Action[] {
  const { durationMs, kills, targets, aliases } = options;
  const actions = [
    ...times(options, kills, true).map((at) => kill(options, at)),
    ...times(options, Math.ceil(kills / 12), true).map((at): Action => ({ kind: "stop", at, victim: victim(options) })),
    ...times(options, Math.ceil(kills / 12), true).map((at) => freeze(options, at)),
    ...times(options, Math.ceil(kills / 4), true).map((at) => cut(options, at)),
    ...times(options, Math.ceil(kills / 8), true).map((at) => restart(options, at)),
    ...times(options, (durationMs * targets.length) / CHANGE_EVERY_MS, false).map((at): Action => ({
      kind: "change",
      at,
      target: oneOf(options, targets),
    })),
    ...times(options, (durationMs * aliases.length) / TOGGLE_EVERY_MS, false).map((at): Action => ({
      kind: "toggle",
      at,
      alias: oneOf(options, aliases),
    })),
  ];
  return actions.sort((one, other) => one.at - other.at);
}

/**
 * A stretch of faults and a stretch without, in turn: in the second one dnsalias has to catch up, and only there staleness can be measured. A short run has
 * one of each.
 */
const ROUND_MS = 180_000;
/** The part of a round that has faults. */
const FAULTY_SHARE = 5 / 9;

/** How often each target changes, and each alias comes or goes, on average. */
const CHANGE_EVERY_MS = 8_000;
const TOGGLE_EVERY_MS = 60_000;

function times({ random, durationMs }: ScheduleOptions, count: number, isFault: boolean): readonly number[] {
  const roundMs = durationMs / Math.max(1, Math.round(durationMs / ROUND_MS));
  return Array.from({ length: Math.round(count) }, () => {
    const at = random() * durationMs;
    const roundAt = Math.floor(at / roundMs) * roundMs;
    return Math.round(isFault ? roundAt + (at - roundAt) * FAULTY_SHARE : at);
  });
}

function kill(options: ScheduleOptions, at: number): Action {
  const { random } = options;
  return { kind: "kill", at, victim: victim(options), afterMs: between(options, 0, 3_000), frees: random() < 0.75 };
}

/** A Lease is lost after 10 s and can be taken after 15 s: freezes are on both sides of both. */
function freeze(options: ScheduleOptions, at: number): Action {
  return { kind: "freeze", at, victim: victim(options), forMs: between(options, 1_000, 20_000) };
}

function cut(options: ScheduleOptions, at: number): Action {
  const from = oneOf(options, options.peers);
  return { kind: "cut", at, victim: victim(options), from, forMs: between(options, 1_000, 18_000) };
}

function restart(options: ScheduleOptions, at: number): Action {
  const how = options.random() < 0.5 ? "stop" : "kill";
  return { kind: "restart", at, server: oneOf(options, options.servers), how, forMs: between(options, 0, 4_000) };
}

function victim({ random }: ScheduleOptions): Victim {
  return random() < 0.6 ? "leader" : "standby";
}

function between({ random }: ScheduleOptions, least: number, most: number): number {
  return Math.round(least + random() * (most - least));
}

function oneOf<T>({ random }: ScheduleOptions, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) {
    throw new Error("nothing to choose from");
  }
  return item;
}
