import assert from "node:assert/strict";
import { test } from "node:test";
import type { AliasSpec, AliasStatus, DnsAlias, TargetStatus } from "../../../../src/api/dns-alias.ts";
import { restoredHealth, restoredState } from "../../../../src/controller/health/steering-state.ts";
import { alias } from "../../../support/objects.ts";
import { NOW, observed } from "./observed.ts";

const MAIN = ["11.0.0.1", "11.0.0.2"];
const SECOND = ["11.0.0.9"];
const TARGETS: AliasSpec["targets"] = [
  { kind: "addresses", name: "main", priority: 0, addresses: MAIN },
  { kind: "addresses", name: "second", priority: 1, addresses: SECOND },
];

const SWITCHED = "2026-11-30T13:00:00Z";
const SWITCHED_AT = Date.UTC(2026, 10, 30, 13);

function target(name: string, addresses: readonly string[], more: Partial<TargetStatus> = {}): TargetStatus {
  return {
    name,
    chain: [],
    addresses,
    outcome: "Static",
    lastTransitionTime: "2026-11-30T10:00:00Z",
    health: "Healthy",
    healthTransitionTime: "2026-11-30T11:00:00Z",
    ...more,
  };
}

/** DnsAlias web/shop with this status, in which it is on `second`, unless the rest says otherwise. */
function shop(more: Partial<AliasStatus> = {}, spec: Partial<AliasSpec> = {}): DnsAlias {
  return {
    ...alias("web/shop", { spec: { selection: "Failover", targets: TARGETS, ...spec } }),
    status: {
      observedGeneration: 1,
      conditions: [],
      hostnames: [{ hostname: "example.com", zone: "dns/com", addresses: SECOND }],
      targets: [target("main", MAIN, { health: "Unhealthy", message: "no address answers" }), target("second", SECOND)],
      selected: { targets: ["second"], lastTransitionTime: SWITCHED, reason: "FailedOver" },
      ...more,
    },
  };
}

test("an alias without a status begins with nothing", () => {
  const { current, switches, health, isWithdrawn, startedAt } = restoredState(alias("web/shop"), NOW);
  assert.deepEqual([current, switches, health, isWithdrawn, startedAt], [undefined, [], new Map(), false, NOW]);
});

test("selection and verdicts come back from the status", () => {
  const { current, switches, health } = restoredState(shop(), NOW);
  assert.deepEqual(current, { targets: ["second"], since: SWITCHED_AT, reason: "FailedOver" });
  assert.deepEqual(switches, [SWITCHED_AT]);
  const times = { since: Date.UTC(2026, 10, 30, 11), eligibleSince: Date.UTC(2026, 10, 30, 10) };
  assert.deepEqual(
    [...health],
    [
      ["main", { health: "Unhealthy", message: "no address answers", ...times }],
      ["second", { health: "Healthy", message: undefined, ...times }],
    ],
  );
});

for (const { reason, want, switches } of [
  { reason: "Initial", want: "Initial", switches: [] },
  { reason: "Changed", want: "Changed", switches: [] },
  { reason: "FailedBack", want: "FailedBack", switches: [SWITCHED_AT] },
  { reason: "Unheard", want: "Changed", switches: [] },
]) {
  test(`a selection for the reason ${reason} is ${switches.length === 0 ? "no" : "a"} switch of the last hour`, () => {
    const selected = { targets: ["second"], lastTransitionTime: SWITCHED, reason };
    const state = restoredState(shop({ selected }), NOW);
    assert.deepEqual([state.current?.reason, state.switches], [want, switches]);
  });
}

test("targets that the spec no longer has aren't selected", () => {
  const selected = (targets: readonly string[], lastTransitionTime = SWITCHED) =>
    restoredState(shop({ selected: { targets, lastTransitionTime, reason: "FailedOver" } }), NOW).current?.targets;
  assert.deepEqual(selected(["second", "gone"]), ["second"]);
  assert.equal(selected(["gone"]), undefined);
  assert.equal(selected(["second"], "yesterday"), undefined, "a time that can't be read");
});

test("a target without a verdict has none, and one without addresses isn't eligible", () => {
  const targets = [
    target("main", [], { outcome: "NoData" }),
    target("second", SECOND, { outcome: "Positive", healthTransitionTime: "yesterday" }),
  ];
  const { health } = restoredState(shop({ targets }), NOW);
  assert.equal(health.get("main")?.eligibleSince, undefined);
  assert.equal(health.get("second")?.eligibleSince, Date.UTC(2026, 10, 30, 10));
  assert.equal(health.get("second")?.since, NOW, "a time that can't be read");
  const { health: _, ...unchecked } = target("main", MAIN);
  assert.equal(restoredState(shop({ targets: [unchecked] }), NOW).health.size, 0);
});

test("records that were withdrawn remain so", () => {
  const conditions = [
    {
      type: "Healthy",
      status: "False",
      reason: "AllUnhealthy",
      message: "",
      observedGeneration: 1,
      lastTransitionTime: SWITCHED,
    },
  ] as const;
  const isWithdrawn = (onUnhealthy: "Keep" | "Withdraw" | "Fallback") =>
    restoredState(shop({ conditions }, { onUnhealthy }), NOW).isWithdrawn;
  assert.deepEqual([isWithdrawn("Keep"), isWithdrawn("Withdraw"), isWithdrawn("Fallback")], [false, true, false]);
});

const SINCE = Date.UTC(2026, 10, 30, 11);

const verdicts: readonly {
  readonly name: string;
  readonly address: string;
  readonly of?: string;
  readonly status?: Partial<AliasStatus>;
  readonly want: string | undefined;
}[] = [
  { name: "of an unhealthy target", address: "11.0.0.1", of: "main", want: "Unhealthy" },
  { name: "of a healthy target", address: "11.0.0.9", want: "Healthy" },
  { name: "that is new", address: "11.0.0.8", want: undefined },
  {
    name: "of a target whose health wasn't known",
    address: "11.0.0.9",
    status: { targets: [target("second", SECOND, { health: "Unknown" })] },
    want: undefined,
  },
  { name: "of a target that the status doesn't have", address: "11.0.0.9", status: { targets: [] }, want: undefined },
  {
    name: "of a target whose time can't be read",
    address: "11.0.0.9",
    status: { targets: [target("second", SECOND, { healthTransitionTime: "yesterday" })] },
    want: undefined,
  },
  {
    name: "that the last leader left out of a healthy target",
    address: "11.0.0.8",
    status: { targets: [target("second", ["11.0.0.8", "11.0.0.9"], { unhealthyAddresses: ["11.0.0.8"] })] },
    want: "Unhealthy",
  },
  {
    name: "that was up, of an unhealthy target",
    address: "11.0.0.2",
    of: "main",
    status: { targets: [target("main", MAIN, { health: "Unhealthy", unhealthyAddresses: ["11.0.0.1"] })] },
    want: "Healthy",
  },
  {
    name: "that isn't published because its target isn't selected",
    address: "11.0.0.1",
    of: "main",
    status: { targets: [target("main", MAIN), target("second", SECOND)] },
    want: "Healthy",
  },
];

for (const { name, address, of = "second", status, want } of verdicts) {
  test(`after a restart an address ${name} is ${want ?? "Unknown"}`, () => {
    const restored = restoredHealth(shop(status), observed(of), address);
    assert.deepEqual(restored, want && { health: want, since: SINCE });
  });
}
