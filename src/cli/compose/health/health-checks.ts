import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { type Clock, type Millis, systemClock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/log.ts";
import type { ActiveCheck, CheckFinding, HealthCheckPort } from "../../../controller/ports/checks.ts";
import { parseAddress } from "../../../dns/address/address.ts";
import { displayName } from "../../../dns/name/name.ts";
import type { CheckRequest, CheckResult, FailureClass } from "../../../transport/check/check-request.ts";
import { createCheckWorker } from "../../../transport/check/check-worker.ts";
import type { HealthCheckConfig } from "../../config/health-check-config.ts";

export interface HealthChecksOptions {
  readonly config: HealthCheckConfig;
  /** The version of dnsalias, for the user agent. */
  readonly version: string;
  /** The name or address of the API server. Undefined: there is none. */
  readonly apiServerHost: () => Promise<string | undefined>;
  readonly log: Logger;
}

/** The part of the controller that makes health checks, in a separate thread. */
export interface HealthChecks extends AsyncDisposable {
  readonly port: HealthCheckPort;
}

/** The maximum number of checks per second of one address, for all aliases. */
const ADDRESS_RATE = 2;
const CHECKS_AT_ONCE = 64;

export function createHealthChecks({ config, version, apiServerHost, log }: HealthChecksOptions): HealthChecks {
  const worker = createCheckWorker({
    onEnd: (error) => log.warn({ err: error }, "thread of the health checks has ended and is replaced"),
  });
  const forbidden = createForbidden(apiServerHost, systemClock);
  const userAgent = `dnsalias-health/${version}`;
  return {
    port: {
      run: async (address, check) => findingOf(await worker.check(requestOf(address, check, userAgent)), check),
      rules: () => ({ ports: config.ports, allowed: config.allowed, forbidden: forbidden() }),
      budget: { rate: config.rate, addressRate: ADDRESS_RATE },
      concurrency: CHECKS_AT_ONCE,
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}

function requestOf(address: string, check: ActiveCheck, userAgent: string): CheckRequest {
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

function findingOf(result: CheckResult, check: ActiveCheck): CheckFinding {
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

/** The interval of reads of the forbidden addresses, because the addresses of a host can change. */
const REFRESH_MS: Millis = 60_000;

/** The addresses of this host and of the API server, at most a minute old. */
function createForbidden(apiServerHost: HealthChecksOptions["apiServerHost"], clock: Clock): () => ReadonlySet<string> {
  let own: readonly string[] = [];
  let apiServer: readonly string[] = [];
  let readAt: Millis = -Infinity;
  const readApiServer = async (): Promise<void> => {
    const host = await apiServerHost();
    if (host !== undefined) {
      const found = isIP(host) === 0 ? await lookup(host, { all: true }) : [{ address: host }];
      apiServer = found.map(({ address }) => address);
    }
  };
  return () => {
    if (clock.now() - readAt > REFRESH_MS) {
      readAt = clock.now();
      own = Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []);
      // If the lookup of the API server's name fails, the known addresses remain.
      readApiServer().catch(() => undefined);
    }
    return new Set([...own, ...apiServer].flatMap((address) => parseAddress(address) ?? []));
  };
}
