import { setTimeout as delay } from "node:timers/promises";
import { promises as dns } from "node:dns";
import { parseDuration } from "../../src/api/schema/duration.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { kubeRequests, listAt, textAt } from "../lab/kube-requests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { makeCertificate } from "../support/https-target.ts";
import { startBenchCluster } from "./bench-cluster.ts";
import { startCheckedTargets } from "./checked-targets.ts";
import { createObjects } from "./create-objects.ts";
import { publish } from "./figures.ts";
import { aliasOf, domainsOf, zoneManifestOf } from "./population.ts";
import { startProgram } from "./program.ts";
import { untilQuiet, writesOf } from "./quiet.ts";
import { readSettings } from "./settings.ts";
import { largest, percentile } from "./statistics.ts";

/**
 * P12h and P12i: `--aliases` with two checked targets each, and `--shared` aliases that have both targets in common. After everything has
 * settled, nothing may be written for `--seconds`. Then the main targets of all aliases fail at once.
 */
const settings = readSettings({ aliases: 2_500, shared: 1_000, zones: 10, period: 50, seconds: 600 });
const { aliases, shared, zones, period, seconds } = settings.numbers;
const TTL = 5;
const SETTLE_MS = 600_000;
/** Queries that are on their way at once. */
const QUERIES_AT_ONCE = 64;
const CHECKED_NAME = "checked.example";
const count = aliases + shared;
const wantedChecks = 2 * aliases + 2;

/** The index of an alias that has its own targets is below `aliases`; the others share theirs. */
const mainOf = (index: number): string => (index < aliases ? addressOf(21, index) : addressOf(23, 0));
const standbyOf = (index: number): string => (index < aliases ? addressOf(22, index) : addressOf(23, 1));
const indexes = Array.from({ length: count }, (_, index) => index);
const hostnames = indexes.map((index) => aliasOf({ aliases: count, zones, ttl: TTL }, index).hostnames[0] ?? "");

await using folder = await temporaryFolder();
const certificate = await makeCertificate(folder.path, CHECKED_NAME);
const port = await freePort();
// The first address of each process is the shared one.
const shareFirst = (of: (index: number) => string): readonly string[] => [...new Set(indexes.toReversed().map(of))];
await using mains = await startCheckedTargets({ addresses: shareFirst(mainOf), port, ...certificate });
await using standbys = await startCheckedTargets({ addresses: shareFirst(standbyOf), port, ...certificate });
await using cluster = await startBenchCluster();
await createObjects(
  cluster.api,
  domainsOf({ aliases: count, zones, ttl: TTL }).map((domain) => zoneManifestOf(domain, cluster.dns)),
);
await createObjects(cluster.api, indexes.map(manifestOf));
const unusedResolver = { host: "127.0.0.1", port: 9 };
await using program = await startProgram({
  main: settings.main,
  args: [...cluster.controllerArgs(unusedResolver), "--health-checks", "--health-check-allow=127.0.0.0/8"],
  nodeFlags: settings.nodeFlags,
  env: { NODE_EXTRA_CA_CERTS: certificate.certificateFile },
});
await waitFor("a bound in each status", async () => void (await bounds()), { withinMs: SETTLE_MS, everyMs: 2_000 });
await untilQuiet(cluster, SETTLE_MS);
const before = {
  at: performance.now(),
  cpuMs: program.usage().cpuMs,
  writes: await writesOf(cluster),
  checks: checksSoFar(),
};
await program.longestStallMs("begin anew");
await delay(seconds * 1_000);
const rest = {
  at: performance.now(),
  cpuMs: program.usage().cpuMs,
  writes: await writesOf(cluster),
  checks: checksSoFar(),
};
const restStallMs = await program.longestStallMs("begin anew");
const stated = await bounds();
const lastOld = new Map<string, number>();
const failedAt = performance.now();
await mains.kill();
await untilSwitched();
const tookMs = hostnames.map((hostname) => (lastOld.get(hostname) ?? failedAt) - failedAt + TTL * 1_000);
const late = hostnames.filter((hostname, index) => !((tookMs[index] ?? Number.NaN) <= (stated.get(hostname) ?? 0)));
const elapsedMs = rest.at - before.at;
await publish(
  {
    bench: "checks",
    setting: `${aliases} aliases with two targets each, ${shared} that share two, period ${period} s, at rest for ${seconds} s`,
    figures: [
      { name: "writes at rest, besides the Lease", value: rest.writes - before.writes, unit: "", atMost: 0 },
      {
        name: "checks in a period",
        value: ((rest.checks.all - before.checks.all) * period * 1_000) / elapsedMs,
        unit: "",
        atLeast: wantedChecks * 0.97,
        atMost: wantedChecks * 1.03,
      },
      {
        name: "checks of the shared target in a period",
        value: ((rest.checks.shared - before.checks.shared) * period * 1_000) / elapsedMs,
        unit: "",
        atMost: 1.2,
      },
      { name: "processor share of one core", value: (100 * (rest.cpuMs - before.cpuMs)) / elapsedMs, unit: "%" },
      { name: "longest stall at rest", value: restStallMs, unit: "ms", atMost: 50 },
      { name: "longest stall while all switch", value: await program.longestStallMs(), unit: "ms", atMost: 50 },
      { name: "switches later than their bound", value: late.length, unit: "", atMost: 0 },
      { name: "switch: p50", value: percentile(tookMs, 0.5) / 1_000, unit: "s" },
      { name: "switch: longest", value: largest(tookMs) / 1_000, unit: "s" },
      { name: "stated bound: least", value: Math.min(...stated.values()) / 1_000, unit: "s" },
    ],
  },
  settings.json,
);

