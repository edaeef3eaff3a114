import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { blocksOfPage, documentPages } from "../support/doc-pages.ts";
import { missingBlocks } from "./blocks.ts";
import { EXPECTED } from "./expected.ts";
import { judgeResults, skipsOf } from "./judge.ts";
import { parseResults, type Result } from "./result.ts";

/** `npm run test:results`: reads what the suites wrote beside this file, prints what is wrong with it, and ends with 1 if anything is. */
function main(): void {
  const results = readResults();
  for (const [suite, ofSuite] of results) {
    console.log(`${suite}: ${summaryOf(ofSuite)}`);
  }
  const isRoot = process.getuid?.() === 0;
  const complete = process.env["CI"] === "true";
  const blocks = documentPages().flatMap(blocksOfPage);
  const problems = [
    ...SUITES.filter((suite) => !results.has(suite)).map((suite) => `${suite} left no results`),
    ...judgeResults({
      ...EXPECTED,
      results,
      files: SUITES.flatMap(testFiles),
      isRoot,
      complete,
    }),
    ...missingBlocks({
      blocks,
      results: [...results.values()].flat(),
      complete,
      skips: skipsOf({ skips: EXPECTED.skips, isRoot }),
    }),
  ];
  for (const problem of problems) {
    console.log(problem);
  }
  console.log(problems.length === 0 ? "all results are as they are listed" : `${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** The folders of test files. */
const SUITES = ["unit", "contract", "integration", "fuzz", "e2e", "cluster"];

function readResults(): ReadonlyMap<string, readonly Result[]> {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".jsonl"));
  return new Map(
    files
      .toSorted()
      .map((file) => [basename(file, ".jsonl"), parseResults(readFileSync(join(import.meta.dirname, file), "utf8"))]),
  );
}

function testFiles(suite: string): readonly string[] {
  return readdirSync(join("test", suite), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .map((file) => join("test", suite, file))
    .toSorted();
}

function summaryOf(results: readonly Result[]): string {
  const count = (kind: Result["kind"]) => results.filter((result) => result.kind === kind).length;
  return `${count("pass")} passed, ${count("fail")} failed, ${count("skip")} skipped, ${count("expected-failure")} failed as expected`;
}

main();
