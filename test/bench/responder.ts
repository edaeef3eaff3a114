import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findComponent, type ComponentName } from "../support/component.ts";
import { burst, oncePerName, steadyP99 } from "./dnsperf.ts";
import { machineNow } from "./machine.ts";
import { OPENERS, type Contender } from "./responder-contenders.ts";
import { questions } from "./responder-names.ts";
import { percentile } from "./statistics.ts";
import { usageWithChildren } from "./usage.ts";

/**
 * How many questions a second the responder answers, beside other servers with the same names in the same run, by turns, so that all see the same machine:
 * the ratios say something, the numbers themselves only of this machine, whose cores dnsperf has a part of.
 */
async function main(): Promise<void> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: { names: { ...text, default: "10000,100000" }, rounds: text, seconds: text, rate: text },
  });
  const missing = NEEDED.filter((name) => findComponent(name) === undefined);
  if (missing.length > 0) {
    console.log(`not run: ${missing.join(", ")} missing; test/env/install brings them`);
    return;
  }
  console.log(machineNow().line);
  const plan = {
    rounds: Number(values.rounds ?? 5),
    seconds: Number(values.seconds ?? 4),
    rate: Number(values.rate ?? 10_000),
  };
  for (const names of values.names.split(",").map(Number)) {
    await compare(names, plan);
  }
}

const NEEDED: readonly ComponentName[] = ["dnsperf", "nsd", "knotd", "coredns", "pdns_server", "unbound"];

interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly rate: number;
}

interface Figures {
  readonly perSecond: number[];
  lost: number;
  sent: number;
  /** Processor time in the bursts, which others at work on the machine change less than the rate. */
  cpuMs: number;
  p99Ms: number;
  memoryMiB: number;
}

async function compare(names: number, plan: Plan): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-bench-"));
  const file = join(directory, "questions");
  await writeFile(file, questions(names));
  const contenders: Contender[] = [];
  try {
    for (const open of Object.values(OPENERS)) {
      contenders.push(await open(names));
    }
    report(names, plan, await measure(contenders, file, plan));
  } finally {
    for (const contender of contenders) {
      await contender[Symbol.asyncDispose]();
    }
    await rm(directory, { recursive: true });
  }
}

async function measure(
  contenders: readonly Contender[],
  file: string,
  plan: Plan,
): Promise<ReadonlyMap<string, Figures>> {
  const all = new Map<string, Figures>();
  for (const contender of contenders) {
    for (let pass = 0; pass < WARM_UP; pass += 1) {
      await oncePerName(contender, file);
    }
    all.set(contender.who, {
      perSecond: [],
      lost: 0,
      sent: 0,
      cpuMs: 0,
      p99Ms: 0,
      memoryMiB: usageWithChildren(contender.pid()).rssMiB,
    });
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const contender of contenders) {
      const figures = all.get(contender.who);
      const before = usageWithChildren(contender.pid()).cpuMs;
      const { perSecond, lost, sent } = await burst(contender, file, plan.seconds);
      figures?.perSecond.push(perSecond);
      if (figures !== undefined) {
        figures.lost += lost;
        figures.sent += sent;
        figures.cpuMs += usageWithChildren(contender.pid()).cpuMs - before;
      }
    }
  }
  for (const contender of contenders) {
    const figures = all.get(contender.who);
    if (figures !== undefined) {
      figures.p99Ms = await steadyP99(contender, file, plan.rate, plan.seconds);
    }
  }
  return all;
}

/** Until everyone has in its caches what it keeps there. */
const WARM_UP = 6;

function report(names: number, plan: Plan, all: ReadonlyMap<string, Figures>): void {
  console.log(
    `\n${names} names, ${plan.rounds} rounds of ${plan.seconds} s by turns, median; load ${machineNow().load}\n`,
  );
  console.log(
    `| server | questions a second | dnsalias with 1 worker | with 2 | µs of processor an answer | lost | p99 at ${plan.rate}/s | memory |`,
  );
  console.log("|---|---|---|---|---|---|---|---|");
  const median = (who: string): number => percentile(all.get(who)?.perSecond ?? [], 0.5);
  for (const [who, { lost, sent, cpuMs, p99Ms, memoryMiB }] of all) {
    const own = median(who);
    const [one, two] = ["dnsalias, 1 worker", "dnsalias, 2 workers"].map((ours) => (median(ours) / own).toFixed(2));
    console.log(
      `| ${who} | ${Math.round(own)} | ${one} × | ${two} × | ${((cpuMs * 1_000) / sent).toFixed(1)} | ${lost} of ${sent} | ${p99Ms.toFixed(2)} ms | ${Math.round(memoryMiB)} MiB |`,
    );
  }
}

await main();
