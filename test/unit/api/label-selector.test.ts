import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesLabels, selectorQuery, type LabelSelector } from "../../../src/api/label-selector.ts";

const WEB = { team: "web", stage: "prod" };

const CASES: readonly (readonly [name: string, selector: LabelSelector, matches: boolean, query: string])[] = [
  ["nothing", {}, true, ""],
  ["two labels", { matchLabels: { team: "web", stage: "prod" } }, true, "stage=prod,team=web"],
  ["another value", { matchLabels: { team: "api" } }, false, "team=api"],
  ["a label that is missing", { matchLabels: { owner: "" } }, false, "owner="],
  ["In", { matchExpressions: [{ key: "team", operator: "In", values: ["web", "api"] }] }, true, "team in (api,web)"],
  [
    "In without the label",
    { matchExpressions: [{ key: "owner", operator: "In", values: ["web"] }] },
    false,
    "owner=web",
  ],
  ["NotIn", { matchExpressions: [{ key: "team", operator: "NotIn", values: ["web"] }] }, false, "team notin (web)"],
  [
    "NotIn without the label",
    { matchExpressions: [{ key: "owner", operator: "NotIn", values: ["web"] }] },
    true,
    "owner notin (web)",
  ],
  ["Exists", { matchExpressions: [{ key: "team", operator: "Exists" }] }, true, "team"],
  ["DoesNotExist", { matchExpressions: [{ key: "team", operator: "DoesNotExist" }] }, false, "!team"],
  ["a name of every object", { matchExpressions: [{ key: "toString", operator: "Exists" }] }, false, "toString"],
  [
    "labels and expressions, of which one isn't met",
    { matchLabels: { team: "web" }, matchExpressions: [{ key: "stage", operator: "NotIn", values: ["prod", "test"] }] },
    false,
    "stage notin (prod,test),team=web",
  ],
];

for (const [name, selector, matches, query] of CASES) {
  test(`a selector: ${name}`, () => {
    assert.deepEqual([matchesLabels(selector, WEB), selectorQuery(selector)], [matches, query]);
  });
}
