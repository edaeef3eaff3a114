import type { Clock, Random } from "../../src/base/clock.ts";
import type { Faults } from "./replicas-world.ts";

/** What all calls of one replica to the outside go through. */
export interface Line {
  readonly random: Random;
  readonly clock: Clock;
  dead: boolean;
}

interface Network {
  readonly clock: Clock;
  readonly faults: Faults;
}

export function never(): Promise<never> {
  return new Promise(() => undefined);
}

export async function alive<T>(line: Line, work: Promise<T>): Promise<T> {
  const result = await work.then(
    (value) => () => value,
    (error: unknown) => () => {
      throw error;
    },
  );
  return line.dead ? never() : result();
}

/** One call over the network: it takes its time, and may end after the caller is gone. */
export async function call<T>(world: Network, line: Line, signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
  if (line.dead) {
    return never();
  }
  const { slowMs } = world.faults;
  if (slowMs > 0 && line.random() < 0.5) {
    await alive(line, world.clock.sleep(Math.round(line.random() * slowMs), signal));
  }
  const result = await alive(line, Promise.resolve(work()));
  if (slowMs > 0 && line.random() < 0.3) {
    await alive(line, world.clock.sleep(Math.round(line.random() * slowMs), signal));
  }
  return result;
}
