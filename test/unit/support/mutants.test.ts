import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { classOf } from "../../mutants/class.ts";
import { executedRanges, isExecuted, joinRanges } from "../../mutants/coverage.ts";
import type { Verdict } from "../../mutants/judge.ts";
import type { Mutant, MutantClass } from "../../mutants/mutant.ts";
import { parseOptions } from "../../mutants/options.ts";
import { reportOf } from "../../mutants/report.ts";
import { parseResults, survivorsOf } from "../../mutants/row-verdict.ts";
import { parseRow, problemsOf, readRows } from "../../mutants/rows.ts";

test("each kept breakage can still be made: its text is in its file exactly once, and its tests exist", () => {
  const read = (file: string): string | undefined => (existsSync(file) ? readFileSync(file, "utf8") : undefined);
  assert.deepEqual(
    readRows().flatMap((row) => problemsOf(row, read)),
    [],
  );
});

test("a row with a pattern is killed only if each test that it selects fails", () => {
  const run = (code: number, ...passed: readonly boolean[]) => ({
    code,
    results: passed.map((one, index) => ({ name: `t${index}`, passed: one })),
  });
  const named = { pattern: "P7" };
  const whole = { pattern: undefined };
  assert.deepEqual(survivorsOf(named, "a.test.ts", run(1, false, true)), ["a.test.ts: t1"]);
  assert.deepEqual(survivorsOf(named, "a.test.ts", run(1, false, false)), []);
  assert.deepEqual(survivorsOf(named, "a.test.ts", run(0)), ["a.test.ts"], "no test had the name");
  assert.deepEqual(survivorsOf(whole, "a.test.ts", run(1, false, true)), []);
  assert.deepEqual(survivorsOf(whole, "a.test.ts", run(0, true)), ["a.test.ts"]);
  assert.deepEqual(
    parseResults('noise\n{"name":"P7: a \\"b\\"","passed":true}\n{"name":"c","passed":false}\n{"name":"d"}\n'),
    [
      { name: 'P7: a "b"', passed: true },
      { name: "c", passed: false },
    ],
  );
});

test("a row whose text is missing, or there twice, or whose test is gone, is named", () => {
  const row = parseRow("M1", {
    id: "M1",
    change: "c",
    promise: "P1",
    file: "src/a.ts",
    replace: "x",
    by: "",
    tests: ["a.test.ts"],
  });
  const files: Readonly<Record<string, string>> = { "a.test.ts": "" };
  assert.deepEqual(
    problemsOf(row, (file) => ({ ...files, "src/a.ts": "axb" })[file]),
    [],
  );
  assert.deepEqual(
    problemsOf(row, (file) => ({ ...files, "src/a.ts": "xx" })[file]),
    ["M1: src/a.ts has the text 2 times"],
  );
  assert.deepEqual(
    problemsOf(row, () => undefined),
    ["M1: no test a.test.ts", "M1: src/a.ts has the text 0 times"],
  );
  assert.throws(() => parseRow("M2", { id: "M1" }), /rows\/M2\.json/);
});

test("V8's ranges are nested, and the innermost one says whether a text ran", () => {
  const range = (startOffset: number, endOffset: number, count: number) => ({ startOffset, endOffset, count });
  const ran = executedRanges([range(0, 100, 1), range(10, 50, 0), range(20, 30, 3), range(60, 70, 0)]);
  assert.deepEqual(ran, [0, 10, 20, 30, 50, 60, 70, 100]);
  assert.deepEqual(executedRanges([range(0, 9, 0)]), []);
  const executed = { "src/a.ts": ran };
  assert.deepEqual(
    [9, 10, 19, 20, 29, 30, 99, 100].map((offset) => isExecuted(executed, "src/a.ts", offset)),
    [true, false, false, true, true, false, true, false],
  );
  assert.equal(isExecuted(executed, "src/b.ts", 5), false);
});

test("what several processes ran is joined", () => {
  assert.deepEqual(joinRanges([0, 10, 20, 30], [5, 15, 30, 40]), [0, 15, 20, 40]);
  assert.deepEqual(joinRanges([], [1, 2]), [1, 2]);
});

