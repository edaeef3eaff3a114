import { lookup } from "node:dns/promises";
import { networkInterfaces } from "node:os";
import { systemClock } from "../../../base/clock.ts";
import type { Logger } from "../../../base/log.ts";
import type { HealthCheckPort } from "../../../controller/ports/checks.ts";
import { createCheckWorker } from "../../../transport/check/check-worker.ts";
import type { HealthCheckConfig } from "../../config/health-check-config.ts";
import { checkFinding, checkRequest } from "./check-words.ts";
import { createForbidden } from "./forbidden-addresses.ts";

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
  const forbidden = createForbidden({
    apiServerHost,
    clock: systemClock,
    ownAddresses: () => Object.values(networkInterfaces()).flatMap((all) => all?.map(({ address }) => address) ?? []),
    addressesOf: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  });
  const userAgent = `dnsalias-health/${version}`;
  return {
    port: {
      run: async (address, check) => checkFinding(await worker.check(checkRequest(address, check, userAgent)), check),
      rules: () => ({ ports: config.ports, allowed: config.allowed, forbidden: forbidden() }),
      budget: { rate: config.rate, addressRate: ADDRESS_RATE },
      concurrency: CHECKS_AT_ONCE,
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}
