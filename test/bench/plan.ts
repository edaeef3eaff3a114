import type { DnsAlias } from "../../src/api/dns-alias.ts";
import type { DnsZone } from "../../src/api/dns-zone.ts";
import { objectKey } from "../../src/api/meta.ts";
import { parseAlias, parseZone } from "../../src/api/parse/parse-object.ts";
import { propose } from "../../src/controller/zone/propose-changes.ts";
import { createStore, type Store } from "../../src/controller/inventory/store.ts";
import { parseName } from "../../src/dns/name/name.ts";
import type { TargetAnswer } from "../../src/plan/target-answer.ts";
import { after } from "../../src/plan/apply-writes.ts";
import type { ActualRRset } from "../../src/plan/change.ts";
import { planZone, type ZonePlan } from "../../src/plan/zone-plan.ts";
import { run } from "../support/run.ts";
import { publish, type Figure } from "./figures.ts";
import { writeManifestFolder } from "./manifest-folder.ts";
import { addressOf, addressV6Of, aliasManifests, domainsOf, targetOf, zoneManifestOf } from "./population.ts";
import { readSettings } from "./settings.ts";
import { percentile } from "./statistics.ts";
import { startTargets } from "./targets.ts";

/**
 * The plan of 10,000 aliases: its pure functions in this process, and `dnsalias plan` as a whole with its look-ups.
 * `--only functions` or `--only command`.
 */
const settings = readSettings({ aliases: 10_000, zones: 10, ttl: 60, rounds: 10 });
const { rounds, ...population } = settings.numbers;
const { aliases, zones } = population;
const OWNER = "default";
const NOW = Date.UTC(2026, 0, 1);

const figures = [
  ...(settings.only === "command" ? [] : functionFigures()),
  ...(settings.only === "functions" ? [] : await commandFigures()),
];
const setting = `${aliases} aliases on ${aliases} targets (A and AAAA) in ${zones} zones; functions: median of ${rounds} rounds`;
await publish({ bench: "plan", setting, figures }, settings.json);

function functionFigures(): readonly Figure[] {
  const manifests = aliasManifests(population).map((text): unknown => JSON.parse(text));
  const zoneManifests = domainsOf(population).map((domain): unknown => JSON.parse(zoneManifestOf(domain, undefined)));
  const parsed = timed(() => ({ aliases: manifests.map(aliasIn), zones: zoneManifests.map(zoneIn) }));
  const settled = timed(() => settledStore(parsed.value.aliases, parsed.value.zones));
  const answers = allAnswers();
  const planAll = () => parsed.value.zones.map((zone) => planOf(zone, settled.value, answers));
  const planned = timed(planAll);
  const proposeAll = (actual: readonly (readonly ActualRRset[])[]) =>
    parsed.value.zones.map((zone, index) => proposalOf(zone, planned.value[index], actual[index] ?? []));
  const first = timed(() => proposeAll([]));
  const standing = first.value.map(({ changes }) =>
    after(
      [],
      changes.filter((change) => change.kind !== "refuse"),
      OWNER,
    ),
  );
  const again = timed(() => proposeAll(standing));
  const changesLeft = again.value.flatMap(({ changes }) => changes).length;
  return [
    { name: "functions: parse and check all objects", value: parsed.ms, unit: "ms" },
    { name: "functions: who has which name", value: settled.ms, unit: "ms" },
    { name: "functions: plan all zones", value: planned.ms, unit: "ms" },
    { name: "functions: compare with nothing", value: first.ms, unit: "ms" },
    { name: "functions: compare with what stands", value: again.ms, unit: "ms" },
    { name: "functions: changes that are left then", value: changesLeft, unit: "", atMost: 0 },
  ];
}

/** The last value, and the median of the times. */
function timed<T>(work: () => T): { readonly value: T; readonly ms: number } {
  const times: number[] = [];
  let value = work(); // the first round warms up, and does not count
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    value = work();
    times.push(performance.now() - startedAt);
  }
  return { value, ms: percentile(times, 0.5) };
}

