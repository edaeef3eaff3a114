import type { Millis } from "../../base/clock.ts";
import { parseRetryAfter } from "../../base/retry-after.ts";
import { isObject, listAt, memberAt, numberAt, parseJson, textAt } from "../../base/json.ts";

/** What came of one request. Only an abort by the caller is an exception. */
export type KubeResult =
  | { readonly kind: "ok"; readonly status: number; readonly body: unknown }
  | KubeStatus
  | KubeUnreachable;

/** The apiserver, or something before it, said no. */
export interface KubeStatus {
  readonly kind: "status";
  /** The HTTP status. */
  readonly code: number;
  /** metav1.Status.reason: "Conflict", "Expired", "Forbidden"; "" when the answer was no Status. */
  readonly reason: string;
  readonly message: string;
  readonly retryAfterMs: Millis | undefined;
  readonly causes: readonly StatusCause[];
}

/** No answer: refused, reset, timed out, bad certificate, no credentials. */
export interface KubeUnreachable {
  readonly kind: "unreachable";
  readonly message: string;
}

interface StatusCause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** A response that was read whole, as a result. */
export function toResult(code: number, retryAfter: string | undefined, text: string, now: Millis): KubeResult {
  const body = parseJson(text);
  if (code >= 200 && code < 300) {
    return text !== "" && body === undefined
      ? { kind: "unreachable", message: `the answer is not JSON: ${excerpt(text)}` }
      : { kind: "ok", status: code, body };
  }
  return toStatus(code, body ?? excerpt(text), parseRetryAfter(retryAfter, now));
}

/** A metav1.Status, as it also comes within a watch; anything else keeps its first words as the message. */
export function toStatus(code: number, body: unknown, retryAfterMs?: Millis): KubeStatus {
  const seconds = numberAt(body, "details", "retryAfterSeconds");
  return {
    kind: "status",
    code: numberAt(body, "code") ?? code,
    reason: textAt(body, "reason"),
    message: isObject(body) ? textAt(body, "message") : String(body),
    retryAfterMs: retryAfterMs ?? (seconds === undefined ? undefined : seconds * 1000),
    causes: listAt(memberAt(body, "details"), "causes").map((cause) => ({
      reason: textAt(cause, "reason"),
      field: textAt(cause, "field"),
      message: textAt(cause, "message"),
    })),
  };
}

/** One sentence about a result that is not ok. */
export function describeResult(result: KubeStatus | KubeUnreachable): string {
  if (result.kind === "unreachable") {
    return `the apiserver cannot be reached: ${result.message}`;
  }
  const words = result.message === "" ? result.reason : result.message;
  return `the apiserver answered ${result.code}${words === "" ? "" : `: ${words}`}`;
}

/** True for a refusal of an admission webhook, an admission policy, or a quota with 403, the code that a missing right has too. */
export function isAdmissionRefusal({ code, message }: KubeStatus): boolean {
  return code === 403 && ADMISSION.test(message);
}

const ADMISSION = /denied (?:the )?request|exceeded quota/;

function excerpt(text: string): string {
  return text.trim().slice(0, 200);
}
