/** Lets one loop sleep until there is something to do. */
export interface WakeUp {
  wake(): void;
  /** Ready after the next `wake`, or after one that no caller has waited for yet; also when the signal aborts. */
  woken(signal: AbortSignal): Promise<void>;
}

export function createWakeUp(): WakeUp {
  let isAwake = false;
  let resume: (() => void) | undefined;
  return {
    wake() {
      isAwake = true;
      resume?.();
    },
    async woken(signal) {
      if (!isAwake && !signal.aborted) {
        await new Promise<void>((resolve) => {
          resume = resolve;
          signal.addEventListener("abort", () => resolve(), { once: true });
        });
      }
      resume = undefined;
      isAwake = false;
    },
  };
}
