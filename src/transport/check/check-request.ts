/** One check of one address as plain data, so that another thread can receive it. */
export interface CheckRequest {
  /** In canonical form. The connection goes to this address, without a lookup. */
  readonly address: string;
  readonly port: number;
  /** The limit for the whole check, in milliseconds. */
  readonly timeoutMs: number;
  /** Absent: the check only opens a TCP connection. */
  readonly http?: HttpCheckRequest;
}

export interface HttpCheckRequest {
  readonly tls: boolean;
  readonly insecureSkipTLSVerify: boolean;
  /** The hostname for the Host header, SNI, and the check of the certificate, without a final dot. */
  readonly host: string;
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly expectedStatuses: readonly { readonly first: number; readonly last: number }[];
  readonly bodyContains?: string;
  /** `dnsalias-health/<version>`. */
  readonly userAgent: string;
}

/**
 * The result of one check. It never contains text from the server. `local`: this process or its system could not make the
 * connection, so the result is not evidence about the address.
 */
export type CheckResult =
  | { readonly kind: "success" }
  | { readonly kind: "failure"; readonly class: FailureClass; readonly status?: number }
  | { readonly kind: "local" };

export type FailureClass =
  | "refused"
  | "unreachable"
  | "timeout"
  | "closed"
  | "certificate"
  | "tls"
  | "protocol"
  | "status"
  | "body";

/** Error codes for the limits and rules of this system: sockets, ports, buffers, or the host's firewall. */
const LOCAL = new Set(["EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS", "ENOMEM", "EPERM", "EACCES"]);
const UNREACHABLE = new Set(["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN"]);
const CLOSED = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);
/** OpenSSL's codes for a refused certificate, as Node.js reports them (tls.TLSSocket `authorizationError`). */
const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT_ALTNAME|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH)/;

/** The result for an error of a socket or of the HTTP parser. */
export function failureOf(error: unknown): CheckResult {
  const code = codeOf(error);
  if (LOCAL.has(code)) {
    return { kind: "local" };
  }
  return { kind: "failure", class: classOf(code) };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

function classOf(code: string): FailureClass {
  if (code === "ECONNREFUSED") {
    return "refused";
  }
  if (code === "ETIMEDOUT") {
    return "timeout";
  }
  if (UNREACHABLE.has(code)) {
    return "unreachable";
  }
  if (CERTIFICATE.test(code)) {
    return "certificate";
  }
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS") || code === "EPROTO") {
    return "tls";
  }
  return CLOSED.has(code) || code === "" ? "closed" : "protocol";
}

/** The Host header, which has the port unless it is the default port of the scheme (RFC 9110 7.2). */
export function hostHeader(port: number, { host, tls }: Pick<HttpCheckRequest, "host" | "tls">): string {
  return port === (tls ? 443 : 80) ? host : `${host}:${port}`;
}
