import type { CheckPace, HealthCheck, StatusRange } from "../health-check.ts";
import type { Name } from "../../dns/name/name.ts";
import { parseDuration } from "../schema/duration.ts";
import type { NameReader } from "../schema/name-reader.ts";
import { HEALTH_CHECK_DEFAULTS, type HealthCheckText } from "./health-check-schema.ts";

type HttpText = NonNullable<HealthCheckText["httpGet"]>;

const DEFAULT_PORT = { HTTP: 80, HTTPS: 443 } as const;

/** The fields of a DnsAlias that its health check depends on. */
export interface HealthCheckPlace {
  /** "spec.healthCheck" */
  readonly path: string;
  readonly names: NameReader;
  /** The host of a request without `host`. Undefined if all hostnames are wildcards. */
  readonly defaultHost: Name | undefined;
}

/** Returns a health check with every default. Undefined if its host is invalid. The problem is then in `place.names`. */
export function healthCheckOf(check: HealthCheckText, place: HealthCheckPlace): HealthCheck | undefined {
  if (check.httpGet !== undefined) {
    return httpCheckOf(check.httpGet, paceOf(check), place);
  }
  return check.tcpSocket === undefined
    ? { kind: "none" }
    : { kind: "tcpSocket", port: check.tcpSocket.port, ...paceOf(check) };
}

function httpCheckOf(
  http: HttpText,
  pace: CheckPace,
  { path, names, defaultHost }: HealthCheckPlace,
): HealthCheck | undefined {
  const given = { ...HEALTH_CHECK_DEFAULTS, ...http };
  const host = http.host === undefined ? defaultHost : names.read(http.host, `${path}.httpGet.host`);
  return host === undefined
    ? undefined
    : {
        kind: "httpGet",
        scheme: given.scheme,
        port: http.port ?? DEFAULT_PORT[given.scheme],
        path: given.path,
        host,
        headers: http.httpHeaders ?? [],
        expectedStatuses: given.expectedStatuses.map(statusRange),
        ...(http.bodyContains === undefined ? {} : { bodyContains: http.bodyContains }),
        insecureSkipTLSVerify: given.insecureSkipTLSVerify,
        ...pace,
      };
}

function paceOf(check: HealthCheckText): CheckPace {
  const { period, timeout, failureThreshold, successThreshold, minHealthyPercent } = {
    ...HEALTH_CHECK_DEFAULTS,
    ...check,
  };
  return {
    periodMs: parseDuration(period) ?? 0,
    timeoutMs: parseDuration(timeout) ?? 0,
    failureThreshold,
    successThreshold,
    minHealthyPercent,
  };
}

/** Parses "200" or "200-399". */
function statusRange(text: string): StatusRange {
  const [first = "", last = first] = text.split("-");
  return { first: Number(first), last: Number(last) };
}
