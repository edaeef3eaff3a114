import type { Millis } from "../../base/clock.ts";

/** The part of `process` that is needed here. */
export interface SignalSource {
  on(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  off(name: "SIGINT" | "SIGTERM", listener: () => void): unknown;
  exit(code: number): void;
}

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
 * The first signal asks for an orderly end; a second one, or the deadline, ends the process at once with 128 + the signal's number, as shells
 * report it.
 */
export function stopOnSignals(source: SignalSource, { drainMs, tell }: StopOptions): Stop {
  const stopping = new AbortController();
  let cause: "SIGINT" | "SIGTERM" | undefined;
  let deadline: NodeJS.Timeout | undefined;

  const onSignal = (name: "SIGINT" | "SIGTERM") => () => {
    if (cause !== undefined) {
      source.exit(128 + NUMBERS[name]);
      return;
    }
    cause = name;
    deadline = setTimeout(() => {
      tell(`not ended ${drainMs / 1000} s after ${name}: leaving at once`);
      source.exit(128 + NUMBERS[name]);
    }, drainMs);
    // It must not keep alive a process that has ended in time.
    deadline.unref();
    stopping.abort(new Error(`stopped by ${name}`));
  };
  const onInterrupt = onSignal("SIGINT");
  const onTerminate = onSignal("SIGTERM");
  source.on("SIGINT", onInterrupt);
  source.on("SIGTERM", onTerminate);
  return {
    signal: stopping.signal,
    cause: () => cause,
    [Symbol.dispose]() {
      clearTimeout(deadline);
      source.off("SIGINT", onInterrupt);
      source.off("SIGTERM", onTerminate);
    },
  };
}

const NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const;
