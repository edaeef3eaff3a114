/** The next step for the finalizer of an alias. `keep` means no change, with or without a finalizer. */
export type FinalizerStep = "add" | "keep" | "remove" | "clean up" | "done";

export interface FinalizerFacts {
  readonly isDeletionRequested: boolean;
  readonly isPresent: boolean;
  /** Whether a backend that doesn't list its zone has names of the alias, so that the finalizer is needed. Undefined: not known. */
  readonly isNeeded: boolean | undefined;
}

/**
 * Decides as kube-rs's `finalizer()` does, with its four states: add, apply, clean up, done. An alias that is not under deletion
 * loses a finalizer that no backend needs. If it isn't known whether one needs it, nothing changes.
 */
export function finalizerStep({ isDeletionRequested, isPresent, isNeeded }: FinalizerFacts): FinalizerStep {
  if (isDeletionRequested) {
    return isPresent ? "clean up" : "done";
  }
  if (isPresent) {
    return isNeeded === false ? "remove" : "keep";
  }
  return isNeeded === true ? "add" : "keep";
}
