import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findComponent, type ComponentName } from "../support/component.ts";
import { openClientNetwork } from "./client-network.ts";
import { burst, cookieOf, oncePerName, steadyP99, type Load } from "./dnsperf.ts";
import { publish, type Figure } from "./figures.ts";
import { OPENERS, OURS, type Contender } from "./responder-contenders.ts";
import { aliasName, questions } from "./responder-names.ts";
import { readSettings } from "./settings.ts";
import { percentile } from "./statistics.ts";
import { usageWithChildren } from "./usage.ts";

/**
 * How many questions a second `dnsalias run` answers, in addition to other servers with the same names in the same run, by turns, so that all see the same machine:
 * the ratios say something, the numbers themselves only of this machine, whose cores dnsperf has a part of. dnsperf asks from a network namespace, so that the rate
 * limits apply, with EDNS and the cookie that it got from the server, as resolvers do.
 */
async function main(): Promise<void> {
  const { numbers, json, main } = readSettings({ names: 10_000, rounds: 5, seconds: 4, rate: 10_000 });
  const missing = NEEDED.filter((name) => findComponent(name) === undefined);
  if (missing.length > 0 || process.getuid?.() !== 0) {
    console.log(
      `not run: needs root, for a network namespace, and ${NEEDED.join(", ")}; missing: ${missing.join(", ") || "root"}`,
    );
    process.exitCode = 1;
    return;
  }
  await compare(numbers, { json, main });
}

const NEEDED: readonly ComponentName[] = [
  "coredns",
  "dig",
  "dnsperf",
  "ip",
  "knotc",
  "knotd",
  "nsd",
  "nsd-control",
  "pdns_server",
  "unbound",
];

interface Plan {
  readonly names: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly rate: number;
}

interface Measured {
  readonly perSecond: number[];
  lost: number;
  sent: number;
  /** Processor time in the bursts, which others at work on the machine change less than the rate. */
  cpuMs: number;
  p99Ms: number;
  memoryMiB: number;
}

async function compare(plan: Plan, { json, main }: { readonly json: string | undefined; readonly main: string }) {
  const { names } = plan;
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-bench-"));
  const file = join(directory, "questions");
  await writeFile(file, questions(names));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(directory, { recursive: true }));
  const network = stack.use(await openClientNetwork());
  const contenders: Contender[] = [];
  for (const open of OPENERS) {
    contenders.push(stack.use(await open({ names, host: network.serverHost, main })));
  }
  const loads = new Map<Contender, Load>();
  for (const contender of contenders) {
    const cookie = await cookieOf(network, contender, aliasName(0));
    loads.set(contender, { network, at: contender, file, cookie });
  }
  const all = await measure(loads, plan);
  console.log(table(plan, all));
  const [ours] = loads.values();
  const withoutCookie = ours && (await burst({ network, at: ours.at, file }, plan.seconds));
  const setting = `${names} names, ${plan.rounds} rounds of ${plan.seconds} s by turns, medians`;
  const limited = {
    name: "questions without a cookie that the rate limits held back",
    value: withoutCookie?.lost ?? Number.NaN,
    unit: "",
    atLeast: 1,
  };
  await publish({ bench: "responder", setting, figures: [...wantedFigures(all), limited] }, json);
}

async function measure(loads: ReadonlyMap<Contender, Load>, plan: Plan): Promise<ReadonlyMap<string, Measured>> {
  const all = new Map<string, Measured>();
  for (const [contender, load] of loads) {
    for (let pass = 0; pass < WARM_UP; pass += 1) {
      await oncePerName(load);
    }
    const { rssMiB: memoryMiB } = usageWithChildren(contender.pid());
    all.set(contender.who, { perSecond: [], lost: 0, sent: 0, cpuMs: 0, p99Ms: Number.NaN, memoryMiB });
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const [contender, load] of loads) {
      const measured = all.get(contender.who);
      const before = usageWithChildren(contender.pid()).cpuMs;
      const { perSecond, lost, sent } = await burst(load, plan.seconds);
      if (measured !== undefined) {
        measured.perSecond.push(perSecond);
        measured.lost += lost;
        measured.sent += sent;
        measured.cpuMs += usageWithChildren(contender.pid()).cpuMs - before;
      }
    }
  }
  for (const [{ who }, load] of loads) {
    const measured = all.get(who);
    if (measured !== undefined) {
      measured.p99Ms = await steadyP99(load, plan.rate, plan.seconds);
    }
  }
  return all;
}

/** Until everyone has in its caches what it keeps there. */
const WARM_UP = 6;

function medianOf(all: ReadonlyMap<string, Measured>, who: string): number {
  return percentile(all.get(who)?.perSecond ?? [], 0.5);
}

/** For docs/benchmarks.md. */
function table(plan: Plan, all: ReadonlyMap<string, Measured>): string {
  const head = `| server | questions a second | dnsalias with 1 worker | with 2 | µs of processor an answer | lost | p99 at ${plan.rate}/s | memory |`;
  const rows = [...all].map(([who, { lost, sent, cpuMs, p99Ms, memoryMiB }]) => {
    const own = medianOf(all, who);
    const [one, two] = OURS.map((ours) => (medianOf(all, ours) / own).toFixed(2));
    return `| ${who} | ${Math.round(own)} | ${one} × | ${two} × | ${((cpuMs * 1_000) / sent).toFixed(1)} | ${lost} of ${sent} | ${p99Ms.toFixed(2)} ms | ${Math.round(memoryMiB)} MiB |`;
  });
  return [head, "|---|---|---|---|---|---|---|---|", ...rows].join("\n");
}

const WANTED_RATIOS = [
  ["CoreDNS file", 1.5],
  ["PowerDNS ALIAS", 2.2],
  ["NSD", 0.8],
] as const;

function wantedFigures(all: ReadonlyMap<string, Measured>): readonly Figure[] {
  return OURS.flatMap((ours) => {
    const { lost = Number.NaN, p99Ms = Number.NaN } = all.get(ours) ?? {};
    return [
      ...WANTED_RATIOS.map(([other, atLeast]) => ({
        name: `${ours}: rate, of ${other}`,
        value: medianOf(all, ours) / medianOf(all, other),
        unit: "×",
        atLeast,
      })),
      { name: `${ours}: answers lost`, value: lost, unit: "", atMost: 0 },
      {
        name: `${ours}: p99, and that of CoreDNS`,
        value: p99Ms,
        unit: "ms",
        atMost: all.get("CoreDNS file")?.p99Ms ?? Number.NaN,
      },
    ];
  });
}

await main();
