import { noMetrics } from "../../ops/metrics.ts";
import { createPinoLog } from "../../ops/pino-log.ts";
import { compose, type Composition } from "./compose.ts";
import type { ExplainConfig, PlanConfig } from "../config/config.ts";
import type { Io } from "../terminal/streams.ts";
import { createCounting } from "./metrics-observer.ts";

/** The parts for a read-only command. It writes nothing, and logs go to standard error. */
export async function composeReadOnly(config: PlanConfig | ExplainConfig, io: Io): Promise<Composition> {
  const { platform, owner, concurrency } = config;
  return compose({
    platform,
    owner,
    concurrency,
    lookupConfig: config,
    log: await createPinoLog({ ...config.log, colours: io.err.colours, destination: io.err }),
    metrics: noMetrics,
    observer: createCounting(noMetrics).observer,
    readOnly: true,
  });
}
