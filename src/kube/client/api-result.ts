import type { Millis } from "../../base/clock.ts";
import { parseRetryAfter } from "../../base/retry-after.ts";
import { isObject, listAt, memberAt, numberAt, parseJson, textAt } from "../../base/json.ts";

/** The result of one request. Only an abort by the caller is an exception. */
export type KubeResult =
  | { readonly kind: "ok"; readonly status: number; readonly body: unknown }
  | KubeStatus
  | KubeUnreachable;

/** The API server, or a proxy before it, refused the request. */
export interface KubeStatus {
  readonly kind: "status";
  /** The HTTP status. */
  readonly code: number;
  /** metav1.Status.reason: "Conflict", "Expired", "Forbidden". "" if the body is not a Status. */
  readonly reason: string;
  readonly message: string;
  readonly retryAfterMs: Millis | undefined;
  readonly causes: readonly StatusCause[];
}

/** There was no answer: refused, reset, timed out, bad certificate, no credentials. */
export interface KubeUnreachable {
  readonly kind: "unreachable";
  readonly message: string;
}

interface StatusCause {
  readonly reason: string;
  readonly field: string;
  readonly message: string;
}

/** The result for a response that was read completely. */
export function toResult(code: number, retryAfter: string | undefined, text: string, now: Millis): KubeResult {
  const body = parseJson(text);
  if (code >= 200 && code < 300) {
    return text !== "" && body === undefined
      ? { kind: "unreachable", message: `the answer is not JSON: ${excerpt(text)}` }
      : { kind: "ok", status: code, body };
  }
  return toStatus(code, body ?? excerpt(text), parseRetryAfter(retryAfter, now));
}

/** Reads a metav1.Status, also one in a watch. From any other body, the first words become the message. */
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

/** One sentence about a result that is not `ok`. */
export function describeResult(result: KubeStatus | KubeUnreachable): string {
  if (result.kind === "unreachable") {
    return `the apiserver cannot be reached: ${result.message}`;
  }
  const words = result.message === "" ? result.reason : result.message;
  return `the apiserver answered ${result.code}${words === "" ? "" : `: ${words}`}`;
}

/** True if an admission webhook, an admission policy, or a quota refused the request with 403. A missing right has the same code. */
export function isAdmissionRefusal({ code, message }: KubeStatus): boolean {
  return code === 403 && ADMISSION.test(message);
}

const ADMISSION = /denied (?:the )?request|exceeded quota/;

function excerpt(text: string): string {
  return text.trim().slice(0, 200);
}
