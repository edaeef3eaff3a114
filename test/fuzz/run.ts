import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, globSync, readFileSync, realpathSync } from "node:fs";
import { MAX_SEED } from "../support/property.ts";
import { HELP, parseOptions, type RunOptions } from "./run-options.ts";

/** A run that takes longer is a counterexample too: something hangs. */
const RUN_LIMIT_MS = 600_000;
const OUTPUT_LIMIT = 64 * 1024;
const UNIT = "test/unit/";
/** These files together play a history for each of 100 seeds from their own on. */
const HISTORY_FILES = ["test/fuzz/controller.test.ts", "test/fuzz/controller-odd.test.ts"];
const SEEDS_OF_A_ROUND = 100;

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
  const files = options.histories === undefined ? filesOf(options) : HISTORY_FILES;
  const missing = files.find((file) => !existsSync(file));
  if (missing !== undefined) {
    console.error(`${missing} does not exist`);
    return 2;
  }
  return fuzz(options, files);
}

/** Runs until the time is over, a run of a property test fails, or a signal comes, and returns the exit code. */
async function fuzz(options: RunOptions, files: readonly string[]): Promise<number> {
  const { seconds, histories } = options;
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(130));
  process.once("SIGTERM", () => stop.abort(143));
  const started = performance.now();
  const secondsPassed = (): number => Math.round((performance.now() - started) / 1000);
  let runs = 0;
  let failed = 0;
  for (const { file, seed } of runsOf(seedsOf(options), files)) {
    if (seconds !== undefined && secondsPassed() >= seconds) {
      break;
    }
    runs += 1;
    process.stdout.write(`run ${runs}: seed ${seed} ${file} `);
    const result = await runFile(file, seed, stop.signal);
    console.log(result.kind === "failed" ? "FAILED" : `${result.kind}, ${Math.round(result.tookMs / 100) / 10} s`);
    if (result.kind === "stopped") {
      return typeof stop.signal.reason === "number" ? stop.signal.reason : 1;
    }
    if (result.kind === "failed") {
      failed += 1;
      console.log(
        `${result.output}\nFailed with seed ${seed}. Repeat it with:\n  npm run fuzz -- --seed ${seed} --file ${file}`,
      );
      if (histories === undefined) {
        return 1;
      }
    }
  }
  const outcome = failed === 0 ? "without a counterexample" : `of which ${failed} found counterexamples,`;
  console.log(`${runs} runs ${outcome} in ${secondsPassed()} s`);
  return failed === 0 ? 0 : 1;
}

/** Each round runs each file with the seed of the round. */
function* runsOf(
  seeds: Iterable<number>,
  files: readonly string[],
): Generator<{ readonly file: string; readonly seed: number }> {
  for (const seed of seeds) {
    yield* files.map((file) => ({ file, seed }));
  }
}

/** The seed of each round, without an end if the time ends them. */
function* seedsOf({ seconds, histories, seed: fixed }: RunOptions): Generator<number> {
  const first = fixed ?? randomInt(MAX_SEED + 1);
  if (histories !== undefined) {
    for (let played = 0; played < histories; played += SEEDS_OF_A_ROUND) {
      yield (first + played) % (MAX_SEED + 1);
    }
    return;
  }
  const rounds = seconds === undefined ? 1 : Infinity;
  for (let round = 0; round < rounds; round += 1) {
    yield round === 0 ? first : (fixed ?? randomInt(MAX_SEED + 1));
  }
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

/** By default every test file that takes its inputs from the seed, but those that start a cluster or take minutes. */
function filesOf({ files }: RunOptions): readonly string[] {
  return files.length > 0
    ? files
    : globSync(["test/fuzz/**/*.test.ts", "test/unit/**/*.test.ts", "test/integration/coredns/*.test.ts"])
        .filter((file) => /support\/property\.ts"/.test(readFileSync(file, "utf8")))
        .sort();
}
