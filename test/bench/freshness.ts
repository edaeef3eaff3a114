import { setTimeout as delay } from "node:timers/promises";
import { parseName } from "../../src/dns/name/name.ts";
import { waitFor } from "../lab/wait-for.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { startNameServer } from "../lab/name-server.ts";
import { startUnbound } from "../support/unbound.ts";
import { startBenchCluster } from "./bench-cluster.ts";
import { createChanges, type Change } from "./changes.ts";
import { createObjects } from "./create-objects.ts";
import { publish, type Figure } from "./figures.ts";
import { addressOf, aliasOf, TARGET_ZONE, targetOf, zoneManifestOf, domainsOf } from "./population.ts";
import { startProgram } from "./program.ts";
import { readSettings } from "./settings.ts";
import { largest, percentile } from "./statistics.ts";
import { createServedWatch, watchWritten } from "./sightings.ts";

/**
 * 200 targets with a TTL of 10 s, each of which changes at random moments for `--seconds`. For each change: from the moment at which the old
 * answer ran out in Unbound until the rendered ConfigMap has the new set, and until CoreDNS (`auto`, reload 2s, projected at once) serves it.
 * Half of the targets lose their only address at each change (which is confirmed by a second look-up), half one address of three.
 */
const settings = readSettings({ targets: 200, ttl: 10, seconds: 180 });
const { targets, ttl, seconds } = settings.numbers;
const population = { aliases: targets, zones: 1, ttl };
const READY_MS = 120_000;
/** A change that is not served after this long counts as lost. */
const LOST_MS = 60_000;
/** Between a change that was served and the next one of the same target: longer than a TTL, so that every phase of it is met. */
const REST_MS = { least: 5_000, most: 35_000 };
/** What docs/concepts/freshness.md allows over the TTL: 1 s, and up to 10 % of the TTL. */
const SLACK_MS = 1_000 + 100 * ttl;
const WANTED_OVER_SLACK_MS = 2_000;

const changes = createChanges(ttl);
await using authority = await startNameServer({ onQuestion: (question) => changes.asked(question, performance.now()) });
authority.addZone(TARGET_ZONE, "");
let lastAddress = 0;
const sets = Array.from({ length: targets }, (_, index) => setOfSize(index % 2 === 0 ? 1 : 3));
sets.forEach((set, index) => authority.set(targetOf(index), "A", ttl, set));

await using resolver = await startUnbound({ stubs: [{ zone: TARGET_ZONE, servers: [authority] }] });
await using cluster = await startBenchCluster();
await createObjects(
  cluster.api,
  domainsOf(population).map((domain) => zoneManifestOf(domain, cluster.dns)),
);
await createObjects(
  cluster.api,
  sets.map((_, index) => aliasManifest({ ...aliasOf(population, index), spec: { ipFamilies: ["IPv4"] } })),
);
const { main, nodeFlags } = settings;
await using program = await startProgram({ main, args: cluster.controllerArgs(resolver), nodeFlags });
await waitFor(
  "all aliases Ready",
  async () => {
    const ready = await program.metric('dnsalias_aliases{ready="True",reason="Ready"}');
    if (ready < targets) {
      throw new Error(`${ready} of ${targets}`);
    }
  },
  { withinMs: READY_MS, everyMs: 500 },
);
await using watches = new AsyncDisposableStack();
watches.use(watchWritten(cluster.api, changes));
const { untilServed } = watches.use(createServedWatch(cluster.dns));
const before = { at: performance.now(), cpuMs: program.usage().cpuMs };
const endAt = before.at + seconds * 1_000;
await Promise.all(sets.map((set, index) => changeAgainAndAgain(index, set)));
await publish({ bench: "freshness", setting: settingText(), figures: figuresOf(changes.all()) }, settings.json);

async function changeAgainAndAgain(index: number, first: readonly string[]): Promise<void> {
  const owner = parseName(aliasOf(population, index).hostnames[0] ?? "");
  let set = first;
  for (await rest(); performance.now() < endAt; await rest()) {
    // The oldest address goes, a new one comes; addresses are never used again, so that nothing looks like rotation.
    set = [...set.slice(1), nextAddress()];
    const change = changes.begin({ target: targetOf(index), owner, addresses: set });
    authority.set(targetOf(index), "A", ttl, set);
    await untilServed(change, LOST_MS);
  }
}

function rest(): Promise<void> {
  return delay(
    Math.min(REST_MS.least + Math.random() * (REST_MS.most - REST_MS.least), Math.max(0, endAt - performance.now())),
  );
}

function setOfSize(size: number): readonly string[] {
  return Array.from({ length: size }, nextAddress);
}

function nextAddress(): string {
  lastAddress += 1;
  return addressOf(lastAddress);
}

function figuresOf(done: readonly Change[]): readonly Figure[] {
  const sizes = [
    { name: "one of three addresses", changes: done.filter(({ addresses }) => addresses.length > 1) },
    { name: "the only address", changes: done.filter(({ addresses }) => addresses.length === 1) },
  ];
  return [
    { name: "changes", value: done.length, unit: "" },
    {
      name: "lost: not served within 60 s",
      value: done.filter(({ servedAt }) => servedAt === undefined).length,
      unit: "",
      atMost: 0,
    },
    ...spread(
      "expiry to CoreDNS",
      lags(done, ({ servedAt }) => servedAt),
      SLACK_MS + WANTED_OVER_SLACK_MS,
    ),
    ...sizes.flatMap(({ name, changes }) =>
      spread(
        `… ${name}`,
        lags(changes, ({ servedAt }) => servedAt),
      ),
    ),
    ...spread(
      "expiry to ConfigMap",
      lags(done, ({ writtenAt }) => writtenAt),
    ),
    {
      name: "processor share of one core",
      value: (100 * (program.usage().cpuMs - before.cpuMs)) / (performance.now() - before.at),
      unit: "%",
    },
  ];
}

function spread(name: string, samples: readonly number[], wantedP99?: number): readonly Figure[] {
  return [
    { name: `${name}: p50`, value: percentile(samples, 0.5), unit: "ms" },
    {
      name: `${name}: p99`,
      value: percentile(samples, 0.99),
      unit: "ms",
      ...(wantedP99 === undefined ? {} : { atMost: wantedP99 }),
    },
    { name: `${name}: max`, value: largest(samples), unit: "ms" },
  ];
}

function lags(done: readonly Change[], at: (change: Change) => number | undefined): readonly number[] {
  return done.flatMap((change) => {
    const seenAt = at(change);
    return seenAt === undefined ? [] : [seenAt - change.expiredAt];
  });
}

function settingText(): string {
  return `${targets} targets with TTL ${ttl} s changing at random moments for ${seconds} s; p99 wanted: ${SLACK_MS} ms of slack and ${WANTED_OVER_SLACK_MS} ms`;
}
