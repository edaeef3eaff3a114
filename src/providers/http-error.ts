import type { HttpResponse, HttpResult } from "../transport/http-client.ts";
import type { RecordsRejected } from "./backend.ts";

/** Why a request to a backend failed. `refused` lasts until an input changes, and `failed` is temporary. */
export type BackendProblem =
  | {
      readonly kind: "refused";
      readonly reason: string;
      readonly message: string;
      /** The content of the request is at fault, not the credential or the location. */
      readonly isContent?: true;
    }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly retryAfterMs?: number;
      /** Status 500: some services return it for content that they don't accept. */
      readonly mayBeContent?: true;
    };

/** Returns the result of a failed write. If the content of the request is at fault, the backend has rejected the records. */
export function recordsRejectedBy(problem: BackendProblem): BackendProblem | RecordsRejected {
  const { kind, message } = problem;
  if (kind === "refused") {
    return problem.isContent === true ? { kind: "rejected", message } : problem;
  }
  return problem.mayBeContent === true ? { kind: "rejected", message, outage: { kind: "failed", message } } : problem;
}

export interface ServerWords {
  /** The server in messages: "PowerDNS at https://pdns.example.net:8081". */
  readonly server: string;
  /** The field with the address of the server. Defaults to "url". */
  readonly field?: string;
  /** The cures, each a clause that begins with a verb: "correct the key in …". */
  readonly unauthorized: string;
  readonly forbidden: string;
  readonly notFound: string;
  readonly rejected: string;
  /** The cure for 5xx if the server's message has none. */
  readonly broken?: string;
  /** Removes secrets from a message of the server. */
  readonly redact: (text: string) => string;
}

/** The problem and its cure for an unsuccessful answer. */
export function problemOf(result: HttpResult, words: ServerWords): BackendProblem {
  if (result.kind === "unreachable") {
    return unreachable(result.message, words);
  }
  const { status } = result;
  const says = `${words.server} answers ${status}${said(result, words)}`;
  if ((status === 403 || status >= 500) && READ_ONLY.test(result.text)) {
    return { kind: "refused", reason: "ReadOnly", message: `${says}: permit the server to write its data` };
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const { retryAfterMs } = result;
    const message = status >= 500 && words.broken !== undefined ? `${says}: ${words.broken}` : says;
    const mayBeContent = status === 500 && retryAfterMs === undefined;
    return {
      kind: "failed",
      message,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(mayBeContent && { mayBeContent }),
    };
  }
  if (status >= 300 && status < 400) {
    return refused(
      "Rejected",
      `${says}, a redirect, which dnsalias does not follow: set ${fieldOf(words)} to the target of the redirect`,
    );
  }
  switch (status) {
    case 401:
      return refused("Unauthorized", `${says}: ${words.unauthorized}`);
    case 403:
      return refused("Forbidden", `${says}: ${words.forbidden}`);
    case 404:
      return refused("ZoneNotFound", `${says}: ${words.notFound}`);
    default:
      return {
        ...refused("Rejected", `${says}: ${words.rejected}`),
        ...(CONTENT_STATUSES.has(status) && { isContent: true }),
      };
  }
}

/**
 * The problem for an answer that the protocol doesn't have. Such an answer may come from a proxy or a starting server, so the
 * request is retried.
 */
export function misfit(what: string, words: ServerWords): BackendProblem {
  return { kind: "failed", message: `${words.server} ${what}: check that ${fieldOf(words)} is correct` };
}

/** Bad Request, Conflict, Content Too Large, Unprocessable Content (RFC 9110 15.5). */
const CONTENT_STATUSES: ReadonlySet<number> = new Set([400, 409, 413, 422]);
const READ_ONLY = /read-?only/i;
const MAX_WORDS = 300;

function refused(reason: string, message: string): BackendProblem {
  return { kind: "refused", reason, message };
}

function fieldOf({ field = "url" }: ServerWords): string {
  return field;
}

function unreachable(message: string, words: ServerWords): BackendProblem {
  const cure = /certificate|CERT_|altnames/i.test(message)
    ? `: set caBundle to the CA of its certificate, and ${fieldOf(words)} to a name in the certificate`
    : "";
  return { kind: "failed", message: `${words.server} does not answer: ${message}${cure}` };
}

/** The message of the server: `{"error": "…"}`, or plain text, but not an HTML page. */
function said({ text, mediaType }: HttpResponse, { redact }: ServerWords): string {
  if (mediaType.startsWith("text/html")) {
    return "";
  }
  const words = redact(errorIn(text) ?? text)
    .replaceAll(/\s+/g, " ")
    .trim();
  return words === "" ? "" : ` (${words.slice(0, MAX_WORDS)})`;
}

function errorIn(text: string): string | undefined {
  const found = /"error"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(text)?.[1];
  try {
    return found === undefined ? undefined : String(JSON.parse(found));
  } catch {
    return undefined;
  }
}
