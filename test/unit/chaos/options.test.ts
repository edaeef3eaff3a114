import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChaosOptions } from "../../chaos/options.ts";

test("the defaults are 1,000 kills in 75 minutes, and a random seed", () => {
  const one = parseChaosOptions([]);
  const other = parseChaosOptions([]);
  assert.ok(one.kind === "ok" && other.kind === "ok");
  assert.deepEqual(
    { ...one.options, seed: 0 },
    { seed: 0, kills: 1000, minutes: 75, record: undefined, main: undefined },
  );
  assert.notEqual(one.options.seed, other.options.seed);
});

test("options are read, and mistakes are named", () => {
  assert.deepEqual(parseChaosOptions(["--seed", "5", "--kills=30", "--minutes", "1.5", "--record=run.jsonl"]), {
    kind: "ok",
    options: { seed: 5, kills: 30, minutes: 1.5, record: "run.jsonl", main: undefined },
  });
  assert.deepEqual(parseChaosOptions(["--help"]), { kind: "help" });
  const mistakes = [["--kills", "many"], ["--minutes", "0"], ["--seed", "-1"], ["--unknown"]];
  for (const words of mistakes) {
    const result = parseChaosOptions(words);
    assert.ok(result.kind === "invalid" && result.message.includes(words[0] ?? ""), JSON.stringify(result));
  }
});
