import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { type Executed, readExecuted } from "./coverage.ts";
import type { MutantOptions } from "./options.ts";
import { runTests } from "./run-test.ts";
import type { Tree } from "./tree.ts";

/** What a test file does on the source as it is. */
export interface Baseline {
  readonly file: string;
  readonly isUnit: boolean;
  readonly tookMs: number;
  /** Why it fails without any mutant; it can't kill one then. */
  readonly failure?: string;
  readonly executed: Executed;
}

/**
 * Test files that can kill a mutant of the sources: the unit tests that import one, and all others unless `unitOnly`, because those start
 * the program. The tests in test/e2e take minutes each and aren't among them.
 */
export function testFiles(
  sources: ReadonlySet<string>,
  { unitOnly, tests }: Pick<MutantOptions, "unitOnly" | "tests">,
): readonly string[] {
  const unit = globSync("test/unit/**/*.test.ts").filter((file) => closureOf(file).some((name) => sources.has(name)));
  const others = unitOnly
    ? []
    : ["fuzz", "contract", "integration"].flatMap((suite) => globSync(`test/${suite}/**/*.test.ts`));
  return [...unit, ...others]
    .filter((file) => !NOT_OF_SRC.some((folder) => file.startsWith(folder)))
    .filter((file) => tests.length === 0 || tests.some((folder) => file.startsWith(folder)))
    .sort();
}

/** They test the tests, the image, and the pages; some start this program. */
const NOT_OF_SRC = ["test/integration/support/", "test/integration/install/image"];

/** Runs one test file with coverage, or takes what an earlier run of the same sources found. */
export async function measureBaseline(tree: Tree, file: string): Promise<Baseline> {
  const cache = join(CACHE, `${keyOf(file)}.json`);
  if (existsSync(cache)) {
    const known: Baseline = JSON.parse(readFileSync(cache, "utf8"));
    return known;
  }
  const isUnit = file.startsWith("test/unit/");
  const folder = mkdtempSync(join(tmpdir(), "mutant-coverage-"));
  const result = await runTests(tree, [file], { isUnit, coverageFolder: folder });
  const baseline: Baseline = {
    file,
    isUnit,
    tookMs: Math.round(result.tookMs),
    ...(result.kind === "passed" ? {} : { failure: result.kind === "failed" ? result.by : "it doesn't end" }),
    executed: readExecuted(folder, realpathSync(tree.root)),
  };
  rmSync(folder, { recursive: true, force: true });
  if (baseline.failure === undefined) {
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(cache, JSON.stringify(baseline));
  }
  return baseline;
}

const CACHE = join("node_modules", ".cache", "dnsalias-mutants");

/** The same for the same sources: all of src, the test, and all that it imports. */
function keyOf(file: string): string {
  const hash = createHash("sha256");
  for (const name of [...allSources(), ...closureOf(file).filter((path) => !path.startsWith("src/"))]) {
    hash.update(`${name}\0`).update(readFileSync(name)).update("\0");
  }
  return hash.digest("hex").slice(0, 32);
}

function allSources(): readonly string[] {
  return ["package-lock.json", ...globSync("src/**/*.ts")].sort();
}

const IMPORT = /(?:from|import)\s*\(?"(\.[^"]+\.ts)"/g;

/** The file and all that it imports, sorted. */
function closureOf(file: string): readonly string[] {
  const seen = new Set<string>([file]);
  for (const name of seen) {
    for (const [, path = ""] of readFileSync(name, "utf8").matchAll(IMPORT)) {
      const imported = normalize(join(dirname(name), path));
      if (existsSync(imported)) {
        seen.add(imported);
      }
    }
  }
  return [...seen].sort();
}