test("what only counts or waits is no behavior", () => {
  const cases: readonly (readonly [string, string | undefined, MutantClass])[] = [
    ["src/plan/diff.ts", undefined, "behavior"],
    ["src/ops/series.ts", undefined, "metrics"],
    ["src/controller/zone/reconcile.ts", "context.report.observer.drift(zone);", "metrics"],
    ["src/controller/zone/reconcile.ts", "context.report.reporter.event(zone);", "behavior"],
    ["src/base/backoff.ts", undefined, "pace"],
    ["src/kube/lease/leader-election.ts", "timer.unref();", "pace"],
    ["src/responder/respond/respond.ts", "counters.dropped += 1;", "metrics"],
    ["src/responder/respond/respond.ts", "limits.dropped += 1;", "behavior"],
  ];
  for (const [file, statement, expected] of cases) {
    assert.equal(classOf(file, statement), expected, `${file} ${statement}`);
  }
});

test("the number that the compiler wants after an index is no behavior; one that a map's missing key shows is", () => {
  const classes = (before: string, kind = "number"): MutantClass =>
    classOf("src/dns/a.ts", undefined, { kind, before });
  assert.equal(classes("const a = bytes[at] ?? "), "index");
  assert.equal(classes("const a = bytes[at]\n  ?? "), "index");
  assert.equal(classes("const a = bytes[at + "), "behavior");
  assert.equal(classes("const a = counts.get(key) ?? "), "behavior");
  assert.equal(classes("const a = bytes[at] ?? ", "word"), "behavior");
});

test("the report judges what a user could notice, by folder and as a whole, and counts a refused mutant nowhere", () => {
  const killed: Verdict = { kind: "killed", stage: "unit", by: "a test" };
  const survived: Verdict = { kind: "survived", ran: 3, unrun: 0 };
  const many = (count: number, file: string, kind: MutantClass, verdict: Verdict | { readonly kind: "refused" }) =>
    Array.from({ length: count }, () => ({ mutant: mutant(file, kind), verdict }));
  const good = [
    ...many(19, "src/dns/a.ts", "behavior", killed),
    ...many(1, "src/dns/a.ts", "behavior", survived),
    ...many(9, "src/dns/a.ts", "metrics", survived),
    ...many(9, "src/dns/a.ts", "behavior", { kind: "refused" }),
  ];
  assert.deepEqual(reportOf(good).shortfalls, []);
  assert.ok(reportOf(good).lines.includes("| what a user could notice | 20 | 19 (95.0 %) | 19 (95.0 %) | 1 | 0 |"));
  const bad = [...many(80, "src/dns/a.ts", "behavior", killed), ...many(8, "src/plan/a.ts", "behavior", killed)];
  assert.deepEqual(reportOf([...bad, ...many(2, "src/plan/a.ts", "behavior", { kind: "untouched" })]).shortfalls, [
    "plan: 80.0 % are killed; wanted: 90 %",
  ]);
  assert.deepEqual(reportOf([...bad, ...many(5, "src/ops/a.ts", "behavior", survived)]).shortfalls, [
    "94.6 % are killed; wanted: 95 %",
  ]);
});

test("the command line", () => {
  const read = (words: string) => {
    const parsed = parseOptions(words === "" ? [] : words.split(" "));
    return parsed.kind === "ok" ? parsed.options : undefined;
  };
  const fault = (words: string): string => {
    const parsed = parseOptions(words.split(" "));
    return parsed.kind === "ok" ? "" : parsed.message;
  };
  assert.deepEqual(
    read(
      "--seed 7 --count 9 --folder src/dns/ --folder src/plan --unit-only --tests test/unit/ --jobs 1 --limit-seconds 60",
    ),
    {
      seed: 7,
      count: 9,
      folders: ["src/dns", "src/plan"],
      unitOnly: true,
      tests: ["test/unit"],
      jobs: 1,
      limitMs: 60_000,
      rows: undefined,
      help: false,
    },
  );
  assert.deepEqual(read("--rows M1 S02"), { ...read(""), rows: ["M1", "S02"] });
  assert.equal(read("")?.rows, undefined);
  assert.match(fault("--count 0"), /--count takes a whole number/);
  assert.match(fault("--seed x"), /a seed is a whole number/);
  assert.match(fault("M1"), /unknown word "M1"/);
});

function mutant(file: string, kind: MutantClass): Mutant {
  return {
    file,
    class: kind,
    start: 0,
    end: 1,
    by: "",
    runsAt: 0,
    kind: "operator",
    place: "1:1",
    before: "a",
    after: "b",
  };
}
