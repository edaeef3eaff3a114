import { randomBytes } from "node:crypto";
import { systemClock } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import type { DnsZone } from "../../api/dns-zone.ts";
import { createController, type Controller } from "../../controller/controller.ts";
import type { ControllerDeps } from "../../controller/context.ts";
import type { Observer } from "../../controller/ports/observer.ts";
import type { Reporter } from "../../controller/ports/reporter.ts";
import type { Store } from "../../controller/inventory/store.ts";
import type { Metrics } from "../../ops/metrics.ts";
import type { BudgetEvent } from "../../providers/budget/budget.ts";
import type { ZoneProvider } from "../../providers/provider.ts";
import { serverLabel } from "../../resolver/server/server-label.ts";
import { createQueryServer } from "../../resolver/authoritative-query.ts";
import { createLookup } from "../../resolver/stub-resolver.ts";
import type { Lookup } from "../../resolver/lookup.ts";
import type { AnswerSource } from "../../responder/answer-source.ts";
import type { ResolverServer } from "../../transport/exchange.ts";
import type { LookupConfig } from "../config/config.ts";
import type { PlatformConfig } from "../config/platform-config.ts";
import { countBudget } from "./metrics-observer.ts";
import { openNetwork } from "./resolver-network.ts";
import type { HostPort, OwnerConfig } from "../config/settings.ts";
import { createExternalProviders } from "./external-providers.ts";
import { providerOf, type Platform } from "./platform.ts";
import { createTransfers, type Transfers } from "./zone-transfers.ts";
import { createHealthChecks, type HealthChecksOptions } from "./health/health-checks.ts";
import { createResponder, type Responder } from "./responder.ts";
import type { ResponderConfig } from "../config/responder-config.ts";
import { createViews, type Views } from "./resolver-views.ts";

export interface ComposeOptions {
  readonly platform: PlatformConfig;
  readonly owner: OwnerConfig;
  readonly concurrency: number;
  /** The recursive resolvers of zones without their own, and the network to them. */
  readonly lookupConfig: LookupConfig;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly observer: Observer;
  /** Runs the responder at these addresses. Absent for read-only commands. */
  readonly responder?: ResponderConfig;
  /** Makes health checks; absent for read-only commands. */
  readonly healthChecks?: Pick<HealthChecksOptions, "config" | "version">;
  /** True for read-only commands. */
  readonly readOnly: boolean;
  /** The addresses of the primary for zone transfers, which starts with the first zone. Absent for read-only commands. */
  readonly transferListen?: readonly HostPort[];
}

export interface Composition extends AsyncDisposable {
  readonly platform: Platform;
  readonly controller: Controller;
  readonly resolvers: readonly ResolverServer[];
  readonly views: Views;
  readonly lookup: Lookup;
  readonly providerOf: (zone: DnsZone) => ZoneProvider;
  /** Undefined: there is no responder. */
  readonly responder: Responder | undefined;
  /** Adds the published records in the statuses to a store, for commands that read the inventory into a store of their own. */
  readonly rememberFrom: (store: Store) => void;
}

/** Joins the concrete parts. Only this file knows all of them. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { log, metrics } = options;
  await using opened = new AsyncDisposableStack();
  // Opened first and closed last: the responder answers until all other parts have ended.
  const responder = opened.use(
    await openResponder(
      options,
      () => platform,
      () => controller.answers,
    ),
  );
  const platform = opened.use(await openPlatform(options, () => network.resolvers.map(serverLabel)));
  const healthChecks = openHealthChecks(options, () => platform, opened);
  const { network, views, net, lookup } = await openLookups(options, opened);
  const { stores, secretText, endpointStore, owner } = platform;
  const { exchange } = network;
  const onBudget = (event: BudgetEvent): void => countBudget(metrics, event);
  const externalProviders = opened.use(
    createExternalProviders({ owner, exchange, secretText, stores, endpointStore, onBudget }),
  );
  let memory: Store | undefined;
  const transfers = opened.use(
    createTransfers({
      listen: options.transferListen ?? [],
      ownerId: owner.id,
      log,
      metrics,
      secretText,
      store: () => memory ?? controller.store,
      zonesKnown: () => controller.zonesKnown(),
    }),
  );
  const parts = { stores, externalProviders, transfers, owner, now: () => systemClock.now() };
  const makeProvider = (zone: DnsZone): ZoneProvider => providerOf(parts, zone);
  const controller = createController({
    ...controllerDeps(options, platform, views),
    get ownerId() {
      return owner.id();
    },
    queryServer: createQueryServer(net),
    lookup,
    providerOf: makeProvider,
    ...(responder === undefined ? {} : { responder: responder.port }),
    ...healthChecks,
  });
  const open = opened.move();
  return {
    platform,
    controller: withTransfers(controller, transfers),
    resolvers: network.resolvers,
    views,
    lookup,
    providerOf: makeProvider,
    responder,
    rememberFrom(store) {
      memory = store;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Returns the controller with one addition: while it leads, zone transfers are served. */
