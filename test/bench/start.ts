import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import { startBenchCluster } from "./bench-cluster.ts";
import { createObjects } from "./create-objects.ts";
import { publish, type Figure } from "./figures.ts";
import { writeManifestFolder } from "./manifest-folder.ts";
import { aliasManifests, domainsOf, zoneManifestOf, type Population } from "./population.ts";
import { startProgram, type Program } from "./program.ts";
import { untilInConfigMaps, untilInFolder } from "./published.ts";
import { readSettings } from "./settings.ts";
import { startTargets, type Targets } from "./targets.ts";

/**
 * From a cold start until everything is published: 10,000 aliases on as many targets, first at a real kube-apiserver, then from a folder.
 * `--aliases`, `--zones`, `--ttl`; `--only cluster` or `--only folder`.
 */
const settings = readSettings({ aliases: 10_000, zones: 10, ttl: 60 });
const population: Population = settings.numbers;
const { aliases } = population;
const WITHIN_MS = 300_000;
const READY_WITHIN_MS = 900_000;
const MAX_RSS_MIB = 300;
const MAX_STALL_MS = 200;
/** For what comes after the last write: statuses, proofs. */
const SETTLE_MS = 5_000;

const figures: Figure[] = [];
await using targets = await startTargets(population);
if (settings.only !== "folder") {
  figures.push(...(await inCluster(targets)));
}
if (settings.only !== "cluster") {
  await targets.resolver.flush();
  figures.push(...(await inFolder(targets)));
}
const setting = `${aliases} aliases on ${aliases} targets (A and AAAA) in ${population.zones} zones, from cold to all published`;
await publish({ bench: "start", setting, figures }, settings.json);

async function inCluster({ resolver }: Targets): Promise<readonly Figure[]> {
  await using cluster = await startBenchCluster();
  await createObjects(
    cluster.api,
    domainsOf(population).map((domain) => zoneManifestOf(domain, cluster.dns)),
  );
  await createObjects(cluster.api, aliasManifests(population));
  const { main, nodeFlags } = settings;
  await using program = await startProgram({ main, args: cluster.controllerArgs(resolver), nodeFlags });
  const publishedAt = await untilInConfigMaps(cluster.api, aliases, WITHIN_MS);
  const atPublished = program.usage();
  await waitFor("all aliases Ready", () => requireReady(program), { withinMs: READY_WITHIN_MS, everyMs: 2_000 });
  const readyAt = performance.now();
  await delay(SETTLE_MS);
  const requests = await cluster.requests();
  return [
    { name: "cluster: all in ConfigMaps", value: (publishedAt - program.startedAt) / 1000, unit: "s" },
    { name: "cluster: processor time until then", value: atPublished.cpuMs / 1000, unit: "s" },
    { name: "cluster: all aliases Ready in status", value: (readyAt - program.startedAt) / 1000, unit: "s" },
    ...(await endFigures("cluster", program)),
    { name: "cluster: status writes", value: requests.filter(isOf("patch dnsaliases/status")).length, unit: "" },
    { name: "cluster: finalizer writes", value: requests.filter(isOf("patch dnsaliases")).length, unit: "" },
    {
      name: "cluster: ConfigMap writes",
      value: requests.filter((text) => /^(create|patch|update) configmaps$/.test(text)).length,
      unit: "",
    },
    {
      name: "cluster: Event writes",
      value: requests.filter((text) => /^(create|patch) events$/.test(text)).length,
      unit: "",
    },
  ];
}

async function inFolder({ resolver }: Targets): Promise<readonly Figure[]> {
  await using folder = await writeManifestFolder(population);
  const args = [...folder.args, `--resolver=${resolver.host}:${resolver.port}`];
  await using program = await startProgram({ main: settings.main, args, nodeFlags: settings.nodeFlags });
  const publishedAt = await untilInFolder(folder.out, aliases, WITHIN_MS);
  const atPublished = program.usage();
  await delay(SETTLE_MS);
  return [
    { name: "folder: all in zone files", value: (publishedAt - program.startedAt) / 1000, unit: "s" },
    { name: "folder: processor time until then", value: atPublished.cpuMs / 1000, unit: "s" },
    ...(await endFigures("folder", program)),
  ];
}

async function endFigures(mode: string, program: Program): Promise<readonly Figure[]> {
  const { rssMiB, peakRssMiB } = program.usage();
  return [
    { name: `${mode}: RSS, most`, value: peakRssMiB, unit: "MiB", atMost: MAX_RSS_MIB },
    { name: `${mode}: RSS at the end`, value: rssMiB, unit: "MiB" },
    {
      name: `${mode}: longest event-loop stall`,
      value: await program.longestStallMs(),
      unit: "ms",
      atMost: MAX_STALL_MS,
    },
    { name: `${mode}: longest stall in processor time`, value: await program.longestStallCpuMs(), unit: "ms" },
  ];
}

async function requireReady(program: Program): Promise<void> {
  const ready = await program.metric('dnsalias_aliases{ready="True",reason="Ready"}');
  if (ready < aliases) {
    throw new Error(`${ready} of ${aliases}`);
  }
}

function isOf(request: string): (text: string) => boolean {
  return (text) => text === request;
}
