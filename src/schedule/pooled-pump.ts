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
  /** A run that takes longer leaves its place where others wait for one; undefined: it keeps its place. */
  readonly patienceMs: (pool: Pool) => Millis | undefined;
  /** How many keys of one turn, and of one share, run at once in each pool. */
  readonly concurrency: number;
  /** The pool of a due key, and its claims there. */
  readonly placeOf: (key: K) => { readonly pool: Pool; readonly claim: Claim };
  /** Runs a key and returns the time of its next run; undefined: only on request. */
  readonly start: (key: K, signal: AbortSignal) => Promise<Millis | undefined>;
  /** A run took long while others wait; true: it is stopped, and is due again in another pool. */
  readonly onSlow: (key: K) => boolean;
  /** Comes round every five seconds, with what waits and what runs. */
  readonly onRound: (unfinished: Iterable<K>) => void;
}

/** Runs due keys, each pool separately: keys of one pool never wait for those of another. */
export interface PooledPump<K> {
  /** To be called after anything was added to the queue from outside. */
  wake(): void;
  /** Gives a key that waits the place that it would be given now. */
  replace(key: K): void;
  /** Forgets a key that waits; does nothing to one that runs. */
  remove(key: K): void;
  /** Until the signal aborts; then ends as soon as what runs has ended. */
  run(signal: AbortSignal): Promise<void>;
  /** When the loop last came round, or, of a pool without a free place, when a key last began or ended there; the oldest of them. */
  heartbeatAt(): Millis;
}

const LONGEST_NAP_MS: Millis = 5_000;
/** A run that threw is a defect; it must neither stop the others nor lose the key. */
const AFTER_DEFECT_MS: Millis = 30_000;
/** Keys that become due in one turn of the event loop. */
const SLICE = 1_000;
/** One for all: without a reason each abort makes an exception with a stack. */
const WOKEN = "woken";
const YIELDED = "yielded";

interface Run {
  readonly startedAt: Millis;
  readonly stop: AbortController;
  /** It took long, and keeps its place or ends soon. */
  isAsked: boolean;
}

interface PoolState<K> {
  readonly ready: ReadyQueue<K>;
  /** In the order in which they began. */
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
  const onAbort = (): void => wake(loop);
  signal.addEventListener("abort", onAbort, { once: true });
  while (!signal.aborted) {
    loop.woken = false;
    loop.beat = deps.clock.now();
    takeDue(loop);
    pools.forEach((pool) => startReady(loop, pool, signal));
    pools.forEach((pool) => stopSlow(deps, pool));
    comeRound(loop);
    await sleepUntilWork(loop);
    // Sockets and timers get their turn even when every key ends at once.
    await turn();
  }
  signal.removeEventListener("abort", onAbort);
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
    // Woken: an aborted nap is how work announces itself.
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

/** Where keys wait for a place, runs that take long leave theirs. */
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

/** When the next run takes long; undefined: none does, or nothing waits for its place. */
function nextSlowAt<K>({ patienceMs, ready, runs }: PoolState<K>): Millis | undefined {
  if (patienceMs === undefined || ready.size() === 0) {
    return undefined;
  }
  const next = runs.values().find(({ isAsked }) => !isAsked);
  return next && next.startedAt + patienceMs;
}
