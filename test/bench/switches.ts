import { lateSwitches, measureSwitches, type MeasuredSwitch } from "../e2e/switch-lab.ts";
import { publish, type Figure } from "./figures.ts";
import { readSettings } from "./settings.ts";
import { largest, percentile } from "./statistics.ts";

/**
 * P12a: `--runs` times, each of 8 kinds of outage with each of 4 deliveries, at a random moment between two checks. For each switch: from the
 * last success of the failed target until the last cache drops its address, beside the bound that the status stated.
 */
const settings = readSettings({ runs: 20 });
const { runs } = settings.numbers;
const all: MeasuredSwitch[] = [];
let noticedByTcp = 0;
for (let run = 1; run <= runs; run += 1) {
  const { switches, pausedByTcp, pausedAddress } = await measureSwitches(Math.random());
  all.push(...switches);
  noticedByTcp += pausedByTcp.filter((address) => address !== pausedAddress).length;
  process.stderr.write(`run ${run} of ${runs}: ${switches.length} switches, ${lateSwitches(switches).length} late\n`);
}
const deliveries = [...new Set(all.map(({ delivery }) => delivery))];
await publish(
  {
    bench: "switches",
    setting: `${runs} runs of 8 kinds of outage with ${deliveries.length} deliveries; period 5s, timeout 2s, TTL 2 s`,
    figures: [
      { name: "switches", value: all.length, unit: "", atLeast: runs * 32 },
      { name: "later than their bound", value: lateSwitches(all).length, unit: "", atMost: 0 },
      { name: "answers without an address", value: all.flatMap(({ blanks }) => blanks).length, unit: "", atMost: 0 },
      { name: "SIGSTOP noticed by tcpSocket", value: noticedByTcp, unit: "", atMost: 0 },
      ...deliveries.flatMap(figuresOf),
    ],
  },
  settings.json,
);

function figuresOf(delivery: string): readonly Figure[] {
  const of = all.filter((one) => one.delivery === delivery);
  const outages = [...new Set(of.map(({ outage }) => outage))];
  const bound = Math.min(...of.map(({ boundMs }) => boundMs)) / 1_000;
  const seconds = (switches: readonly MeasuredSwitch[]) => switches.map(({ tookMs }) => tookMs / 1_000);
  return [
    { name: `${delivery}: p50`, value: percentile(seconds(of), 0.5), unit: "s" },
    { name: `${delivery}: longest`, value: largest(seconds(of)), unit: "s", atMost: bound },
    ...outages.map((outage) => ({
      name: `… ${outage}`,
      value: largest(seconds(of.filter((one) => one.outage === outage))),
      unit: "s",
      atMost: bound,
    })),
  ];
}
