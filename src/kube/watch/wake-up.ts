/** Lets a loop sleep until it has work. */
export interface WakeUp {
  wake(): void;
  /** Resolves after the next `wake`, after an earlier one that ended no wait, or when the signal aborts. */
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
