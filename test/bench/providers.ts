import { publish, type Figure } from "./figures.ts";
import { OPENERS, type Arena, type Contender } from "./provider-contenders.ts";
import { readSettings } from "./settings.ts";
import { percentile } from "./statistics.ts";

/**
 * How long it takes, and how many requests, until changed names are at a server: dnsalias's providers with their owner markers, and ExternalDNS's own provider code,
 * each in its own process, on the same server in the same run, by turns, so that both see the same machine.
 */
async function main(): Promise<void> {
  const { numbers, json } = readSettings({ names: 1_000, rounds: 7 });
  const { names, rounds } = numbers;
  const figures: Figure[] = [];
  for (const open of OPENERS) {
    await using arena = await open(names);
    figures.push(...(await compare(arena, rounds)));
  }
  await publish({ bench: "providers", setting: `${names} changed names, median of ${rounds} rounds`, figures }, json);
}

async function compare(arena: Arena, rounds: number): Promise<readonly Figure[]> {
  const ours = { took: [] as number[], requests: 0 };
  const theirs = { took: [] as number[], requests: 0 };
  for (let round = 0; round <= rounds; round += 1) {
    for (const [contender, measured] of [
      [arena.ours, ours],
      [arena.theirs, theirs],
    ] as const) {
      const { tookMs, requests } = await moved(arena, contender, addressOf(round));
      measured.requests = requests;
      measured.took.push(...(round === 0 ? [] : [tookMs])); // the first round creates the names
    }
  }
  const [ourMs, theirMs] = [percentile(ours.took, 0.5), percentile(theirs.took, 0.5)];
  const name = (who: string, what: string): string => `${arena.server}: ${who}, ${what}`;
  return [
    { name: name(arena.theirs.who, "time"), value: theirMs, unit: "ms" },
    { name: name(arena.ours.who, "time"), value: ourMs, unit: "ms", atMost: theirMs },
    { name: name(arena.theirs.who, "requests"), value: theirs.requests, unit: "" },
    { name: name(arena.ours.who, "requests"), value: ours.requests, unit: "", atMost: theirs.requests },
  ];
}

async function moved(arena: Arena, contender: Contender, address: string) {
  const before = await arena.requests();
  const tookMs = await contender.move(address);
  return { tookMs, requests: (await arena.requests()) - before };
}

function addressOf(round: number): string {
  return `203.0.113.${(round % 250) + 1}`;
}

await main();