function withTransfers(controller: Controller, transfers: Pick<Transfers, "lead">): Controller {
  return {
    ...controller,
    lead(term) {
      transfers.lead(term);
      controller.lead(term);
    },
  };
}

/** The network to the recursive resolvers, which is closed with `opened`. */
async function openLookups({ lookupConfig, log }: ComposeOptions, opened: AsyncDisposableStack) {
  const network = opened.use(await openNetwork(lookupConfig));
  const views = createViews(network.resolvers);
  const net = { exchange: network.exchange, clock: systemClock, random: Math.random, randomBytes };
  const warn = (server: string, warning: string): void =>
    log.warn({ server, message: warning }, "resolver has a fault");
  return { network, views, net, lookup: createLookup({ ...net, viewOf: (id) => views.viewOf(id), warn }) };
}

/** The part that makes health checks, which ends with `opened`. */
function openHealthChecks(
  { healthChecks, log }: ComposeOptions,
  platform: () => Pick<Platform, "apiServerHost" | "votes">,
  opened: AsyncDisposableStack,
): Pick<ControllerDeps, "healthChecks" | "votes"> {
  const apiServerHost = async (): Promise<string | undefined> => platform().apiServerHost?.();
  const { votes } = platform();
  return healthChecks === undefined
    ? {}
    : {
        healthChecks: opened.use(createHealthChecks({ ...healthChecks, log, apiServerHost })).port,
        ...(votes !== undefined && { votes }),
      };
}

/** The parts of a controller that this file passes on without use. */
function controllerDeps(
  { concurrency, log, metrics, observer }: ComposeOptions,
  platform: Platform,
  views: Views,
): Omit<ControllerDeps, "ownerId" | "queryServer" | "lookup" | "providerOf" | "propagation"> {
  return {
    clock: systemClock,
    random: Math.random,
    log,
    inventory: platform.inventory,
    reporter: counted(platform.reporter, metrics),
    observer,
    writeTargetOf: platform.writeTargetOf,
    endpointsOf: platform.endpointsOf,
    viewIdOf: views.idOf,
    serverCountOf: (id) => views.viewOf(id)?.servers.length ?? 0,
    onResult: (_key, result, tookMs) =>
      metrics.lookup(result.kind === "failure" ? `failure:${result.reason}` : result.kind, tookMs),
    concurrency,
    ...(platform.awayMs !== undefined && { awayMs: platform.awayMs }),
  };
}

async function openResponder(
  { responder: config, log, metrics }: ComposeOptions,
  platform: () => Pick<Platform, "stores" | "owner">,
  answers: () => AnswerSource,
): Promise<Responder | undefined> {
  const source: AnswerSource = { live: (question) => answers().live(question) };
  return config === undefined ? undefined : createResponder({ config, platform, source, log, metrics });
}

/** A reporter that counts its Events. */
function counted(reporter: Reporter, metrics: Metrics): Reporter {
  return {
    ...reporter,
    event(object, event) {
      metrics.event(event.type, event.reason);
      reporter.event(object, event);
    },
  };
}

async function openPlatform(
  { platform, log, owner, metrics, readOnly }: ComposeOptions,
  resolvers: () => readonly string[],
): Promise<Platform> {
  if (platform.kind === "folder") {
    const { openFolderPlatform } = await import("./folder-platform.ts");
    return openFolderPlatform(platform, { log, owner, readOnly });
  }
  const { openClusterPlatform } = await import("./cluster-platform.ts");
  return openClusterPlatform(platform, {
    log,
    owner,
    resolvers,
    onLeader: (leading) => metrics.leader("dnsalias", leading),
    observe: {
      onRequest: (method, code) => metrics.apiserverRequest(method, code),
      onRestart: (resource, cause) => metrics.listWatchRestart(resource, cause),
    },
  });
}
