import type { Baseline } from "./baseline.ts";
import { isExecuted } from "./coverage.ts";
import { applyMutant, type Mutant } from "./mutant.ts";
import { runTests, type TestResult } from "./run-test.ts";
import type { Tree } from "./tree.ts";

export type Verdict =
  | { readonly kind: "killed"; readonly stage: "unit" | "other"; readonly by: string }
  /** `unrun` tests were left when the time for this mutant was over. */
  | { readonly kind: "survived"; readonly ran: number; readonly unrun: number }
  /** No test runs the changed text. */
  | { readonly kind: "untouched" };

/**
 * Runs the tests that run the changed text: first the unit tests, from the nearest one on, then the others, from the fastest on.
 * A test other than a unit test kills if it fails twice in a row, because those depend on real servers and on time.
 */
export async function judgeMutant(
  tree: Tree,
  mutant: Mutant,
  baselines: readonly Baseline[],
  limitMs: number,
): Promise<Verdict> {
  const touching = baselines.filter(
    ({ executed, failure }) => failure === undefined && isExecuted(executed, mutant.file, mutant.runsAt),
  );
  if (touching.length === 0) {
    return { kind: "untouched" };
  }
  const original = tree.read(mutant.file);
  tree.write(mutant.file, applyMutant(original, mutant));
  try {
    return (await runUnitTests(tree, mutant, touching)) ?? (await runOtherTests(tree, touching, limitMs));
  } finally {
    tree.write(mutant.file, original);
  }
}

/** Small first: most mutants are killed by the nearest test. */
const CHUNKS = [1, 4, 15, 40];

async function runUnitTests(tree: Tree, mutant: Mutant, touching: readonly Baseline[]): Promise<Verdict | undefined> {
  const files = touching.filter(({ isUnit }) => isUnit).sort(byNearness(mutant.file));
  let at = 0;
  for (const size of [...CHUNKS, files.length]) {
    const chunk = files.slice(at, at + size).map(({ file }) => file);
    at += size;
    const result = chunk.length === 0 ? undefined : await runTests(tree, chunk, { isUnit: true });
    if (result !== undefined && result.kind !== "passed") {
      return { kind: "killed", stage: "unit", by: killer(result) };
    }
  }
  return undefined;
}

async function runOtherTests(tree: Tree, touching: readonly Baseline[], limitMs: number): Promise<Verdict> {
  const started = performance.now();
  const files = touching.filter(({ isUnit }) => !isUnit).sort((a, b) => a.tookMs - b.tookMs);
  for (const [index, { file, tookMs }] of files.entries()) {
    if (performance.now() - started > limitMs) {
      return { kind: "survived", ran: touching.length - files.length + index, unrun: files.length - index };
    }
    const options = { isUnit: false, timeoutMs: Math.max(LEAST_TIMEOUT_MS, TIMEOUT_FACTOR * tookMs) };
    const first = await runTests(tree, [file], options);
    const second = first.kind === "passed" ? first : await runTests(tree, [file], options);
    if (second.kind !== "passed") {
      return { kind: "killed", stage: "other", by: killer(second) };
    }
  }
  return { kind: "survived", ran: touching.length, unrun: 0 };
}

/** A single test that takes ten times as long as its whole file did waits for what never comes. */
const TIMEOUT_FACTOR = 10;
const LEAST_TIMEOUT_MS = 60_000;

function killer(result: Exclude<TestResult, { readonly kind: "passed" }>): string {
  return result.kind === "failed" ? result.by : "the test never ends";
}

/** The test of the same name first, then those of the same folders, then the fast ones. */
export function byNearness(file: string): (a: Baseline, b: Baseline) => number {
  const wanted = file
    .replace(/^src\//, "test/unit/")
    .replace(/\.ts$/, ".test.ts")
    .split("/");
  const shared = ({ file: name }: Baseline): number => {
    const parts = name.split("/");
    const differs = wanted.findIndex((part, index) => part !== parts[index]);
    return differs === -1 ? wanted.length : differs;
  };
  return (a, b) => shared(b) - shared(a) || a.tookMs - b.tookMs;
}
