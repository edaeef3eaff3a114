import assert from "node:assert/strict";
import { test } from "node:test";
import { createTargetHistory } from "../../support/target-history.ts";
import { wrongAnswers } from "../../support/wrong-answers.ts";

const history = createTargetHistory();
history.set("w.example A", ["11.0.0.1"], 0);
history.set("w.example A", ["11.0.0.2"], 1_000);

for (const { name, at = 1_500, answer, isWrong } of [
  { name: "the present address is right", answer: ["11.0.0.2"], isWrong: false },
  { name: "the last address within the bound is right", answer: ["11.0.0.1"], isWrong: false },
  { name: "the last address after the bound is wrong", at: 62_000, answer: ["11.0.0.1"], isWrong: true },
  { name: "an address that the target never had is wrong", answer: ["11.66.66.66"], isWrong: true },
  { name: "an address beside the right one is wrong", answer: ["11.0.0.2", "11.66.66.66"], isWrong: true },
  { name: "an answer without an address is wrong", answer: [], isWrong: true },
  { name: "a failure is wrong", answer: "ETIMEOUT", isWrong: true },
]) {
  test(name, () => {
    const sample = { at, name: "w.example", family: "A", answer };
    assert.equal(wrongAnswers([sample], history, { boundMs: 60_000, count: 1 }).length, isWrong ? 1 : 0);
  });
}
