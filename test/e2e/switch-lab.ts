import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import type { ComponentName } from "../support/component.ts";
import { freePort } from "../support/free-port.ts";
import { makeCertificate, startHttpsTarget, type HttpsTarget } from "../support/https-target.ts";
import { startOutsideNetwork, type OutsideNetwork } from "../support/outside-network.ts";
import { startFolderController } from "./folder-controller.ts";
import { outOf } from "./hand-over-servers.ts";
import { OUTAGES, type Outage } from "./outages.ts";
import { boundMs, statusIn } from "./steering-lab.ts";
import { startDeliveries, type Delivery } from "./switch-deliveries.ts";
import { watchSwitch, type SwitchWatch } from "./switch-watch.ts";

/** One switch of one name, as its clients saw it. */
export interface MeasuredSwitch {
  readonly outage: string;
  readonly delivery: string;
  /** `status.switchBound` before the outage, in milliseconds. */
  readonly boundMs: number;
  /** From the last success of the failed target until the last cache drops its address, in milliseconds. */
  readonly tookMs: number;
  /** Answers without an address. */
  readonly blanks: readonly string[];
}

export const SWITCH_COMPONENTS: readonly ComponentName[] = ["named", "knotd", "knotc", "coredns", "openssl", "ip"];

const STANDBY = "127.5.9.1";
/** The name that every check has as SNI and Host. Targets with one name and address share their checks over all aliases. */
const CHECKED_NAME = "checked.example";
/** A response of the slow target takes 2.1 s. */
const CHECK = { period: "5s", timeout: "2s" };
const PERIOD_MS = 5_000;
const SWITCHED_WITHIN_MS = 90_000;

export interface MeasuredRun {
  readonly switches: readonly MeasuredSwitch[];
  /**
   * The answers for a name whose target was paused with SIGSTOP and has a check of kind `tcpSocket`: each once per row. The system
   * still accepts connections, so the name has to stay.
   */
  readonly pausedByTcp: readonly string[];
  /** The address of that target. */
  readonly pausedAddress: string;
}

/**
 * Lets the main target of each name fail, and measures each switch: 8 kinds of outage, and 4 deliveries by one process in folder
 * mode. `phase` in [0, 1) sets when in the period of a check an outage begins; each kind begins at another moment.
 */
export async function measureSwitches(phase: number): Promise<MeasuredRun> {
  await using started = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-switches-"));
  started.defer(() => rm(root, { recursive: true, force: true, maxRetries: 3 }));
  await mkdir(join(root, "manifests"));
  const scene = await startTargets(root, started);
  const { deliveries, zones, options } = await startDeliveries(outOf(root), started);
  await writeFile(join(root, "manifests", "zones.json"), JSON.stringify(listOf(zones)));
  const names = deliveries.flatMap((delivery) =>
    OUTAGES.map((outage) => ({ delivery, outage, key: nameOf(delivery, outage), main: addressOf(scene, outage) })),
  );
  const paused = pausedOf(deliveries, scene);
  const aliases = [...names.map(({ delivery, outage }) => aliasOf(delivery, outage, scene)), paused.manifest];
  await writeFile(join(root, "manifests", "aliases.json"), JSON.stringify(listOf(aliases)));
  started.use(
    await startFolderController({
      root,
      options: [
        "--owner-id=me",
        "--resolver=127.0.0.1:9",
        "--health-check-allow=127.0.0.0/8",
        `--health-check-allow=${scene.network.clients[0]}/32`,
        ...options,
      ],
      env: { NODE_EXTRA_CA_CERTS: scene.trusted },
    }),
  );
  const bounds = await boundsOf(
    root,
    names.map(({ key }) => key),
  );
  const watched = names.map((name) => {
    const watch = started.use(watchSwitch(name.delivery.at, hostnameOf(name.delivery, name.outage)));
    return { ...name, watch };
  });
  const pausedWatch = started.use(watchSwitch(paused.at, paused.hostname));
  await waitFor("each server to have each main target", () => {
    watched.forEach(({ watch, main }) => shows(watch, main));
    shows(pausedWatch, paused.address);
  });
  const startedAt = performance.now();
  await beginOutages(scene, phase);
  await waitFor("each name to have the standby", () => watched.forEach(({ watch }) => shows(watch, STANDBY)), {
    withinMs: SWITCHED_WITHIN_MS,
  });
  const switches = watched.map(({ delivery, outage, key, main, watch }) => ({
    outage: outage.name,
    delivery: delivery.name,
    boundMs: found(bounds, key),
    tookMs: watch.lastEnd(main) - (found(scene.targets, outage.name).lastSuccess() ?? Number.NaN),
    blanks: watch.answers.map(({ text }) => text).filter((text) => !/^[\d.,]+$/.test(text)),
  }));
  return { switches, pausedByTcp: pausedWatch.rows(startedAt), pausedAddress: paused.address };
}