function addressOf(group: number, index: number): string {
  return `127.${group}.${Math.floor(index / 250)}.${1 + (index % 250)}`;
}

function manifestOf(index: number): string {
  return aliasManifest({
    ...aliasOf({ aliases: count, zones, ttl: TTL }, index),
    targets: [],
    spec: {
      selection: "Failover",
      ttl: { max: TTL },
      targets: [
        { name: "main", addresses: [mainOf(index)] },
        { name: "standby", addresses: [standbyOf(index)] },
      ],
      healthCheck: { httpGet: { port, host: CHECKED_NAME }, period: `${period}s` },
    },
  });
}

function checksSoFar() {
  const [main, standby] = [mains.requests(), standbys.requests()];
  return { all: main.all + standby.all, shared: main.first };
}

/** `status.switchBound` of each hostname, in milliseconds. Throws while one has none. */
async function bounds(): Promise<ReadonlyMap<string, number>> {
  using requests = kubeRequests(cluster.api);
  const list = await requests.get("/apis/dnsalias.io/v1alpha1/dnsaliases");
  const found = listAt(list, "items").map((item): [string, number] => {
    const bound = parseDuration(textAt(item, "status", "switchBound"));
    if (bound === undefined) {
      throw new Error(`${textAt(item, "metadata", "name")} has no bound`);
    }
    return [textAt(item, "spec", "hostnames", 0), bound];
  });
  return new Map(found);
}

/** Queries all names in turn at CoreDNS, until each has its standby. */
async function untilSwitched(): Promise<void> {
  const resolver = new dns.Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`${cluster.dns.host}:${cluster.dns.port}`]);
  const longest = Math.max(...stated.values());
  let open = hostnames.map((hostname, index) => ({ hostname, main: mainOf(index) }));
  while (open.length > 0 && performance.now() < failedAt + 2 * longest) {
    const queue = [...open];
    const still = new Set<(typeof open)[number]>();
    const worker = async (): Promise<void> => {
      for (let one = queue.pop(); one !== undefined; one = queue.pop()) {
        const addresses: readonly string[] = await resolver.resolve4(one.hostname).catch(() => []);
        if (addresses.includes(one.main)) {
          lastOld.set(one.hostname, performance.now());
        }
        if (addresses.length === 0 || addresses.includes(one.main)) {
          still.add(one);
        }
      }
    };
    await Promise.all(Array.from({ length: QUERIES_AT_ONCE }, worker));
    open = open.filter((one) => still.has(one));
    await delay(200);
  }
  open.forEach(({ hostname }) => lastOld.set(hostname, Infinity));
}
