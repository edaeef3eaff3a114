import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, AliasStatus, DnsAlias } from "../../../../src/api/dns-alias.ts";
import { expectedSelection, selectionFromStatus, selects } from "../../../../src/plan/select/applied-selection.ts";
import { alias } from "../../../support/objects.ts";

const MAIN = ["192.0.2.1", "192.0.2.2"];
const SECOND = ["192.0.2.9"];

function steered(status: Partial<AliasStatus> | undefined, spec: Partial<AliasSpec> = {}): DnsAlias {
  const targets: AliasSpec["targets"] = [
    { kind: "addresses", name: "main", priority: 0, addresses: MAIN },
    { kind: "addresses", name: "second", priority: 1, addresses: SECOND },
  ];
  const made = alias("web/shop", { spec: { selection: "Failover", targets, ...spec } });
  return status === undefined
    ? made
    : { ...made, status: { observedGeneration: 1, conditions: [], hostnames: [], targets: [], ...status } };
}

function selected(target: string, published: readonly string[]): Partial<AliasStatus> {
  const times = { lastTransitionTime: "2026-11-30T12:00:00Z" };
  const shown = { chain: [], outcome: "Static", ...times };
  return {
    selected: { targets: [target], reason: "FailedOver", ...times },
    hostnames: [{ hostname: "example.com", zone: "dns/com", addresses: published }],
    targets: [
      { name: "main", addresses: MAIN, ...shown },
      { name: "second", addresses: SECOND, ...shown },
    ],
  };
}

test("an alias selects with Failover, Weighted, or a health check, and not otherwise", () => {
  assert.equal(selects(steered(undefined, { selection: "Weighted" })), true);
  assert.equal(selects(steered(undefined)), true);
  assert.equal(selects(steered(undefined, { selection: "Merge" })), false);
  const checked: AliasSpec["targets"] = [
    { kind: "addresses", priority: 0, addresses: MAIN, healthCheck: { kind: "none" } },
  ];
  assert.equal(selects(steered(undefined, { selection: "Merge", targets: checked })), true);
});

test("without a selection in the status nothing is selected yet", () => {
  assert.deepEqual(selectionFromStatus(steered(undefined)), { kind: "pending" });
  assert.deepEqual(selectionFromStatus(steered({})), { kind: "pending" });
  assert.deepEqual(selectionFromStatus(steered(selected("gone", []))), { kind: "pending" });
  assert.equal(selectionFromStatus(steered({}, { selection: "Merge" })), undefined);
});

const DOWN = [
  { name: "the status lists none", target: "main", main: undefined, second: undefined, down: [] },
  { name: "the status lists one", target: "main", main: ["192.0.2.1"], second: undefined, down: ["192.0.2.1"] },
  { name: "all are", target: "main", main: MAIN, second: undefined, down: MAIN },
  { name: "those of another target don't count", target: "second", main: ["192.0.2.1"], second: undefined, down: [] },
  { name: "one that two targets have", target: "both", main: ["192.0.2.2"], second: undefined, down: [] },
  {
    name: "one that is down for both",
    target: "both",
    main: ["192.0.2.2"],
    second: ["192.0.2.2"],
    down: ["192.0.2.2"],
  },
];

for (const { name, target, main, second, down } of DOWN) {
  test(`addresses of the selected target that are down: ${name}`, () => {
    const status = selected(target, MAIN);
    const [first, other] = status.targets ?? [];
    assert.ok(first && other);
    const isBoth = target === "both";
    const applied = selectionFromStatus(
      steered({
        ...status,
        ...(status.selected && { selected: { ...status.selected, targets: isBoth ? ["main", "second"] : [target] } }),
        targets: [
          { ...first, ...(main && { unhealthyAddresses: main }) },
          {
            ...other,
            addresses: isBoth ? ["192.0.2.2"] : SECOND,
            ...(second && { unhealthyAddresses: second }),
          },
        ],
      }),
    );
    assert.ok(applied?.kind === "selected");
    assert.deepEqual([...MAIN, ...SECOND].filter(applied.isDown), down);
  });
}

test("a command before the first run expects the first choice, without targets of weight 0", () => {
  const [a, b, c] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map((address) => [address]);
  const targets = (weights: readonly (number | undefined)[]): AliasSpec["targets"] =>
    [a, b, c].map((addresses = [], index) => ({
      kind: "addresses",
      name: "abc"[index] ?? "",
      priority: 0,
      ...(weights[index] !== undefined && { weight: weights[index] }),
      addresses,
    }));
  const expected = (weights: readonly (number | undefined)[], selection: AliasSpec["selection"]): string => {
    const applied = expectedSelection(steered(undefined, { selection, targets: targets(weights) }));
    return applied?.kind === "selected" ? [...applied.targets].join("") : (applied?.kind ?? "none");
  };
  assert.equal(expected([9, 1, 0], "Weighted"), "ab");
  assert.equal(expected([undefined, undefined, undefined], "Failover"), "abc");
  assert.equal(expected([undefined, undefined, undefined], "Merge"), "none");
});

test("if no target is healthy, the policy of the spec applies", () => {
  const status: Partial<AliasStatus> = {
    ...selected("main", MAIN),
    conditions: [
      {
        type: "Healthy",
        status: "False",
        reason: "AllUnhealthy",
        message: "",
        observedGeneration: 1,
        lastTransitionTime: "2026-11-30T12:00:00Z",
      },
    ],
  };
  assert.equal(selectionFromStatus(steered(status))?.kind, "selected");
  assert.equal(selectionFromStatus(steered(status, { onUnhealthy: "Withdraw" }))?.kind, "withdrawn");
  assert.equal(selectionFromStatus(steered(status, { onUnhealthy: "Fallback" }))?.kind, "fallback");
});

test("a command expects the first choice before the first selection, and otherwise the selection of the status", () => {
  const expected = (made: DnsAlias): string => {
    const applied = expectedSelection(made);
    return applied?.kind === "selected" ? [...applied.targets].join() : `${applied?.kind}`;
  };
  assert.equal(expected(steered(undefined)), "main");
  assert.equal(expected(steered(selected("second", []))), "second");
  assert.equal(expected(steered(undefined, { selection: "Merge" })), "undefined");
  const equal: AliasSpec["targets"] = [
    { kind: "addresses", name: "third", priority: 2, addresses: ["192.0.2.3"] },
    { kind: "addresses", name: "main", priority: 1, addresses: MAIN },
    { kind: "addresses", name: "second", priority: 1, addresses: SECOND },
  ];
  assert.equal(expected(steered(undefined, { targets: equal })), "main,second");
  const applied = expectedSelection(steered(undefined));
  assert.ok(applied?.kind === "selected" && !MAIN.some(applied.isDown));
});
