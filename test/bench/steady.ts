import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import { startBenchCluster } from "./bench-cluster.ts";
import { createObjects } from "./create-objects.ts";
import { publish, type Figure } from "./figures.ts";
import { aliasManifests, domainsOf, zoneManifestOf } from "./population.ts";
import { startProgram, type Program } from "./program.ts";
import { untilQuiet, WRITE } from "./quiet.ts";
import { readSettings } from "./settings.ts";
import { startTargets } from "./targets.ts";

/**
 * Nothing changes: 10,000 aliases on as many targets at a real kube-apiserver, watched for `--seconds` after everything has settled.
 * What is wanted is that nothing is written and little is done.
 */
const settings = readSettings({ aliases: 10_000, zones: 10, ttl: 60, seconds: 600 });
const { seconds, ...population } = settings.numbers;
const { aliases, ttl } = population;
const SETTLE_MS = 900_000;

await using targets = await startTargets(population);
await using cluster = await startBenchCluster();
await createObjects(
  cluster.api,
  domainsOf(population).map((domain) => zoneManifestOf(domain, cluster.dns)),
);
await createObjects(cluster.api, aliasManifests(population));
const { main, nodeFlags } = settings;
await using program = await startProgram({ main, args: cluster.controllerArgs(targets.resolver), nodeFlags });
await waitFor("all aliases Ready", () => requireReady(program), { withinMs: SETTLE_MS, everyMs: 1_000 });
await untilQuiet(cluster, SETTLE_MS);
const before = await snapshot();
await delay(seconds * 1_000);
const figures = figuresBetween(before, await snapshot());
const setting = `${aliases} aliases on ${aliases} targets (A and AAAA, TTL ${ttl} s) in ${population.zones} zones, nothing changing for ${seconds} s`;
await publish({ bench: "steady", setting, figures }, settings.json);

type Snapshot = Awaited<ReturnType<typeof snapshot>>;

async function snapshot() {
  return {
    at: performance.now(),
    usage: program.usage(),
    questions: await targets.questions(),
    requests: await cluster.requests(),
    lookups: await program.metric("dnsalias_lookups_total"),
    stallMs: await program.longestStallMs("begin anew"),
  };
}

function figuresBetween(before: Snapshot, after: Snapshot): readonly Figure[] {
  const wallMs = after.at - before.at;
  const requests = after.requests.slice(before.requests.length);
  const writes = requests.filter((request) => WRITE.test(request));
  const lease = writes.filter((request) => request.endsWith(" leases"));
  const ideal = (2 * aliases * wallMs) / 1000 / ttl;
  const asked = after.questions.asked - before.questions.asked;
  const upstream = after.questions.upstream - before.questions.upstream;
  return [
    { name: "writes to the apiserver beside the Lease", value: writes.length - lease.length, unit: "", atMost: 0 },
    { name: "renewals of the Lease", value: lease.length, unit: "" },
    { name: "other requests (lists, watches)", value: requests.length - writes.length, unit: "" },
    {
      name: "processor share of one core",
      value: (100 * (after.usage.cpuMs - before.usage.cpuMs)) / wallMs,
      unit: "%",
    },
    { name: "RSS at the end", value: after.usage.rssMiB, unit: "MiB" },
    { name: "RSS at the beginning", value: before.usage.rssMiB, unit: "MiB" },
    { name: "RSS, most since the start", value: after.usage.peakRssMiB, unit: "MiB" },
    { name: "longest event-loop stall", value: after.stallMs, unit: "ms", atMost: 200 },
    { name: "look-ups", value: after.lookups - before.lookups, unit: "" },
    { name: "questions to the recursive server", value: asked, unit: "" },
    { name: "questions from there to the authoritative server", value: upstream, unit: "" },
    { name: "ideal: one a key a TTL", value: Math.round(ideal), unit: "" },
    { name: "questions to the recursive server over the ideal", value: asked / ideal, unit: "×", atMost: 1 },
  ];
}

async function requireReady(of: Program): Promise<void> {
  const ready = await of.metric('dnsalias_aliases{ready="True",reason="Ready"}');
  if (ready < aliases) {
    throw new Error(`${ready} of ${aliases}`);
  }
}
