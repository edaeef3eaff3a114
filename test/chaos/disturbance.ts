import type { ChaosEvent } from "./judge/chaos-event.ts";

/** Notes from when to when dnsalias can't follow its targets, because the test breaks something. */
export interface Disturbances extends Disposable {
  /** Counts work as a disturbance, and the time that dnsalias needs to recover from it. */
  during(work: () => Promise<void>): Promise<void>;
}

/** A Lease of a killed leader can be taken after 15 s; the rest is a start and the first lookups on a busy machine. */
export const RECOVERY_MS = 30_000;

export function createDisturbances(onEvent: (event: ChaosEvent) => void): Disturbances {
  let running = 0;
  let recovery: NodeJS.Timeout | undefined;
  let isCalm = true;
  const calm = (): void => {
    isCalm = true;
    onEvent({ kind: "calm", at: performance.now() });
  };
  return {
    async during(work) {
      running += 1;
      clearTimeout(recovery);
      if (isCalm) {
        isCalm = false;
        onEvent({ kind: "disturbed", at: performance.now() });
      }
      try {
        await work();
      } finally {
        running -= 1;
        if (running === 0) {
          recovery = setTimeout(calm, RECOVERY_MS);
        }
      }
    },
    [Symbol.dispose]: () => clearTimeout(recovery),
  };
}
