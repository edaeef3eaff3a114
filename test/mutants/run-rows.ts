import { existsSync, readFileSync } from "node:fs";
import { run } from "../support/run.ts";
import { parseResults, type RowRun, survivorsOf } from "./row-verdict.ts";
import { applyEdit, problemsOf, readRows, type Row } from "./rows.ts";
import { copyTree, type Tree } from "./tree.ts";

/** Shows for each row that each of its tests passes on the source as it is, and fails with its change. Returns whether that is so for all. */
export async function runRows(ids: readonly string[]): Promise<boolean> {
  const rows = readRows();
  const unknown = ids.filter((id) => rows.every((row) => row.id !== id));
  if (unknown.length > 0) {
    console.error(`there is no row ${unknown.join(", ")}`);
    return false;
  }
  using tree = copyTree();
  const unmutated = new Map<string, boolean>();
  let wrong = 0;
  for (const row of rows.filter(({ id }) => ids.length === 0 || ids.includes(id))) {
    const verdict = await judgeRow(tree, row, unmutated);
    wrong += verdict.startsWith("killed") ? 0 : 1;
    console.log(`${row.id} ${verdict}: ${row.change} (${row.promise})`);
  }
  console.log(wrong === 0 ? "each row makes its tests fail" : `${wrong} rows don't make their tests fail`);
  return wrong === 0;
}

/** Each test file of the row is judged alone: one that fails doesn't excuse one that passes. */
async function judgeRow(tree: Tree, row: Row, unmutated: Map<string, boolean>): Promise<string> {
  const problems = problemsOf(row, (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined));
  if (problems.length > 0) {
    return `NOT APPLIED (${problems.join("; ")})`;
  }
  for (const test of row.tests) {
    const key = JSON.stringify([row.pattern, test]);
    const passes = unmutated.get(key) ?? (await testPasses(tree, row, test));
    unmutated.set(key, passes);
    if (!passes) {
      return `NOT JUDGED, ${test} fails without the change`;
    }
  }
  const originals = row.edits.map(({ file }) => [file, tree.read(file)] as const);
  for (const edit of row.edits) {
    tree.write(edit.file, applyEdit(tree.read(edit.file), edit));
  }
  const started = performance.now();
  const survived: string[] = [];
  for (const test of row.tests) {
    survived.push(...survivorsOf(row, test, await runRowTest(tree, row, test)));
  }
  for (const [file, source] of originals.reverse()) {
    tree.write(file, source);
  }
  const seconds = Math.round((performance.now() - started) / 1000);
  return survived.length === 0 ? `killed in ${seconds} s` : `SURVIVED ${survived.join(", ")}`;
}

const LIMIT_MS = 30 * 60_000;
const REPORTER = "./test/mutants/row-results.ts";

/** A run in which no test ran, because nothing has the pattern's name or all are skipped, isn't one that passes. */
async function testPasses(tree: Tree, row: Row, test: string): Promise<boolean> {
  const { code, results } = await runRowTest(tree, row, test);
  return code === 0 && results.length > 0;
}

async function runRowTest(tree: Tree, row: Row, test: string): Promise<RowRun> {
  const pattern = row.pattern === undefined ? [] : [`--test-name-pattern=${row.pattern}`];
  const args = ["--test", `--test-reporter=${REPORTER}`, "--test-timeout=900000", ...pattern, test];
  const { stdout, code } = await run("/bin/sh", ["-c", 'cd "$0" && exec "$@"', tree.root, process.execPath, ...args], {
    timeoutMs: LIMIT_MS,
    env: { TMPDIR: tree.temporary, CI: "true" },
  });
  tree.clean();
  return { code, results: parseResults(stdout) };
}
