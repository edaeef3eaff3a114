import type { Millis } from "../../base/clock.ts";

/** The part of `process` that this file uses. */
export interface SignalSource {
  on(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  readonly pid: number;
  kill(pid: number, signal: "SIGINT" | "SIGTERM"): unknown;
  exit(code: number): void;
}

/**
 * The state of an orderly stop. Dispose of it when the work is done. If a task still keeps the process alive after `drainMs`, the
 * process then ends.
 */
export interface Stop extends Disposable {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** The signal that requested the stop. Undefined: there was no signal. */
  readonly cause: () => "SIGINT" | "SIGTERM" | undefined;
}

export interface StopOptions {
  /** The time limit for an orderly stop. */
  readonly drainMs: Millis;
  /** Receives one sentence for users. */
  readonly tell: (message: string) => void;
}

/**
 * The first signal starts an orderly stop. A second signal, or the deadline, ends the process at once by that signal. Shells report
 * this as 128 + its number. `exit` is not used, because it waits for file-system threads, which can hang.
 */
export function stopOnSignals(source: SignalSource, { drainMs, tell }: StopOptions): Stop {
  const stopping = new AbortController();
  let cause: "SIGINT" | "SIGTERM" | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const endBy = (name: "SIGINT" | "SIGTERM"): void => {
    unlisten();
    source.kill(source.pid, name);
    // Only process 1 of a container reaches this line, because the kernel doesn't deliver signals without a handler to process 1.
    source.exit(128 + NUMBERS[name]);
  };
  const onSignal = (name: "SIGINT" | "SIGTERM") => () => {
    if (cause !== undefined) {
      endBy(name);
      return;
    }
    cause = name;
    deadline = setTimeout(() => {
      tell(`not stopped ${drainMs / 1000} s after ${name}: exiting now`);
      endBy(name);
    }, drainMs);
    // The timer must not keep the process alive if its work has ended in time.
    deadline.unref();
    stopping.abort(new Error(`stopped by ${name}`));
  };
  const onInterrupt = onSignal("SIGINT");
  const onTerminate = onSignal("SIGTERM");
  const unlisten = (): void => {
    source.off("SIGINT", onInterrupt);
    source.off("SIGTERM", onTerminate);
  };
  source.on("SIGINT", onInterrupt);
  source.on("SIGTERM", onTerminate);
  return {
    signal: stopping.signal,
    cause: () => cause,
    [Symbol.dispose]() {
      clearTimeout(deadline);
      unlisten();
      // A blocked call of the file system would keep the process running indefinitely. The timer is unreferenced, so it doesn't delay a
      // normal end.
      setTimeout(() => {
        tell(`a task has not stopped ${drainMs / 1000} s after the work: exiting now`);
        endBy(cause ?? "SIGTERM");
      }, drainMs).unref();
    },
  };
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;
