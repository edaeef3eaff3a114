import assert from "node:assert/strict";
import { test } from "node:test";
import { parseResults, resultReader, type RunnerEvent } from "../../results/result.ts";

const FILE = "/checkout/test/a.test.ts";
const HELPER = "/checkout/test/helper.ts";

function event(type: string, name: string, nesting: number, more: object = {}): RunnerEvent {
  return { type: `test:${type}`, data: { name, nesting, file: HELPER, ...more } };
}

test("the events of a file become results with the file that ran and the path of names", () => {
  const reader = resultReader("/checkout");
  const events = [
    event("start", "suite", 0),
    event("start", "inner", 1),
    event("pass", "inner", 1),
    event("start", "no reason", 1),
    event("pass", "no reason", 1, { skip: true }),
    event("pass", "suite", 0, { details: { type: "suite" } }),
    event("start", "whole suite", 0),
    event("pass", "whole suite", 0, { skip: "no server", details: { type: "suite" } }),
    event("start", "later", 0),
    event("fail", "later", 0, { todo: "one day" }),
    event("start", "known", 0),
    event("pass", "known", 0, { expectFailure: "a fault" }),
    event("start", "repaired", 0),
    event("fail", "repaired", 0, { expectFailure: "a fault" }),
    { type: "test:diagnostic", data: { nesting: 0, file: HELPER, message: "ran x" } },
    { type: "test:diagnostic", data: { nesting: 0, message: "tests 9" } },
  ];
  assert.deepEqual(
    events.flatMap((one) => reader.read(one)),
    [],
  );
  const results = reader.read({ type: "test:summary", data: { file: FILE, counts: {} } });
  assert.deepEqual(
    results.map(({ kind, test, text }) => [kind, test, text]),
    [
      ["pass", "suite > inner", undefined],
      ["skip", "suite > no reason", ""],
      ["pass", "suite", undefined],
      ["skip", "whole suite", "no server"],
      ["todo", "later", "one day"],
      ["expected-failure", "known", "a fault"],
      ["fail", "repaired", undefined],
      ["note", "", "ran x"],
    ],
  );
  assert.deepEqual([...new Set(results.map(({ file }) => file))], ["test/a.test.ts"]);
  assert.deepEqual(reader.rest(), []);
  assert.deepEqual(parseResults(results.map((result) => `${JSON.stringify(result)}\n`).join("")), results);
});

test("where files share a process, the file is the one in which the test is written", () => {
  const reader = resultReader("/checkout");
  assert.deepEqual(
    [event("start", "one", 0), event("pass", "one", 0), { type: "test:summary", data: { counts: {} } }].flatMap((one) =>
      reader.read(one),
    ),
    [],
  );
  assert.deepEqual(reader.rest(), [{ kind: "pass", file: "test/helper.ts", test: "one" }]);
});

test("a line that is no result is an error", () => {
  assert.throws(() => parseResults('{"kind":"passed","file":"a","test":"b"}\n'), /no result of a test/);
  assert.throws(() => parseResults("not JSON\n"), SyntaxError);
});
