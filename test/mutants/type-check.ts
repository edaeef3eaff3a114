import { join } from "node:path";
import { run } from "../support/run.ts";
import { applyMutant, type Mutant } from "./mutant.ts";
import type { Tree } from "./tree.ts";

/**
 * The mutants that the compiler refuses. Many are checked in one run, each in a file of its own: an error in a file is its mutant's.
 * A mutant that leaves a name unused isn't refused for that.
 */
export async function refusedMutants(tree: Tree, mutants: readonly Mutant[]): Promise<ReadonlySet<Mutant>> {
  tree.write(CONFIG, JSON.stringify(SETTINGS));
  const unmutated = await filesWithErrors(tree, []);
  if (unmutated.size > 0) {
    throw new Error(`the compiler refuses the source as it is: ${[...unmutated].join(", ")}`);
  }
  const refused = new Set<Mutant>();
  for (const batch of batchesOf(mutants)) {
    for (const mutant of await refusedOf(tree, batch)) {
      refused.add(mutant);
    }
  }
  return refused;
}

const CONFIG = "tsconfig.mutants.json";
const SETTINGS = {
  extends: "./tsconfig.json",
  compilerOptions: {
    incremental: true,
    tsBuildInfoFile: "./.mutants.tsbuildinfo",
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ["src"],
};
const BATCH = 60;

/** No two mutants of a batch are in one file. */
export function batchesOf(mutants: readonly Mutant[]): readonly (readonly Mutant[])[] {
  const batches: Map<string, Mutant>[] = [];
  for (const mutant of mutants) {
    const free = batches.find((batch) => batch.size < BATCH && !batch.has(mutant.file));
    if (free === undefined) {
      batches.push(new Map([[mutant.file, mutant]]));
    } else {
      free.set(mutant.file, mutant);
    }
  }
  return batches.map((batch) => [...batch.values()]);
}

async function refusedOf(tree: Tree, batch: readonly Mutant[]): Promise<readonly Mutant[]> {
  let left = batch;
  for (;;) {
    const wrong = await filesWithErrors(tree, left);
    if (wrong.size === 0) {
      return batch.filter((mutant) => !left.includes(mutant));
    }
    const kept = left.filter(({ file }) => !wrong.has(file));
    if (kept.length === left.length) {
      return oneByOne(tree, left, batch); // the errors are in files that import a mutant's
    }
    left = kept;
  }
}

async function oneByOne(tree: Tree, left: readonly Mutant[], batch: readonly Mutant[]): Promise<readonly Mutant[]> {
  const refused = batch.filter((mutant) => !left.includes(mutant));
  for (const mutant of left) {
    if ((await filesWithErrors(tree, [mutant])).size > 0) {
      refused.push(mutant);
    }
  }
  return refused;
}

async function filesWithErrors(tree: Tree, mutants: readonly Mutant[]): Promise<ReadonlySet<string>> {
  const originals = mutants.map(({ file }) => [file, tree.read(file)] as const);
  for (const mutant of mutants) {
    tree.write(mutant.file, applyMutant(tree.read(mutant.file), mutant));
  }
  const compiler = join(tree.packages, ".bin", "tsc");
  const { stdout, stderr, code } = await run(
    "/bin/sh",
    ["-c", 'cd "$0" && exec "$1" -p "$2" --pretty false', tree.root, compiler, CONFIG],
    {
      timeoutMs: 600_000,
    },
  );
  for (const [file, source] of originals) {
    tree.write(file, source);
  }
  const files = new Set([...stdout.matchAll(/^(src\/[^(]+)\(\d+,\d+\): error/gm)].map(([, file]) => file ?? ""));
  if (code !== 0 && files.size === 0) {
    throw new Error(`the compiler failed: ${stdout}${stderr}`);
  }
  return files;
}
