import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { parseName, type Name } from "../../src/dns/name/name.ts";
import { OPENERS, type Arena } from "./provider-contenders.ts";

/**
 * How long it takes, and how many requests, until changed names stand at a server: dnsalias's providers and ExternalDNS's own provider code on the same server in the
 * same run, by turns, so that both see the same machine.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { names: { type: "string", default: "1000" }, rounds: { type: "string", default: "7" } },
  });
  const names = Array.from({ length: Number(values.names) }, (_, index) => parseName(`n${index}.example.com`));
  const rounds = Number(values.rounds);
  console.log(
    `${names.length} changed names, ${rounds} rounds, ${availableParallelism()} cores, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}`,
  );
  console.log("\n| server | who | median ms | from–to ms | requests |\n|---|---|---|---|---|");
  for (const open of OPENERS) {
    await using arena = await open(names, addressOf(0));
    for (const line of await measure(arena, names, rounds)) {
      console.log(line);
    }
  }
}

async function measure(arena: Arena, names: readonly Name[], rounds: number): Promise<readonly string[]> {
  const figures = arena.contenders.map(({ who }) => ({ who, took: [] as number[], requests: 0 }));
  let moves = 0;
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, contender] of arena.contenders.entries()) {
      moves += 1;
      const requestsBefore = await arena.requests();
      const startedAt = performance.now();
      await contender.move(names, addressOf(moves));
      const tookMs = performance.now() - startedAt;
      const figure = figures[index];
      if (figure !== undefined && round >= 0) {
        figure.took.push(tookMs); // the round before the first one warms up
        figure.requests = (await arena.requests()) - requestsBefore;
      }
    }
  }
  return figures.map(({ who, took, requests }) => {
    const sorted = took.sort((a, b) => a - b).map(Math.round);
    return `| ${arena.server} | ${who} | ${sorted[Math.floor(sorted.length / 2)]} | ${sorted[0]}–${sorted.at(-1)} | ${requests} |`;
  });
}

function addressOf(move: number): string {
  return `203.0.113.${(move % 250) + 1}`;
}

await main();
