import type { Millis } from "../../base/clock.ts";

/** The part of `process` that is needed here. */
export interface SignalSource {
  on(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  readonly pid: number;
  kill(pid: number, signal: "SIGINT" | "SIGTERM"): unknown;
  exit(code: number): void;
}

/** Disposed of when the work is done; what then still keeps the process alive has as long as an orderly end. */
export interface Stop extends Disposable {
  /** Aborts at the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Ended by this signal; undefined: by itself. */
  readonly cause: () => "SIGINT" | "SIGTERM" | undefined;
}

export interface StopOptions {
  /** How long the orderly end may take. */
  readonly drainMs: Millis;
  /** Gets one sentence for a person. */
  readonly tell: (message: string) => void;
}

/**
 * The first signal starts an orderly stop. A second one, or the deadline, ends the process at once with that signal, which shells report as
 * 128 + its number. `exit` would wait for the threads of the file system, and one of them can hang.
 */
export function stopOnSignals(source: SignalSource, { drainMs, tell }: StopOptions): Stop {
  const stopping = new AbortController();
  let cause: "SIGINT" | "SIGTERM" | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const endBy = (name: "SIGINT" | "SIGTERM"): void => {
    unlisten();
    source.kill(source.pid, name);
    // Only process 1 of a container comes here: the kernel sends it no signal that it doesn't handle.
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
    // It must not keep alive a process that has ended in time.
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
      // A blocked call of the file system would keep the process running indefinitely. This timer is unreferenced, so it doesn't delay the end itself.
      setTimeout(() => {
        tell(`a task has not stopped ${drainMs / 1000} s after the work: exiting now`);
        endBy(cause ?? "SIGTERM");
      }, drainMs).unref();
    },
  };
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;
