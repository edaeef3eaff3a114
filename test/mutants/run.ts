import { type Baseline, measureBaseline, testFiles } from "./baseline.ts";
import { allMutants, draw } from "./draw.ts";
import { judgeMutant } from "./judge.ts";
import { describeMutant, type Mutant } from "./mutant.ts";
import { HELP, type MutantOptions, parseOptions } from "./options.ts";
import { type Outcome, reportOf } from "./report.ts";
import { runRows } from "./run-rows.ts";
import { copyTree, type Tree } from "./tree.ts";
import { refusedMutants } from "./type-check.ts";

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
process.exitCode = await main(process.argv.slice(2));

/** Returns the exit code: 0 if all that is wanted is killed, 1 if not, 2 for a command line that isn't understood. */
async function main(words: readonly string[]): Promise<number> {
  const parsed = parseOptions(words);
  if (parsed.kind === "invalid") {
    console.error(`${parsed.message}\n\n${HELP}`);
    return 2;
  }
  const { options } = parsed;
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  if (options.rows !== undefined) {
    return (await runRows(options.rows)) ? 0 : 1;
  }
  const all = allMutants(options.folders);
  if (all.length === 0) {
    console.error(`nothing to change in ${options.folders.join(", ")}`);
    return 2;
  }
  return runRandom(options, all);
}

async function runRandom(options: MutantOptions, all: readonly Mutant[]): Promise<number> {
  const mutants = draw(all, options.count, options.seed);
  console.log(`seed ${options.seed}: ${mutants.length} of ${all.length} mutants of ${options.folders.join(", ")}`);
  await using stack = new AsyncDisposableStack();
  const trees = Array.from({ length: options.jobs }, () => stack.use(copyTree()));
  const refused = await refusedMutants(trees[0] ?? stack.use(copyTree()), mutants);
  const judged = mutants.filter((mutant) => !refused.has(mutant));
  console.log(`the compiler refuses ${refused.size}; measuring which test runs what`);
  const baselines = await measureAll(trees, testFiles(new Set(judged.map(({ file }) => file)), options));
  const outcomes: Outcome[] = [...refused].map((mutant) => ({ mutant, verdict: { kind: "refused" } }));
  await share(trees, judged, async (tree, mutant) => {
    const started = performance.now();
    const outcome: Outcome = { mutant, verdict: await judgeMutant(tree, mutant, baselines, options.limitMs) };
    outcomes.push(outcome);
    const done = `${outcomes.length - refused.size}/${judged.length}`;
    console.log(`${done} ${seconds(performance.now() - started)} ${sentence(outcome)}`);
  });
  const { lines, shortfalls } = reportOf(outcomes);
  console.log(["", `seed ${options.seed}, ${mutants.length} mutants`, "", ...lines, ...shortfalls].join("\n"));
  return shortfalls.length === 0 ? 0 : 1;
}

async function measureAll(trees: readonly Tree[], files: readonly string[]): Promise<readonly Baseline[]> {
  const baselines: Baseline[] = [];
  await share(trees, files, async (tree, file) => {
    const baseline = await measureBaseline(tree, file);
    baselines.push(baseline);
    if (baseline.failure !== undefined) {
      console.log(`left out, because it fails on the source as it is: ${file} (${baseline.failure})`);
    }
  });
  return baselines;
}

/** Each tree takes the next item when it is free. */
async function share<T>(
  trees: readonly Tree[],
  items: readonly T[],
  work: (tree: Tree, item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    trees.map(async (tree) => {
      for (const item of left) {
        await work(tree, item);
      }
    }),
  );
}

function sentence({ mutant, verdict }: Outcome): string {
  const what = `[${mutant.class}] ${describeMutant(mutant)}`;
  switch (verdict.kind) {
    case "killed":
      return `killed ${what} | by ${verdict.by}`;
    case "survived":
      return `SURVIVED ${what} | ${verdict.ran} tests${verdict.unrun === 0 ? "" : `, ${verdict.unrun} unrun`}`;
    case "untouched":
      return `UNTOUCHED ${what}`;
    case "refused":
      return `refused ${what}`;
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
