/** What is to be done about the finalizer of an alias. `keep` is both "apply" with the finalizer and nothing to do without it. */
export type FinalizerStep = "add" | "keep" | "remove" | "clean up" | "done";

export interface FinalizerFacts {
  readonly isDeletionRequested: boolean;
  readonly isPresent: boolean;
  /** Whether a backend that doesn't list its zone has names of the alias; undefined: not known. */
  readonly isNeeded: boolean | undefined;
}

/**
 * The four states of kube-rs's `finalizer()`: add, apply, clean up, done. A finalizer that no backend needs is removed from a living alias, and what is not known adds and
 * removes nothing.
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
