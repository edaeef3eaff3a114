import { createWriteStream } from "node:fs";
import { createSink } from "../../src/cli/terminal/streams.ts";
import { machineNow } from "../bench/machine.ts";
import { skipWithoutOutside } from "../support/outside-network.ts";
import { runChaos } from "./chaos.ts";
import { HELP, parseChaosOptions, type ChaosOptions } from "./options.ts";
import { isClean, reportOf } from "./report.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const parsed = parseChaosOptions(words);
  switch (parsed.kind) {
    case "help":
      console.log(HELP);
      return 0;
    case "invalid":
      console.error(`${parsed.message}\n\n${HELP}`);
      return 2;
    case "ok":
      return chaos(parsed.options);
    default:
      return parsed satisfies never;
  }
}

async function chaos({ seed, kills, minutes, record, main }: ChaosOptions): Promise<number> {
  const obstacle = skipWithoutOutside();
  if (obstacle !== false) {
    console.error(obstacle);
    return 2;
  }
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const repeat = `npm run chaos -- --seed ${seed} --kills ${kills} --minutes ${minutes}`;
  console.log(`seed ${seed}; repeat the schedule with: ${repeat}\n${machineNow().line}`);
  const file = record === undefined ? undefined : createWriteStream(record);
  const result = await runChaos({
    seed,
    kills,
    durationMs: minutes * 60_000,
    main,
    onProgress: (text) => console.log(text),
    signal: stop.signal,
    ...(file && { onEvent: (event) => void file.write(`${JSON.stringify(event)}\n`) }),
  });
  file?.end();
  console.log(`\n${reportOf(createSink(process.stdout, process.env), result)}`);
  if (!isClean(result)) {
    console.log(`Failed with seed ${seed}. Repeat the schedule with: ${repeat}`);
    return 1;
  }
  return 0;
}
