import type { ActiveCheck, CheckFinding } from "../../../controller/ports/checks.ts";
import { displayName } from "../../../dns/name/name.ts";
import type { CheckRequest, CheckResult, FailureClass } from "../../../transport/check/check-request.ts";

/** The request to the thread of the health checks. */
export function checkRequest(address: string, check: ActiveCheck, userAgent: string): CheckRequest {
  const { port, timeoutMs } = check;
  if (check.kind === "tcpSocket") {
    return { address, port, timeoutMs };
  }
  const { scheme, insecureSkipTLSVerify, host, path, headers, expectedStatuses, bodyContains } = check;
  return {
    address,
    port,
    timeoutMs,
    http: {
      tls: scheme === "HTTPS",
      insecureSkipTLSVerify,
      host: displayName(host),
      path,
      headers,
      expectedStatuses,
      ...(bodyContains !== undefined && { bodyContains }),
      userAgent,
    },
  };
}

/** The result of a check for the controller, with a message for users. */
export function checkFinding(result: CheckResult, check: ActiveCheck): CheckFinding {
  if (result.kind !== "failure") {
    return result;
  }
  const host = check.kind === "httpGet" ? displayName(check.host) : "";
  return {
    kind: "failure",
    message: result.class === "status" ? `HTTP ${result.status}` : MESSAGES[result.class](host),
  };
}

const MESSAGES: Readonly<Record<Exclude<FailureClass, "status">, (host: string) => string>> = {
  refused: () => "connection refused",
  unreachable: () => "no route to the address",
  timeout: () => "timed out",
  closed: () => "connection closed",
  certificate: (host) => `no valid certificate for ${host}`,
  tls: () => "TLS handshake failed",
  protocol: () => "invalid HTTP response",
  body: () => "the body lacks the text of bodyContains",
};