/** The switches that took longer than their bound, or whose time isn't known. */
export function lateSwitches(switches: readonly MeasuredSwitch[]): readonly MeasuredSwitch[] {
  return switches.filter(({ tookMs, boundMs }) => !(tookMs > 0 && tookMs <= boundMs));
}

async function boundsOf(root: string, keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const bounds = new Map<string, number>();
  await waitFor(
    "a bound in each status",
    async () => {
      for (const key of keys) {
        bounds.set(key, boundMs(await statusIn(root, key)));
      }
    },
    { withinMs: 60_000, everyMs: 500 },
  );
  return bounds;
}

async function beginOutages(scene: Targets, phase: number): Promise<void> {
  await Promise.all(
    OUTAGES.map(async (outage, index) => {
      await delay(PERIOD_MS * ((phase + index / OUTAGES.length) % 1));
      await outage.begin({ ...scene, target: found(scene.targets, outage.name) });
    }),
  );
}

function pausedOf(deliveries: readonly Delivery[], scene: Targets) {
  const [delivery] = deliveries;
  const outage = OUTAGES.find(({ name }) => name === "sigstop");
  if (delivery === undefined || outage === undefined) {
    throw new Error("no delivery, or no outage by SIGSTOP");
  }
  const hostname = `tcp.${delivery.domain}`;
  const healthCheck = { tcpSocket: { port: scene.port }, ...CHECK };
  const address = addressOf(scene, outage);
  return { at: delivery.at, hostname, address, manifest: manifestOf("tcp", hostname, address, healthCheck) };
}

interface Targets {
  readonly targets: ReadonlyMap<string, HttpsTarget>;
  readonly network: OutsideNetwork;
  readonly port: number;
  readonly expired: { readonly certificateFile: string; readonly keyFile: string };
  readonly ofAnotherName: { readonly certificateFile: string; readonly keyFile: string };
  /** A file with all certificates. */
  readonly trusted: string;
}

async function startTargets(root: string, started: AsyncDisposableStack): Promise<Targets> {
  const network = started.use(await startOutsideNetwork());
  const certificate = await makeCertificate(root, CHECKED_NAME);
  const expired = await makeCertificate(root, CHECKED_NAME, { isExpired: true, file: "expired" });
  const ofAnotherName = await makeCertificate(root, "other.example");
  const trusted = join(root, "trusted.crt");
  const all = [certificate, expired, ofAnotherName].map(({ certificateFile }) => readFile(certificateFile, "utf8"));
  await writeFile(trusted, (await Promise.all(all)).join("\n"));
  const port = await freePort(STANDBY);
  const shared = { directory: root, port, ...certificate };
  started.use(await startHttpsTarget({ ...shared, address: STANDBY }));
  const targets = new Map<string, HttpsTarget>();
  for (const outage of OUTAGES) {
    const address = addressOf({ network }, outage);
    const prefix = outage.isOutside === true ? network.prefix : [];
    targets.set(outage.name, started.use(await startHttpsTarget({ ...shared, address, prefix })));
  }
  return { targets, network, port, expired, ofAnotherName, trusted };
}

function aliasOf(delivery: Delivery, outage: Outage, scene: Targets): object {
  const httpGet = { port: scene.port, host: CHECKED_NAME, expectedStatuses: ["200-299"] };
  const main = addressOf(scene, outage);
  return manifestOf(nameOf(delivery, outage), hostnameOf(delivery, outage), main, { httpGet, ...CHECK });
}

function manifestOf(name: string, hostname: string, main: string, healthCheck: object): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsAlias",
    metadata: { name, namespace: "web" },
    spec: {
      hostnames: [hostname],
      selection: "Failover",
      targets: [
        { name: "main", addresses: [main] },
        { name: "second", addresses: [STANDBY] },
      ],
      healthCheck,
    },
  };
}

function listOf(items: readonly object[]): object {
  return { apiVersion: "v1", kind: "List", items };
}

function addressOf({ network }: Pick<Targets, "network">, outage: Outage): string {
  return outage.isOutside === true ? network.clients[0] : `127.5.9.${10 + OUTAGES.indexOf(outage)}`;
}

function nameOf({ name }: Delivery, outage: Outage): string {
  return `${outage.name}-${name.toLowerCase()}`;
}

function hostnameOf({ domain }: Delivery, { name }: Outage): string {
  return `${name}.${domain}`;
}

function found<Value>(values: ReadonlyMap<string, Value>, key: string): Value {
  const value = values.get(key);
  if (value === undefined) {
    throw new Error(`nothing for ${key}`);
  }
  return value;
}

function shows(watch: SwitchWatch, address: string): void {
  if (!watch.gives(address)) {
    throw new Error(`${watch.answers.at(-1)?.text} in place of ${address}`);
  }
}
