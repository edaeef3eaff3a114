import type { Clock, Random } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { addCounts, NO_COUNTS, type ResponderCounts } from "../counters.ts";
import type { AnswerSource, ServedZone } from "../answer-source.ts";
import { afterCrash } from "./crash-backoff.ts";
import type { ToWorker, WorkerStart } from "./messages.ts";
import { startWorker, type RunningWorker } from "./worker-thread.ts";
import type { Name } from "../../dns/name/name.ts";

export interface WorkerSupervisorDeps {
  readonly index: number;
  readonly source: AnswerSource;
  readonly zones: ReadonlyMap<Name, ServedZone>;
  /** The data for a worker that starts now. */
  readonly start: () => WorkerStart;
  /** The message that makes a worker listen. The worker gets the message after all zones. */
  readonly listen: () => ToWorker;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

/** Keeps one worker running. If the worker ends, another one replaces it. */
export interface WorkerSupervisor {
  /** Resolves when the first worker listens. Rejects with a sentence if it cannot. */
  readonly listening: Promise<void>;
  readonly threadId: number | undefined;
  readonly restarts: number;
  post(message: ToWorker): void;
  setZone(domain: Name): void;
  /** The counts of all current and former workers. The counts of a crashed worker are those of its last beat. */
  counts(): ResponderCounts;
  /** Requests the counts of the worker, and ends a worker that has not answered since the last five beats. */
  beat(): void;
  /** Requests the counts of the worker. Resolves when the counts arrive, or when the worker has ended. */
  counted(): Promise<void>;
  /** Ends the worker as a crash does. Another one replaces it. */
  terminate(): Promise<void>;
  stop(): Promise<void>;
}

export function createWorkerSupervisor(deps: WorkerSupervisorDeps): WorkerSupervisor {
  const { index, log, clock } = deps;
  const first = Promise.withResolvers<void>();
  first.promise.catch(() => undefined);
  let running: RunningWorker | undefined;
  let restart: NodeJS.Timeout | undefined;
  let before = NO_COUNTS;
  let isStopping = false;
  let restarts = 0;
  let crashes = 0;

  const run = (): void => {
    const startedAt = clock.now();
    running = startWorker({
      ...deps,
      start: deps.start(),
      listen: deps.listen(),
      onListening: () => first.resolve(),
      onNotListening: (problem) => {
        log.error({ worker: index, err: problem }, "responder thread cannot listen");
        first.reject(new Error(problem));
      },
      onEnd: (ended, error) => {
        before = addCounts(before, { ...ended.counts, waiting: 0, packets: 0 });
        running = undefined;
        if (!isStopping) {
          const next = afterCrash(crashes, clock.now() - startedAt, deps.random);
          const { retryInMs } = next;
          crashes = next.crashes;
          log.warn({ worker: index, err: error, retryInMs }, "responder thread has ended and is replaced");
          restarts += 1;
          restart = setTimeout(run, retryInMs);
        }
      },
    });
  };
  run();

  return {
    listening: first.promise,
    get threadId() {
      return running?.threadId;
    },
    get restarts() {
      return restarts;
    },
    post: (message) => running?.post(message),
    setZone: (domain) => running?.setZone(domain),
    counts: () => (running === undefined ? before : addCounts(before, running.counts)),
    beat: () => running?.beat(),
    counted: async () => running?.counted(),
    terminate: async () => {
      await running?.terminate();
    },
    stop: async () => {
      isStopping = true;
      clearTimeout(restart);
      first.reject(new Error("the responder has been stopped"));
      await running?.stop();
    },
  };
}
