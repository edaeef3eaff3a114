import { setImmediate as turn } from "node:timers/promises";
import type { Clock, Millis } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Due } from "./due.ts";
import { type Claim, createReadyQueue, type ReadyQueue } from "./ready-queue.ts";

export interface PooledPumpDeps<K, Pool extends string> {
  readonly due: Due<K>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pools: readonly Pool[];
  /** How long a run keeps its place while other keys wait for a place. Undefined: it always keeps its place. */
  readonly patienceMs: (pool: Pool) => Millis | undefined;
  /** The number of places in each pool for keys with the same turn; see `createReadyQueue`. */
  readonly concurrency: number;
  /** The pool of a due key, with its turn and its share there. */
  readonly placeOf: (key: K) => { readonly pool: Pool; readonly claim: Claim };
  /** Runs a key and returns the time of its next run. Undefined: it runs again only on request. */
  readonly start: (key: K, signal: AbortSignal) => Promise<Millis | undefined>;
  /**
   * Called when a run has taken longer than `patienceMs` and other keys wait. If it returns true, the run is stopped, and its key
   * is due again in another pool.
   */
  readonly onSlow: (key: K) => boolean;
  /** Runs every five seconds, with the keys that wait or run. */
  readonly onRound: (unfinished: Iterable<K>) => void;
}

/** Runs due keys, each pool separately: keys of one pool never wait for keys of another pool. */
export interface PooledPump<K> {
  /** Call it after a key was added to the queue from outside. */
  wake(): void;
  /** Moves a waiting key to the pool and the turn that `placeOf` returns now. */
  replace(key: K): void;
  /** Removes a waiting key. It has no effect on a running one. */
  remove(key: K): void;
  /** Runs until the signal aborts, and ends as soon as all running keys have ended. */
  run(signal: AbortSignal): Promise<void>;
  /** When the loop last ran. For a pool without a free place, when a run last began or ended there. The oldest of these times counts. */
  heartbeatAt(): Millis;
}

const LONGEST_NAP_MS: Millis = 5_000;
/** The delay after a run that threw, which is a defect. A defect must neither stop other keys nor lose the key. */
const AFTER_DEFECT_MS: Millis = 30_000;
/** The maximum number of due keys that are handled in one turn of the event loop. */
const SLICE = 1_000;
/** Constant reasons for aborts. Without a reason, each abort creates an exception with a stack. */
const WOKEN = "woken";
const YIELDED = "yielded";

interface Run {
  readonly startedAt: Millis;
  readonly stop: AbortController;
  /** True if `onSlow` was called for this run. */
  isAsked: boolean;
}

interface PoolState<K> {
  readonly ready: ReadyQueue<K>;
  /** The runs in the order in which they began. */
  readonly runs: Map<K, Run>;
  readonly patienceMs: Millis | undefined;
  movedAt: Millis;
}

export function createPooledPump<K, Pool extends string>(deps: PooledPumpDeps<K, Pool>): PooledPump<K> {
  const { due, clock, placeOf } = deps;
  const loop: Loop<K, Pool> = {
    deps,
    pools: new Map(deps.pools.map((pool) => [pool, newPool(deps, pool)])),
    running: new Set(),
    beat: clock.now(),
    roundAt: clock.now(),
    woken: false,
    nap: undefined,
  };
  const { pools } = loop;
  return {
    wake: () => wake(loop),
    replace(key) {
      const holder = pools.values().find(({ ready }) => ready.isWaiting(key));
      if (holder !== undefined) {
        if (pools.get(placeOf(key).pool) !== holder) {
          holder.ready.remove(key);
        }
        enqueue(loop, key);
        wake(loop);
      }
    },
    remove(key) {
      if (pools.values().some(({ ready }) => ready.remove(key))) {
        due.release(key, undefined);
      }
    },
    run: (signal) => run(loop, signal),
    heartbeatAt: () =>
      Math.min(loop.beat, ...pools.values().map(({ ready, movedAt }) => (ready.isFull() ? movedAt : loop.beat))),
  };
}

interface Loop<K, Pool extends string> {
  readonly deps: PooledPumpDeps<K, Pool>;
  readonly pools: ReadonlyMap<Pool, PoolState<K>>;
  readonly running: Set<Promise<void>>;
  beat: Millis;
  roundAt: Millis;
  woken: boolean;
  nap: AbortController | undefined;
}

async function run<K, Pool extends string>(loop: Loop<K, Pool>, signal: AbortSignal): Promise<void> {
  const { deps, pools, running } = loop;
  signal.addEventListener("abort", () => wake(loop));
  while (!signal.aborted) {
    loop.woken = false;
    loop.beat = deps.clock.now();
    takeDue(loop);
    pools.forEach((pool) => startReady(loop, pool, signal));
    pools.forEach((pool) => stopSlow(deps, pool));
    comeRound(loop);
    await sleepUntilWork(loop);
    // Lets sockets and timers run even if every key ends at once.
    await turn();
  }
  await Promise.all(running);
}

