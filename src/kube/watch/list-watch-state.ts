import { backoffMs, type Backoff } from "../../base/backoff.ts";
import type { Millis, Random } from "../../base/clock.ts";

/**
 * Keeps a list equal to that of the API server: pages of a list, then a watch from the resourceVersion of the list. Every error is a transition to
 * a wait, and no state is final. The driver executes {@link nextStep} and reports the result.
 */
type ListWatchStep =
  /** Requests the page after this token. "" requests the first page and starts a new list. */
  | { readonly kind: "list"; readonly token: string }
  | { readonly kind: "watch"; readonly resourceVersion: string }
  | { readonly kind: "wait"; readonly ms: Millis; readonly next: "list" | "page" | "watch" };

export interface ListWatchState {
  readonly step: ListWatchStep;
  /** Failures since the last success. */
  readonly failures: number;
  /** The continue token of the next page, or "". */
  readonly token: string;
  /** The resourceVersion of the next watch. "" before the first complete list. */
  readonly resourceVersion: string;
  /** Why it does not work now. Undefined: it works. */
  readonly trouble: string | undefined;
}

export type ListWatchOutcome =
  | { readonly kind: "page"; readonly token: string; readonly resourceVersion: string }
  /** The watch reported an object or a bookmark. The step stays the same. */
  | { readonly kind: "moved"; readonly resourceVersion: string }
  | { readonly kind: "watching" }
  /** The server ended the watch, as it does every few minutes. */
  | { readonly kind: "ended"; readonly tookMs: Millis }
  /** The connection broke, or was silent for too long. */
  | { readonly kind: "broken"; readonly message: string }
  /** An answer other than 200, or an ERROR event in the watch. */
  | {
      readonly kind: "status";
      readonly code: number;
      readonly message: string;
      readonly retryAfterMs: Millis | undefined;
    }
  | { readonly kind: "waited" };

export const LIST_WATCH_START: ListWatchState = {
  step: { kind: "list", token: "" },
  failures: 0,
  token: "",
  resourceVersion: "",
  trouble: undefined,
};

export interface StepOptions {
  readonly backoff: Backoff;
  readonly random: Random;
}

export function nextStep(state: ListWatchState, outcome: ListWatchOutcome, options: StepOptions): ListWatchState {
  switch (outcome.kind) {
    case "page":
      return afterPage(state, outcome);
    case "moved":
      return healthy({ ...state, resourceVersion: outcome.resourceVersion || state.resourceVersion });
    case "watching":
      return { ...state, trouble: undefined };
    case "ended":
      return outcome.tookMs < SHORT_WATCH_MS
        ? waiting(state, "watch", "the watch ends as soon as it starts", undefined, options)
        : healthy({ ...state, step: watchStep(state) });
    case "broken":
      return afterBreak(state, outcome.message, options);
    case "status":
      return afterStatus(state, outcome, options);
    case "waited":
      return { ...state, step: afterWait(state) };
  }
}

export const LIST_WATCH_BACKOFF: Backoff = { firstMs: 500, maxMs: 30_000, spread: 0.2 };

const SHORT_WATCH_MS = 1_000;
/** After this many consecutive refusals of a watch, a new list is started, because the resourceVersion itself may be invalid. */
const RELIST_AFTER_REFUSALS = 5;
/** After this many consecutive failures of a watch, a new list is started. An unavailable API server alone doesn't require that. */
const RELIST_AFTER_BREAKS = 20;

function afterPage(state: ListWatchState, page: { readonly token: string; readonly resourceVersion: string }) {
  const { token, resourceVersion } = page;
  return token === ""
    ? healthy({ ...state, token, resourceVersion, step: { kind: "watch", resourceVersion } })
    : healthy({ ...state, token, step: { kind: "list", token } });
}

function afterBreak(state: ListWatchState, message: string, options: StepOptions): ListWatchState {
  const isWatch = state.step.kind === "watch";
  return waiting(state, isWatch ? watchOrList(state, RELIST_AFTER_BREAKS) : "page", message, undefined, options);
}

function afterStatus(
  state: ListWatchState,
  outcome: { readonly code: number; readonly message: string; readonly retryAfterMs: Millis | undefined },
  options: StepOptions,
): ListWatchState {
  const { code, message, retryAfterMs } = outcome;
  if (code === GONE) {
    // etcd no longer has the resourceVersion or the token. A new list starts from the first page, and the first time without a wait.
    const fresh = { ...state, token: "", resourceVersion: "" };
    return state.failures === 0
      ? { ...fresh, step: { kind: "list", token: "" }, failures: 1 }
      : waiting(fresh, "list", message, retryAfterMs, options);
  }
  const isTransient = code === 429 || code >= 500;
  if (state.step.kind === "watch") {
    return waiting(
      state,
      isTransient ? watchOrList(state, RELIST_AFTER_REFUSALS) : "list",
      message,
      retryAfterMs,
      options,
    );
  }
  return waiting(state, isTransient ? "page" : "list", message, retryAfterMs, options);
}

/** RFC 9110 15.5.11. Kubernetes sends it with the reason Expired or Gone. */
const GONE = 410;

function watchOrList(state: ListWatchState, limit: number): "watch" | "list" {
  return state.failures + 1 >= limit ? "list" : "watch";
}

function waiting(
  state: ListWatchState,
  next: "list" | "page" | "watch",
  trouble: string,
  retryAfterMs: Millis | undefined,
  { backoff, random }: StepOptions,
): ListWatchState {
  const ms = Math.max(backoffMs(backoff, state.failures, random), retryAfterMs ?? 0);
  return { ...state, step: { kind: "wait", ms, next }, failures: state.failures + 1, trouble };
}

function afterWait(state: ListWatchState): ListWatchStep {
  const next = state.step.kind === "wait" ? state.step.next : "list";
  if (next === "watch" && state.resourceVersion !== "") {
    return watchStep(state);
  }
  return { kind: "list", token: next === "page" ? state.token : "" };
}

function watchStep(state: ListWatchState): ListWatchStep {
  return { kind: "watch", resourceVersion: state.resourceVersion };
}

function healthy(state: ListWatchState): ListWatchState {
  return { ...state, failures: 0, trouble: undefined };
}
