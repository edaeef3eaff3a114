import { existsSync, readFileSync } from "node:fs";
import { run } from "../support/run.ts";
import { applyEdit, problemsOf, readRows, type Row } from "./rows.ts";
import { copyTree, type Tree } from "./tree.ts";

/** Shows for each row that its tests pass on the source as it is, and fail with its change. Returns whether that is so for all. */
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

async function judgeRow(tree: Tree, row: Row, unmutated: Map<string, boolean>): Promise<string> {
  const problems = problemsOf(row, (file) => (existsSync(file) ? readFileSync(file, "utf8") : undefined));
  if (problems.length > 0) {
    return `NOT APPLIED (${problems.join("; ")})`;
  }
  const key = JSON.stringify([row.pattern, row.tests]);
  const passes = unmutated.get(key) ?? (await testsPass(tree, row));
  unmutated.set(key, passes);
  if (!passes) {
    return "NOT JUDGED, its tests fail without the change";
  }
  const originals = row.edits.map(({ file }) => [file, tree.read(file)] as const);
  for (const edit of row.edits) {
    tree.write(edit.file, applyEdit(tree.read(edit.file), edit));
  }
  const started = performance.now();
  const survived = await testsPass(tree, row);
  for (const [file, source] of originals.reverse()) {
    tree.write(file, source);
  }
  return survived ? "SURVIVED" : `killed in ${Math.round((performance.now() - started) / 1000)} s`;
}

const LIMIT_MS = 30 * 60_000;

/** A run in which no test ran, because nothing has the pattern's name or all are skipped, isn't one that passes. */
async function testsPass(tree: Tree, row: Row): Promise<boolean> {
  const pattern = row.pattern === undefined ? [] : [`--test-name-pattern=${row.pattern}`];
  const args = ["--test", "--test-reporter=tap", "--test-timeout=900000", ...pattern, ...row.tests];
  const { stdout, code } = await run("/bin/sh", ["-c", 'cd "$0" && exec "$@"', tree.root, process.execPath, ...args], {
    timeoutMs: LIMIT_MS,
    env: { TMPDIR: tree.temporary, CI: "true" },
  });
  tree.clean();
  return code === 0 && Number(/^# pass (\d+)$/m.exec(stdout)?.[1] ?? 0) > 0;
}
