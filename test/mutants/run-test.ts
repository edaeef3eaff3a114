import { spawn } from "node:child_process";
import { relative } from "node:path";
import { text } from "node:stream/consumers";
import type { Tree } from "./tree.ts";

export type TestResult =
  | { readonly kind: "passed"; readonly tookMs: number }
  /** `by` is the file and the name of the test, or the end of what the process printed. */
  | { readonly kind: "failed"; readonly tookMs: number; readonly by: string; readonly output: string }
  /** It used more processor time than it may: an endless loop. */
  | { readonly kind: "endless"; readonly tookMs: number };

export interface RunTestOptions {
  readonly isUnit: boolean;
  /** For each test, against one that waits for ever. Defaults to two minutes for unit tests and five for the others. */
  readonly timeoutMs?: number;
  /** V8's coverage goes there. Unit tests run without the permission model then. */
  readonly coverageFolder?: string;
}

/** Runs test files in one process, up to the first failure. */
export async function runTests(tree: Tree, files: readonly string[], options: RunTestOptions): Promise<TestResult> {
  const guarded = options.isUnit && options.coverageFolder === undefined;
  const permissions = guarded ? ["--permission", "--allow-fs-read=.", `--allow-fs-read=${tree.packages}`] : [];
  const args = [
    ...permissions,
    "--max-old-space-size=2048",
    "--test",
    "--test-isolation=none",
    `--test-timeout=${options.timeoutMs ?? (options.isUnit ? 120_000 : 300_000)}`,
    "--test-reporter=./test/mutants/fail-fast.ts",
    ...files,
  ];
  const result = await runLimited(tree, args, processorSeconds(files, options.isUnit), options);
  tree.clean();
  return result;
}

/** A unit test file uses 0.3 s on average and 10 s at most; of the others none uses a minute. */
function processorSeconds(files: readonly string[], isUnit: boolean): number {
  return isUnit ? 30 + files.length : 300;
}
/** A last resort against a process that waits and burns nothing. */
const WALL_MS = { unit: 600_000, other: 900_000 };

/**
 * Such a process may also fail and then not end: at its exit Node.js waits for a call of the file system that never comes back. No test
 * file has so much to do that it takes twice the time that one of its tests may.
 */
function wallMs({ isUnit, timeoutMs = Infinity }: RunTestOptions): number {
  return Math.min(isUnit ? WALL_MS.unit : WALL_MS.other, 2 * timeoutMs);
}

const KILLED_BY = new Set(["SIGXCPU", "SIGKILL"]);
const OUTPUT_TAIL = 600;

async function runLimited(
  tree: Tree,
  args: readonly string[],
  limitSeconds: number,
  options: RunTestOptions,
): Promise<TestResult> {
  const started = performance.now();
  const script = 'ulimit -c 0; ulimit -t "$0"; exec "$@"'; // processor time doesn't depend on what else the machine does
  const child = spawn("/bin/sh", ["-c", script, String(limitSeconds), process.execPath, ...args], {
    cwd: tree.root,
    env: environment(tree, options.coverageFolder),
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const stopNow = (): void => killGroup(child.pid);
  process.once("exit", stopNow); // also when a signal ends this program
  const timer = setTimeout(() => killGroup(child.pid), wallMs(options));
  const ended = new Promise<{ readonly code: number | null; readonly signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      killGroup(child.pid); // what it left behind holds the pipes open
      resolve({ code, signal });
    });
  });
  const [out, err, { code, signal }] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  clearTimeout(timer);
  process.off("exit", stopNow);
  const tookMs = performance.now() - started;
  if (signal !== null && KILLED_BY.has(signal)) {
    return { kind: "endless", tookMs };
  }
  return code === 0
    ? { kind: "passed", tookMs }
    : { kind: "failed", tookMs, by: failedTest(tree, out, err), output: out + err };
}

function environment(tree: Tree, coverageFolder: string | undefined): NodeJS.ProcessEnv {
  const { NODE_TEST_CONTEXT: _context, NODE_V8_COVERAGE: _coverage, ...rest } = process.env;
  return {
    ...rest,
    TMPDIR: tree.temporary,
    ...(coverageFolder === undefined ? {} : { NODE_V8_COVERAGE: coverageFolder }),
  };
}

function failedTest(tree: Tree, out: string, err: string): string {
  const line = /^first failed test: (.*?): (.*)$/m.exec(out);
  return line === null
    ? `no test, but: ${(err + out).trim().slice(-OUTPUT_TAIL).replace(/\s+/g, " ")}`
    : `${relative(tree.root, line[1] ?? "")}: ${line[2] ?? ""}`;
}

function killGroup(pid: number | undefined): void {
  try {
    process.kill(-(pid ?? Number.NaN), "SIGKILL");
  } catch {
    // the group is empty
  }
}
