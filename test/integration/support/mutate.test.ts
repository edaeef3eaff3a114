import assert from "node:assert/strict";
import { test } from "node:test";
import { allMutants, draw } from "../../mutants/draw.ts";
import { judgeMutant } from "../../mutants/judge.ts";
import { applyMutant } from "../../mutants/mutant.ts";
import { mutantsOf } from "../../mutants/mutate.ts";
import { measureBaseline } from "../../mutants/baseline.ts";
import { copyTree } from "../../mutants/tree.ts";
import { refusedMutants } from "../../mutants/type-check.ts";

interface Case {
  readonly name: string;
  readonly source: string;
  readonly wanted: readonly string[];
}

const CASES: readonly Case[] = [
  { name: "boundaries", source: "f(a < b, c >= d);", wanted: [";", "f(a <= b, c >= d);", "f(a < b, c > d);"] },
  { name: "equality, once", source: "if (a === b) { x = c; }", wanted: ["if (a !== b) { x = c; }"] },
  {
    name: "conditions",
    source: "if (a && b) { x = c; }",
    wanted: ["if (!(a && b)) { x = c; }", "if (a || b) { x = c; }"],
  },
  {
    name: "a guard",
    source: "for (const a of b) { if (!a) { continue; } }",
    wanted: ["for (const a of b) { if (a) { continue; } }", "for (const a of b) { if (false) { continue; } }"],
  },
  { name: "a ternary", source: "x = a ? b : c;", wanted: ["x = !(a) ? b : c;"] },
  { name: "a fallback", source: "x = (a ?? b) ?? c;", wanted: ["x = (a ?? b);", "x = (a) ?? c;"] },
  {
    name: "sums, but no texts",
    source: 'x = a + b - c + "d" + `e`;',
    wanted: ['x = a - b - c + "d" + `e`;', 'x = a + b + c + "d" + `e`;'],
  },
  {
    name: "booleans and small numbers",
    source: "x = [true, 1, 77];",
    wanted: ["x = [false, 1, 77];", "x = [true, 2, 77];", "x = [true, 1];"],
  },
  {
    name: "words, but no sentences",
    source: 'x = f("one", "two three", "four");',
    wanted: ['x = f("four", "two three", "four");', 'x = f("one", "two three", "one");'],
  },
  { name: "calls", source: "await a.b(c);\nvoid d();", wanted: [";\nvoid d();", "await a.b(c);\n;"] },
  { name: "assignments", source: "a += b;", wanted: ["a -= b;"] },
  {
    name: "twins",
    source: "x = Math.min(a, b.some(c));",
    wanted: ["x = Math.max(a, b.some(c));", "x = Math.min(a, b.every(c));"],
  },
  { name: "no logs", source: 'context.log.warn({ a: b < c }, "text");', wanted: [] },
  { name: "no durations", source: "const POLL_MS = 5 * 60;", wanted: [] },
  {
    name: "no types, no imports",
    source: 'import { a } from "b";\ntype C = "d" | "e";\nlet f: "d" | "e";',
    wanted: [],
  },
];

for (const { name, source, wanted } of CASES) {
  test(`mutants: ${name}`, () => {
    const made = mutantsOf("a.ts", source).map((mutant) => applyMutant(source, mutant));
    assert.deepEqual(made.sort(), [...wanted].sort());
  });
}

test("a seed draws the same mutants again, another seed others, and a larger count begins with those of a smaller one", () => {
  const all = allMutants(["src/plan"]);
  const drawn = draw(all, 20, 5);
  assert.equal(new Set(drawn).size, 20);
  assert.deepEqual(draw(allMutants(["src/plan"]), 20, 5), drawn);
  assert.deepEqual(draw(all, 10, 5), drawn.slice(0, 10));
  assert.notDeepEqual(draw(all, 20, 6), drawn);
  assert.equal(draw(all, all.length + 1, 5).length, all.length);
});

test("a change of one file changes only the mutants of that file that are drawn", () => {
  const [all, some] = [
    allMutants(["src/plan"]),
    allMutants(["src/plan"]).filter(({ file }) => file !== "src/plan/diff.ts"),
  ];
  const others = draw(all, 200, 5).filter(({ file }) => file !== "src/plan/diff.ts");
  assert.ok(others.length > 100 && others.length < 200);
  assert.deepEqual(draw(some, others.length, 5), others);
});

test("a mutant that a test notices is killed, one that changes nothing survives, and the compiler's are refused", async () => {
  using tree = copyTree();
  const file = "src/dns/serial.ts";
  const source = tree.read(file);
  const mutants = mutantsOf(file, source);
  const baseline = await measureBaseline(tree, "test/unit/dns/serial.test.ts");
  assert.equal(baseline.failure, undefined);
  const [first] = mutants;
  assert.ok(first !== undefined);
  const at = source.indexOf("export function");
  const same = { ...first, start: at, end: at, by: " ", runsAt: first.runsAt };
  assert.equal((await judgeMutant(tree, first, [baseline], 1000)).kind, "killed");
  assert.deepEqual(await judgeMutant(tree, same, [baseline], 1000), { kind: "survived", ran: 1, unrun: 0 });
  assert.deepEqual(await judgeMutant(tree, { ...first, file: "src/main.ts" }, [baseline], 1000), { kind: "untouched" });
  const refused = { ...same, by: 'export const wrong: number = "text";\n' };
  assert.deepEqual(
    [...(await refusedMutants(tree, [first, refused, { ...same, file: "src/base/order.ts", start: 0, end: 0 }]))],
    [refused],
  );
  assert.equal(tree.read(file), source);
});

test("the number that the compiler wants after an index is no behavior; one that a map's missing key shows is", () => {
  const classes = (source: string): readonly string[] =>
    mutantsOf("src/dns/a.ts", source).flatMap(({ kind, class: of, after }) =>
      kind === "number" ? [`${of} ${after}`] : [],
    );
  assert.deepEqual(classes("const a = bytes[at] ?? 0;"), ["index const a = bytes[at] ?? 1;"]);
  assert.deepEqual(classes("const a = bytes[at + 2] ?? 0;"), [
    "behavior const a = bytes[at + 3] ?? 0;",
    "index const a = bytes[at + 2] ?? 1;",
  ]);
  assert.deepEqual(classes("const a = counts.get(key) ?? 0;"), ["behavior const a = counts.get(key) ?? 1;"]);
  assert.deepEqual(classes("const a = [1, 2];"), ["behavior const a = [2, 2];", "behavior const a = [1, 3];"]);
});
