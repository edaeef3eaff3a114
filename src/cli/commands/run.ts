import { once } from "node:events";
import { systemClock, type Millis } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { listenOps } from "../../ops/http.ts";
import { unreadyReasons } from "../../ops/readiness.ts";
import { stuckLoops } from "../../ops/stuck-loops.ts";
import { createPinoLog } from "../../ops/pino-log.ts";
import { createPrometheus, type PrometheusMetrics } from "../../ops/prometheus.ts";
import { compose, type Composition } from "../compose/compose.ts";
import type { RunConfig } from "../config/config.ts";
import { EXIT } from "../terminal/exit-code.ts";
import type { Io } from "../terminal/streams.ts";
import { createCounting, type Counting } from "../compose/metrics-observer.ts";
import { statusView } from "./status-page-data.ts";
import type { HostPort } from "../config/settings.ts";
import { programVersion } from "./version.ts";

/** `dnsalias run`. Returns the exit code; rejects if it cannot continue. */
export async function runCommand(config: RunConfig, io: Io, signal: AbortSignal): Promise<number> {
  const log = await createPinoLog({ ...config.log, colours: io.out.colours, destination: io.out });
  const version = programVersion();
  const prometheus = createPrometheus({ version, process: true });
  const counting = createCounting(prometheus.metrics);
  const { platform, owner, concurrency } = config;
  await using composition = await compose({
    platform,
    owner,
    concurrency,
    lookupConfig: config,
    log,
    metrics: prometheus.metrics,
    observer: counting.observer,
    readOnly: false,
    ...(config.responder === undefined ? {} : { responder: config.responder }),
    ...(config.healthChecks === undefined ? {} : { healthChecks: { config: config.healthChecks, version } }),
    transferListen: config.transferListen,
  });
  await using ops = await openOps(config.listenOps, { log, composition, prometheus, counting });
  const opsPort = ops?.port;
  log.info(
    {
      version,
      platform: composition.platform.description,
      ownerId: composition.platform.owner.knownId(),
      resolvers: composition.resolvers,
      opsPort,
    },
    "dnsalias starts",
  );
  const result = await untilEnd(config, composition, log, signal);
  log.info({}, "dnsalias has stopped");
  return result;
}

/** Runs until the signal aborts. With `--once`, it runs until all work is done. */
async function untilEnd(
  config: RunConfig,
  { controller, platform, responder }: Composition,
  log: Logger,
  signal: AbortSignal,
): Promise<number> {
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const running = controller.run(stop);
  const leading = platform.lead(async (term) => {
    controller.lead(term);
    await untilAborted(term);
    if (stop.aborted) {
      // The Lease is released only after the last write has ended.
      await running;
    }
  }, stop);
  const round = config.once ? oneRound({ controller, platform }, log, stop).finally(() => ending.abort()) : undefined;
  const answering = responder?.open(controller, stop);
  try {
    await Promise.all([running, leading, answering]);
  } catch (error) {
    ending.abort();
    await Promise.allSettled([running, leading, answering]);
    throw error;
  }
  return (await round) ?? EXIT.ok;
}

const ROUND_DEADLINE_MS: Millis = 120_000;
const LOOK_MS: Millis = 100;
/**
 * With `--once`, the run ends after it has been settled for this long. Statuses are collected for about a second before they are
 * written.
 */
const QUIET_MS: Millis = 1_600;

async function oneRound(
  { controller: { settled, store, zoneState }, platform }: Pick<Composition, "controller" | "platform">,
  log: Logger,
  stop: AbortSignal,
): Promise<number> {
  const endAt = systemClock.now() + ROUND_DEADLINE_MS;
  let quietSince: Millis | undefined;
  while (!stop.aborted && systemClock.now() < endAt) {
    quietSince = settled() ? (quietSince ?? systemClock.now()) : undefined;
    if (quietSince !== undefined && systemClock.now() - quietSince > QUIET_MS) {
      const isWritten = [...store.zones()].every(
        ({ meta }) => zoneState(`${meta.namespace}/${meta.name}`)?.planned.outcome.kind === "ok",
      );
      return isWritten && (platform.inventory.problems?.() ?? []).length === 0 ? EXIT.ok : EXIT.failed;
    }
    await systemClock.sleep(LOOK_MS, stop).catch(() => undefined);
  }
  if (!stop.aborted) {
    log.error({ waitedMs: ROUND_DEADLINE_MS }, "first round not finished in time");
  }
  return EXIT.failed;
}

interface OpsContext {
  readonly log: Logger;
  readonly composition: Composition;
  readonly prometheus: PrometheusMetrics;
  readonly counting: Counting;
}

async function openOps(at: HostPort | undefined, { log, composition, prometheus, counting }: OpsContext) {
  if (at === undefined) {
    return undefined;
  }
  const { controller, platform, responder } = composition;
  return listenOps({
    ...at,
    log,
    metrics: async () => {
      counting.flush();
      prometheus.metrics.inventoryUp(platform.inventory.healthy());
      await responder?.count();
      prometheus.metrics.answers(controller.answerStates());
      prometheus.metrics.lookupsOverdue(controller.lookupsOverdue());
      controller.queueDepths().forEach((depth, name) => prometheus.metrics.queue(name).depth(depth));
      return prometheus.page();
    },
    unhealthy: () => stuckLoops(new Map([...controller.heartbeats(), ...platform.heartbeats()]), systemClock.now()),
    status: (query) => statusView(composition, query),
    unready: () =>
      unreadyReasons({
        synced: controller.synced(),
        sourceProblems: platform.problems(),
        responderProblems: responder?.problems(),
      }),
  });
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) {
    await once(signal, "abort");
  }
}
