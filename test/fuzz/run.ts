import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, globSync, readFileSync, realpathSync } from "node:fs";
import { MAX_SEED } from "../support/property.ts";
import { HELP, parseOptions, type RunOptions } from "./run-options.ts";

/** A run that takes longer is a counterexample too: something hangs. */
const RUN_LIMIT_MS = 600_000;
const OUTPUT_LIMIT = 64 * 1024;
const UNIT = "test/unit/";
/** These files together play a history for each of 100 seeds from their own on, so a round of 20 runs of each plays 2,000. */
const HISTORIES = {
  files: ["test/fuzz/controller.test.ts", "test/fuzz/controller-odd.test.ts"],
  seeds: 100,
  runs: 20,
};

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(words);
  if (parsed.kind === "invalid") {
    console.error(`${parsed.message}\n\n${HELP}`);
    return 2;
  }
  if (parsed.options.help) {
    console.log(HELP);
    return 0;
  }
  const { options } = parsed;
  const files = options.files.length > 0 ? options.files : propertyTests();
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    console.error(`${missing} does not exist`);
    return 2;
  }
  return fuzz(options, files);
}

/** Runs until the time is over, a run fails, or a signal comes, and returns the exit code. */
async function fuzz({ seconds, seed: fixed }: RunOptions, files: readonly string[]): Promise<number> {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(130));
  process.once("SIGTERM", () => stop.abort(143));
  const started = performance.now();
  const secondsPassed = (): number => Math.round((performance.now() - started) / 1000);
  let runs = 0;
  for (let round = 1; seconds === undefined ? round === 1 : secondsPassed() < seconds; round += 1) {
    const first = fixed ?? randomInt(MAX_SEED + 1 - HISTORIES.seeds * HISTORIES.runs);
    const plan = inTurn(files.map((file) => seedsOf(file, first, fixed === undefined).map((seed) => ({ file, seed }))));
    for (const { file, seed } of plan) {
      if (seconds !== undefined && secondsPassed() >= seconds) {
        break;
      }
      runs += 1;
      process.stdout.write(`run ${runs}: seed ${seed} ${file} `);
      const result = await runFile(file, seed, stop.signal);
      console.log(result.kind === "failed" ? "FAILED" : `${result.kind}, ${Math.round(result.tookMs / 100) / 10} s`);
      if (result.kind === "failed") {
        console.log(
          `${result.output}\nFailed with seed ${seed}. Repeat it with:\n  npm run fuzz -- --seed ${seed} --file ${file}`,
        );
        return 1;
      }
      if (result.kind === "stopped") {
        return typeof stop.signal.reason === "number" ? stop.signal.reason : 1;
      }
    }
  }
  console.log(`${runs} runs without a counterexample in ${secondsPassed()} s`);
  return 0;
}

/** The seeds of the runs of a file in one round. */
function seedsOf(file: string, first: number, isRandom: boolean): readonly number[] {
  const runs = isRandom && HISTORIES.files.includes(file) ? HISTORIES.runs : 1;
  return Array.from({ length: runs }, (_, index) => first + index * HISTORIES.seeds);
}

/** The first of each list, then the second of each: a short run plays every file, too. */
function inTurn<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => lists.flatMap((list) => list.slice(index, index + 1))).flat();
}

type RunResult =
  | { readonly kind: "passed" | "stopped"; readonly tookMs: number }
  | { readonly kind: "failed"; readonly output: string };

/** Runs one file in one child process, which ends with the signal at the latest. */
async function runFile(file: string, seed: number, signal: AbortSignal): Promise<RunResult> {
  const started = performance.now();
  // As the script test:unit does; node_modules can be a link.
  const permissions = file.startsWith(UNIT)
    ? ["--permission", "--allow-fs-read=.", `--allow-fs-read=${realpathSync("node_modules")}`]
    : [];
  const child = spawn(
    process.execPath,
    [...permissions, "--test", "--test-isolation=none", "--test-reporter=spec", file],
    {
      // Without NODE_TEST_CONTEXT it runs its tests also below another test runner.
      env: { ...process.env, FUZZ_SEED: String(seed), NODE_TEST_CONTEXT: undefined },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const output = collectOutput(child);
  const kill = (): void => void child.kill("SIGKILL");
  process.once("exit", kill);
  signal.addEventListener("abort", kill);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    kill();
  }, RUN_LIMIT_MS);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
  clearTimeout(timer);
  process.off("exit", kill);
  signal.removeEventListener("abort", kill);
  if (signal.aborted) {
    return { kind: "stopped", tookMs: performance.now() - started };
  }
  const late = isLate ? `\nnot over after ${RUN_LIMIT_MS / 1000} s` : "";
  return code === 0
    ? { kind: "passed", tookMs: performance.now() - started }
    : { kind: "failed", output: output() + late };
}

function collectOutput(child: ChildProcess): () => string {
  let kept = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      kept = (kept + chunk).slice(-OUTPUT_LIMIT);
    });
  }
  return () => kept;
}

/** Every test file that takes its inputs from the seed, but those that start a cluster or take minutes. */
function propertyTests(): readonly string[] {
  return globSync(["test/fuzz/**/*.test.ts", "test/unit/**/*.test.ts", "test/integration/coredns/*.test.ts"])
    .filter((file) => /support\/(property|history\/seeded-histories)\.ts"/.test(readFileSync(file, "utf8")))
    .sort();
}
