import type { Millis } from "../base/clock.ts";
import type { Name } from "../dns/name/name.ts";

/** The health check of one target's addresses, with every default. A target with `none` always counts as healthy. */
export type HealthCheck = HttpCheck | TcpCheck | { readonly kind: "none" };

/** How often a check runs, and when its results change the health of an address or a target. */
export interface CheckPace {
  /** 5 s to 5 min, between the starts of two checks of one address. */
  readonly periodMs: Millis;
  /** 1 s to 10 s for the whole check, less than `periodMs`. */
  readonly timeoutMs: Millis;
  /** 1 to 10 consecutive failures. */
  readonly failureThreshold: number;
  /** 1 to 10 consecutive successes. */
  readonly successThreshold: number;
  /** 1 to 100: a target is healthy if at least this percentage of its addresses is up in each family. */
  readonly minHealthyPercent: number;
}

interface TcpCheck extends CheckPace {
  readonly kind: "tcpSocket";
  readonly port: number;
}

interface HttpCheck extends CheckPace {
  readonly kind: "httpGet";
  readonly scheme: "HTTP" | "HTTPS";
  readonly port: number;
  /** Begins with "/", in visible ASCII. */
  readonly path: string;
  /** The host in the Host header and in SNI. The certificate must be valid for it, unless `insecureSkipTLSVerify` is true. */
  readonly host: Name;
  readonly headers: readonly HttpHeader[];
  /** At least one range. */
  readonly expectedStatuses: readonly StatusRange[];
  /** Absent: the check ignores the body. */
  readonly bodyContains?: string;
  readonly insecureSkipTLSVerify: boolean;
}

export interface HttpHeader {
  /** The name as in the spec: letters, digits, and hyphens. */
  readonly name: string;
  /** Visible ASCII, spaces, and tabs. */
  readonly value: string;
}

/** HTTP status codes from `first` to `last`, both included. */
export interface StatusRange {
  readonly first: number;
  readonly last: number;
}

/** Whether the check opens connections to the addresses. */
export function connects(check: HealthCheck | undefined): check is HttpCheck | TcpCheck {
  return check !== undefined && check.kind !== "none";
}