function aliasIn(object: unknown): DnsAlias {
  const parsed = parseAlias(asStored(object));
  if (parsed.kind !== "ok") {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.value;
}

function zoneIn(object: unknown): DnsZone {
  const parsed = parseZone(asStored(object));
  if (parsed.kind !== "ok") {
    throw new Error(JSON.stringify(parsed.problems));
  }
  return parsed.value;
}

/** With what an apiserver adds. */
function asStored(object: unknown): unknown {
  const { metadata, ...rest } = Object(object);
  const added = {
    uid: `${metadata.namespace}/${metadata.name}`,
    generation: 1,
    creationTimestamp: new Date(NOW).toISOString(),
  };
  return { ...rest, metadata: { ...metadata, ...added, resourceVersion: "1" } };
}

function settledStore(aliasObjects: readonly DnsAlias[], zoneObjects: readonly DnsZone[]): Store {
  const store = createStore((zone) => objectKey(zone.meta));
  zoneObjects.forEach((zone) => store.note({ kind: "zone", zone }));
  aliasObjects.forEach((alias) => store.note({ kind: "alias", alias }));
  store.settle(Infinity);
  return store;
}

function allAnswers(): ReadonlyMap<string, TargetAnswer> {
  const pairs = Array.from({ length: aliases }, (_, index) => {
    const target = parseName(targetOf(index));
    return (["A", "AAAA"] as const).map((family): readonly [string, TargetAnswer] => [
      `${target} ${family}`,
      {
        key: { target, family, view: "view" },
        outcome: { kind: "positive" },
        since: NOW,
        addresses: [family === "A" ? addressOf(index) : addressV6Of(index)],
        ttl: population.ttl,
        chain: [],
        lastSuccessAt: NOW,
        emptySince: undefined,
        failingSince: undefined,
        rotating: false,
        refreshWaitMs: 71_000,
      },
    ]);
  });
  return new Map(pairs.flat());
}

function planOf(zone: DnsZone, store: Store, answers: ReadonlyMap<string, TargetAnswer>): ZonePlan {
  return planZone({
    zone,
    claims: store.claimsIn(objectKey(zone.meta)),
    answerOf: (target, family) => answers.get(`${target} ${family}`),
    viewIdOf: () => "view",
    wildcardsOf: () => [],
    claimantsOf: (name) =>
      [...store.zonesOfName(name)].flatMap((place) => store.claimsIn(place).get(name)?.winners ?? []),
    now: NOW,
  });
}

function proposalOf(zone: DnsZone, plan: ZonePlan | undefined, actual: readonly ActualRRset[]) {
  if (plan === undefined) {
    throw new Error(`no plan of ${objectKey(zone.meta)}`);
  }
  return propose({ zone, plan, actual, ownerId: OWNER, maxNames: undefined });
}

async function commandFigures(): Promise<readonly Figure[]> {
  await using targets = await startTargets(population);
  await using folder = await writeManifestFolder(population);
  const { host, port } = targets.resolver;
  const args = [...folder.args, `--resolver=${host}:${port}`, "--json"];
  const cold = await timedCommand(args, 2);
  const warm = await timedCommand(args, 2);
  return [
    { name: "dnsalias plan: nothing cached at the recursive server", value: cold / 1000, unit: "s" },
    { name: "dnsalias plan: everything cached there", value: warm / 1000, unit: "s" },
  ];
}

/** Milliseconds of one run, which has to end with the given code. */
async function timedCommand(args: readonly string[], wantedCode: number): Promise<number> {
  const startedAt = performance.now();
  const { code, stderr } = await run(process.execPath, [settings.main, "plan", ...args], { timeoutMs: 300_000 });
  if (code !== wantedCode) {
    throw new Error(`dnsalias plan ended with ${code}:\n${stderr}`);
  }
  return performance.now() - startedAt;
}
