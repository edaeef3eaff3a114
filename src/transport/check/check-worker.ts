import { Worker } from "node:worker_threads";
import type { CheckRequest, CheckResult } from "./check-request.ts";

export interface ToCheckWorker {
  readonly id: number;
  readonly check: CheckRequest;
}

interface FromCheckWorker {
  readonly id: number;
  readonly result: CheckResult;
}

/** Makes checks in a separate thread, so that TLS handshakes don't block the main thread. */
export interface CheckWorker extends AsyncDisposable {
  /** Never rejects. A check that ends without a result, because its thread ended, is `local`. */
  check(request: CheckRequest): Promise<CheckResult>;
  /** How often the thread has been replaced. */
  readonly restarts: number;
  /** The id of the thread; undefined: none has been needed yet. */
  readonly threadId: number | undefined;
  /** For tests: ends the thread as a crash does. */
  terminate(): Promise<void>;
}

/** Reports about the thread. Every function returns at once. */
export interface CheckWorkerEvents {
  /** The thread ended unexpectedly. The next check starts another one. */
  readonly onEnd: (error: unknown) => void;
}

/** The thread starts with the first check. */
export function createCheckWorker({ onEnd }: CheckWorkerEvents): CheckWorker {
  let running: RunningThread | undefined;
  let restarts = 0;
  let isStopping = false;
  const ended = (error: unknown): void => {
    running = undefined;
    if (!isStopping) {
      restarts += 1;
      onEnd(error);
    }
  };
  return {
    async check(request) {
      if (isStopping) {
        return { kind: "local" };
      }
      running ??= startThread(ended);
      return running.check(request);
    },
    get restarts() {
      return restarts;
    },
    get threadId() {
      return running?.threadId;
    },
    terminate: async () => {
      await running?.terminate();
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running?.terminate();
    },
  };
}

interface RunningThread {
  readonly threadId: number;
  check(request: CheckRequest): Promise<CheckResult>;
  terminate(): Promise<void>;
}

/** A thread without a result this long after a check's deadline hangs, and is replaced. */
const HUNG_AFTER_MS = 10_000;

function startThread(onEnd: (error: unknown) => void): RunningThread {
  const worker = new Worker(entryScript(), { name: "health-checks", resourceLimits: { maxOldGenerationSizeMb: 128 } });
  const { threadId } = worker;
  const pending = new Map<number, (result: CheckResult) => void>();
  let ids = 0;
  let error: unknown;
  worker.on("message", ({ id, result }: FromCheckWorker) => pending.get(id)?.(result));
  worker.on("error", (thrown) => {
    error = thrown;
  });
  worker.once("exit", () => {
    onEnd(error);
    pending.forEach((resolve) => resolve({ kind: "local" }));
  });
  return {
    threadId,
    async check(check) {
      const id = ids;
      ids += 1;
      const { promise, resolve } = Promise.withResolvers<CheckResult>();
      pending.set(id, resolve);
      const message: ToCheckWorker = { id, check };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(message);
      const timer = setTimeout(() => {
        error ??= new Error("the thread has no result of a check long after its deadline");
        void worker.terminate();
      }, check.timeoutMs + HUNG_AFTER_MS);
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        pending.delete(id);
      }
    },
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** The script is in the same folder and has the same extension: `.ts` in the sources, `.js` in the build. */
function entryScript(): URL {
  const isSource = import.meta.url.endsWith(".ts");
  return new URL(isSource ? "./check-entry.ts" : "./check-entry.js", import.meta.url);
}
