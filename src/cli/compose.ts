import { randomBytes } from "node:crypto";
import { systemClock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { DnsZone } from "../api/dns-zone.ts";
import { createController, type Controller } from "../controller/controller.ts";
import type { Observer, Reporter } from "../controller/ports.ts";
import type { Metrics } from "../ops/metrics.ts";
import type { BudgetEvent } from "../providers/budget/budget.ts";
import type { ZoneProvider } from "../providers/provider.ts";
import { createAsk } from "../resolver/ask.ts";
import { createLookup } from "../resolver/client.ts";
import type { Lookup } from "../resolver/ports.ts";
import type { ResolverServer } from "../transport/exchange.ts";
import type { Looking, Plane } from "./config.ts";
import { countBudget } from "./observe.ts";
import { openNetwork } from "./network.ts";
import { createOutside } from "./outside.ts";
import { providerOf, type WorkPlane } from "./plane.ts";
import { createViews, type Views } from "./views.ts";

export interface ComposeOptions {
  readonly plane: Plane;
  readonly ownerId: string;
  readonly concurrency: number;
  /** The recursive servers of zones that name none, and how to reach them. */
  readonly looking: Looking;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly observer: Observer;
  /** True for commands that only look: nothing is written anywhere. */
  readonly readOnly: boolean;
}

export interface Composition extends AsyncDisposable {
  readonly plane: WorkPlane;
  readonly controller: Controller;
  readonly resolvers: readonly ResolverServer[];
  readonly views: Views;
  readonly lookup: Lookup;
  readonly providerOf: (zone: DnsZone) => ZoneProvider;
}

/** Joins the concrete parts: the one place that knows them all. */
export async function compose(options: ComposeOptions): Promise<Composition> {
  const { ownerId, concurrency, log, metrics, observer } = options;
  await using opened = new AsyncDisposableStack();
  const plane = opened.use(await openPlane(options));
  const network = opened.use(await openNetwork(options.looking));
  const views = createViews(network.resolvers);
  const net = { exchange: network.exchange, clock: systemClock, random: Math.random, randomBytes };
  const lookup = createLookup({ ...net, viewOf: (id) => views.viewOf(id) });
  const { stores, secretText, endpointStore } = plane;
  const { exchange } = network;
  const onBudget = (event: BudgetEvent): void => countBudget(metrics, event);
  const outside = opened.use(createOutside({ ownerId, exchange, secretText, endpointStore, onBudget }));
  const parts = { stores, outside, ownerId, now: () => systemClock.now() };
  const makeProvider = (zone: DnsZone): ZoneProvider => providerOf(parts, zone);
  const controller = createController({
    ownerId,
    clock: systemClock,
    random: Math.random,
    log,
    inventory: plane.inventory,
    reporter: counted(plane.reporter, metrics),
    observer,
    providerOf: makeProvider,
    placeOf: plane.placeOf,
    endpointsOf: plane.endpointsOf,
    ask: createAsk(net),
    lookup,
    viewIdOf: (zone, allowPrivate) => views.idOf(zone, allowPrivate),
    serverCountOf: (id) => views.viewOf(id)?.servers.length ?? 0,
    onReading: (_key, reading, tookMs) =>
      metrics.lookup(reading.kind === "failure" ? `failure:${reading.reason}` : reading.kind, tookMs),
    concurrency,
  });
  const open = opened.move();
  return {
    plane,
    controller,
    resolvers: network.resolvers,
    views,
    lookup,
    providerOf: makeProvider,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Counts the Events that are reported. */
function counted(reporter: Reporter, metrics: Metrics): Reporter {
  return {
    ...reporter,
    event(object, event) {
      metrics.event(event.type, event.reason);
      reporter.event(object, event);
    },
  };
}

async function openPlane({ plane, log, ownerId, metrics, readOnly }: ComposeOptions): Promise<WorkPlane> {
  if (plane.kind === "folder") {
    const { openFolderPlane } = await import("./folder-plane.ts");
    return openFolderPlane(plane, { log, readOnly });
  }
  const { openClusterPlane } = await import("./cluster-plane.ts");
  return openClusterPlane(plane, {
    log,
    ownerId,
    onLeader: (leading) => metrics.leader("dnsalias", leading),
    observe: {
      onRequest: (method, code) => metrics.apiserverRequest(method, code),
      onRestart: (resource, cause) => metrics.listWatchRestart(resource, cause),
    },
  });
}