function wake<K, Pool extends string>(loop: Loop<K, Pool>): void {
  if (!loop.woken) {
    loop.woken = true;
    loop.nap?.abort(WOKEN);
  }
}

function enqueue<K, Pool extends string>({ deps, pools }: Loop<K, Pool>, key: K): void {
  const { pool, claim } = deps.placeOf(key);
  pools.get(pool)?.ready.add(key, claim);
}

function takeDue<K, Pool extends string>(loop: Loop<K, Pool>): void {
  const { due, clock } = loop.deps;
  for (let taken = 0; taken < SLICE; taken += 1) {
    const key = due.removeDue(clock.now());
    if (key === undefined) {
      return;
    }
    enqueue(loop, key);
  }
  loop.woken = true;
}

function startReady<K, Pool extends string>(loop: Loop<K, Pool>, pool: PoolState<K>, signal: AbortSignal): void {
  const { deps, running } = loop;
  for (let key = pool.ready.begin(); key !== undefined; key = pool.ready.begin()) {
    const began = key;
    const ended = runKey(deps, pool, began, signal).finally(() => {
      pool.runs.delete(began);
      pool.ready.end(began);
      pool.movedAt = deps.clock.now();
      running.delete(ended);
      wake(loop);
    });
    running.add(ended);
  }
}

function comeRound<K, Pool extends string>(loop: Loop<K, Pool>): void {
  const now = loop.deps.clock.now();
  if (now - loop.roundAt >= LONGEST_NAP_MS) {
    loop.roundAt = now;
    loop.deps.onRound(unfinished(loop));
  }
}

function* unfinished<K, Pool extends string>({ pools }: Loop<K, Pool>): Iterable<K> {
  for (const { ready, runs } of pools.values()) {
    yield* ready.waiting();
    yield* runs.keys();
  }
}

async function sleepUntilWork<K, Pool extends string>(loop: Loop<K, Pool>): Promise<void> {
  if (loop.woken) {
    return;
  }
  const { due, clock } = loop.deps;
  const times = [due.nextAt(), ...loop.pools.values().map(nextSlowAt)].filter((at) => at !== undefined);
  const nap = new AbortController();
  loop.nap = nap;
  try {
    await clock.sleep(Math.min(LONGEST_NAP_MS, Math.max(0, Math.min(...times) - clock.now())), nap.signal);
  } catch {
    // An aborted sleep means that a key was added or that a run has ended.
  }
  loop.nap = undefined;
}

function newPool<K, Pool extends string>(
  { concurrency, clock, patienceMs }: PooledPumpDeps<K, Pool>,
  pool: Pool,
): PoolState<K> {
  return {
    ready: createReadyQueue<K>(concurrency),
    runs: new Map(),
    patienceMs: patienceMs(pool),
    movedAt: clock.now(),
  };
}

async function runKey<K, Pool extends string>(
  { due, clock, log, start }: PooledPumpDeps<K, Pool>,
  pool: PoolState<K>,
  key: K,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  pool.runs.set(key, { startedAt: clock.now(), stop, isAsked: false });
  pool.movedAt = clock.now();
  due.begin(key);
  try {
    due.release(key, await start(key, AbortSignal.any([signal, stop.signal])));
  } catch (error) {
    if (!signal.aborted) {
      log.error({ key, err: error }, "run failed unexpectedly");
    }
    due.release(key, clock.now() + AFTER_DEFECT_MS);
  }
}

/** If keys wait for a place, stops the runs that have taken longer than `patienceMs`. */
function stopSlow<K, Pool extends string>({ clock, onSlow }: PooledPumpDeps<K, Pool>, pool: PoolState<K>): void {
  const { patienceMs, ready, runs } = pool;
  if (patienceMs === undefined || ready.size() === 0) {
    return;
  }
  for (const [key, run] of runs) {
    if (clock.now() - run.startedAt < patienceMs) {
      return;
    }
    if (!run.isAsked) {
      run.isAsked = true;
      if (onSlow(key)) {
        run.stop.abort(YIELDED);
      }
    }
  }
}

/** The time at which the next run exceeds `patienceMs`. Undefined: no run can exceed it, or no key waits. */
function nextSlowAt<K>({ patienceMs, ready, runs }: PoolState<K>): Millis | undefined {
  if (patienceMs === undefined || ready.size() === 0) {
    return undefined;
  }
  const next = runs.values().find(({ isAsked }) => !isAsked);
  return next && next.startedAt + patienceMs;
}
