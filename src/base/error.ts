import { getSystemErrorMessage } from "node:util";

/**
 * All error codes. Codes are documented in docs/errors.md, and never reused for another
 * meaning. Results in normal operation (NXDOMAIN, a timeout, a write conflict) are values, not errors.
 */
export const ERROR_CODES = [
  "ADDRESS_INVALID",
  "ARGUMENT_INVALID",
  "BASE_ZONE_INVALID",
  "CONFIG_INVALID",
  "COREFILE_INVALID",
  "KUBE_REQUEST_FAILED",
  "MANIFEST_INVALID",
  "MESSAGE_INVALID",
  "NAME_INVALID",
  "STATE_FILE_INVALID",
  "TRANSPORT_FAILED",
  "WRITE_REFUSED",
  "ZONE_FILE_INVALID",
  "ZONE_TOO_LARGE",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Whether a retry can succeed: after a wait, after a change of the input, or never. */
export type Retry = "backoff" | "on-change" | "never";

/** The only exception class: a stable code for programs, a sentence for users, and whether a retry can succeed. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly retry: Retry;
  constructor(code: ErrorCode, message: string, options: ErrorOptions & { readonly retry: Retry }) {
    super(message, options);
    this.code = code;
    this.retry = options.retry;
  }
}

/** The message of a thrown value with its causes, for a condition or a log line. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) {
    return String(thrown);
  }
  const message = ownMessage(thrown);
  return thrown.cause === undefined ? message : `${message}: ${messageOf(thrown.cause)}`;
}

/** The message of a failed call of a socket has only its code ("connect ECONNREFUSED 192.0.2.1:53"). The words of the system come first. */
function ownMessage(error: Error): string {
  return "errno" in error && typeof error.errno === "number" && /^\w+ E[A-Z]/.test(error.message)
    ? `${getSystemErrorMessage(error.errno)} (${error.message})`
    : error.message;
}
