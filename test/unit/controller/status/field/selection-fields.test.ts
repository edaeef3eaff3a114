import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AliasSpec, AliasStatus, DnsAlias, TargetStatus } from "../../../../../src/api/dns-alias.ts";
import type { Decision, SteeredTarget } from "../../../../../src/controller/health/steering-state.ts";
import { selectionStatus, withHealth } from "../../../../../src/controller/status/field/selection-fields.ts";
import type { Delivered } from "../../../../../src/controller/status/field/switch-bound.ts";
import { parseName } from "../../../../../src/dns/name/name.ts";
import { alias } from "../../../../support/objects.ts";
import { decisionOf } from "./decision.ts";

/** The time of all that {@link decisionOf} makes. */
const TIME = "2026-11-30T12:00:00Z";
const DELIVERED: readonly Delivered[] = [{ published: [{ ttl: 60 }], lags: [], expectedLagMs: 900 }];

function facts(decision: Decision) {
  return { decision, stretchOf: () => 1, isVoting: false };
}

function shop(status: Partial<AliasStatus> | undefined, paused = false): DnsAlias {
  const made = alias("web/shop", { spec: { selection: "Failover", paused } });
  return status === undefined
    ? made
    : { ...made, status: { observedGeneration: 1, conditions: [], hostnames: [], targets: [], ...status } };
}

const SELECTED = { targets: ["second"], lastTransitionTime: "2026-11-30T10:00:00Z", reason: "FailedOver" };

describe("the selection in a status", () => {
  test("has the targets, the time, the reason, and the bound in whole seconds", () => {
    assert.deepEqual(
      selectionStatus(shop(undefined), DELIVERED, facts(decisionOf({ targets: ["Healthy", "Healthy"] }))),
      {
        selected: { targets: ["main"], lastTransitionTime: TIME, reason: "Initial" },
        switchBound: "1m35s",
      },
    );
  });

  test("keeps the text of a bound that has shrunk a little", () => {
    const steering = facts(decisionOf({ targets: ["Healthy", "Healthy"] }));
    const { switchBound } = selectionStatus(shop({ switchBound: "1m40s" }), DELIVERED, steering);
    assert.equal(switchBound, "1m40s");
  });

  test("has no bound without a standby", () => {
    const status = selectionStatus(
      shop({ switchBound: "1m40s" }),
      DELIVERED,
      facts(decisionOf({ targets: ["Healthy"] })),
    );
    assert.deepEqual(Object.keys(status), ["selected"]);
  });

  test("has nothing before the first selection", () => {
    const decision = decisionOf({ targets: ["Unknown"] });
    const pending = { ...decision, selection: { selected: undefined, isAllUnhealthy: false } };
    assert.deepEqual(selectionStatus(shop(undefined), DELIVERED, facts(pending)), {});
  });

  test("remains while the alias is paused, and ends with the selection otherwise", () => {
    const before = { selected: SELECTED, switchBound: "1m40s" };
    assert.deepEqual(selectionStatus(shop(before, true), DELIVERED, undefined), before);
    assert.deepEqual(selectionStatus(shop({ selected: SELECTED }, true), DELIVERED, undefined), { selected: SELECTED });
    assert.deepEqual(selectionStatus(shop({}, true), DELIVERED, undefined), {});
    assert.deepEqual(selectionStatus(shop(undefined, true), DELIVERED, undefined), {});
    assert.deepEqual(selectionStatus(shop(before), DELIVERED, undefined), {});
  });
});

const LOOKED_UP: TargetStatus = {
  name: "main",
  hostname: "main.test",
  chain: ["main.test"],
  addresses: ["192.0.2.1"],
  outcome: "Positive",
  lastTransitionTime: "2026-11-30T09:00:00Z",
};

function changed(decision: Decision, name: string, change: (target: SteeredTarget) => SteeredTarget): Decision {
  return { ...decision, targets: decision.targets.map((one) => (one.target.name === name ? change(one) : one)) };
}

describe("the targets in a status", () => {
  test("have their health, its time, and the cause if they are unhealthy", () => {
    const decision = decisionOf({ targets: ["Unhealthy", "Healthy"], selected: 1 });
    const [main, second] = withHealth(shop(undefined), [LOOKED_UP], facts(decision));
    assert.deepEqual(main, {
      ...LOOKED_UP,
      health: "Unhealthy",
      healthTransitionTime: TIME,
      message: "no address answers: HTTP 503",
      unhealthyAddresses: ["192.0.2.0"],
    });
    assert.deepEqual(second, {
      name: "second",
      chain: [],
      addresses: ["192.0.2.10"],
      outcome: "Static",
      lastTransitionTime: TIME,
      health: "Healthy",
      healthTransitionTime: TIME,
    });
  });

  test("have the shares of the published addresses, if they have weights", () => {
    const decision = decisionOf({ targets: ["Healthy", "Healthy"] });
    const { selection } = decision;
    const both = {
      ...decision,
      selection: {
        ...selection,
        ...(selection.selected && { selected: { ...selection.selected, targets: ["main", "second"] } }),
      },
    };
    const weighted = (...weights: readonly (number | undefined)[]): DnsAlias => {
      const made = shop(undefined);
      const targets: AliasSpec["targets"] = weights.map((weight, index) => ({
        kind: "addresses",
        name: index === 0 ? "main" : "second",
        priority: 0,
        addresses: [],
        ...(weight !== undefined && { weight }),
      }));
      return { ...made, spec: { ...made.spec, selection: "Weighted", targets } };
    };
    const published = ["192.0.2.0", "192.0.2.10"];
    const sharesOf = (alias: DnsAlias, addresses: readonly string[]) =>
      withHealth(alias, [], facts(both), addresses).map(({ share }) => share);
    assert.deepEqual(sharesOf(weighted(3, 1), published), [
      { wanted: 75, published: 50 },
      { wanted: 25, published: 50 },
    ]);
    assert.deepEqual(sharesOf(weighted(3, 1), []), [undefined, undefined]);
    assert.deepEqual(sharesOf(weighted(undefined, undefined), published), [undefined, undefined]);
  });

  test("have no health without a check", () => {
    const decision = changed(decisionOf({ targets: ["Healthy"] }), "main", (one) => ({
      ...one,
      target: { ...one.target, check: undefined },
    }));
    assert.deepEqual(withHealth(shop(undefined), [LOOKED_UP], facts(decision)), [LOOKED_UP]);
  });

  test("have an unknown outcome before the first lookup, and the time of the health", () => {
    const at = Date.parse("2026-11-30T11:00:00Z");
    const decision = changed(decisionOf({ targets: ["Unknown"] }), "main", (one) => ({
      ...one,
      since: at,
      eligibleSince: undefined,
      target: { ...one.target, hostname: parseName("main.test"), addresses: [] },
    }));
    const [main] = withHealth(shop(undefined), [], facts(decision));
    assert.deepEqual(
      [main?.hostname, main?.outcome, main?.addresses, main?.lastTransitionTime],
      ["main.test", "Unknown", [], "2026-11-30T11:00:00Z"],
    );
  });

  test("are as the lookups have them if the alias selects nothing", () => {
    const before = { targets: [{ ...LOOKED_UP, health: "Healthy" as const }] };
    assert.deepEqual(withHealth(shop(before), [LOOKED_UP], undefined), [LOOKED_UP]);
  });
});

describe("the targets of a paused alias", () => {
  const health = {
    health: "Unhealthy",
    healthTransitionTime: TIME,
    message: "no address answers",
    unhealthyAddresses: ["192.0.2.1"],
    share: { wanted: 70, published: 67 },
  } as const;
  const { hostname: _, ...noHostname } = LOOKED_UP;
  const still = { ...noHostname, name: "still", outcome: "Static", health: "Healthy" } as const;

  test("keep the health and the share that they had", () => {
    const status = { targets: [{ ...LOOKED_UP, ...health }] };
    assert.deepEqual(withHealth(shop(status, true), [LOOKED_UP], undefined), [{ ...LOOKED_UP, ...health }]);
  });

  test("include those with static addresses, which no lookup shows", () => {
    const status = { targets: [{ ...LOOKED_UP, ...health }, still] };
    assert.deepEqual(withHealth(shop(status, true), [LOOKED_UP], undefined), [{ ...LOOKED_UP, ...health }, still]);
    assert.deepEqual(
      withHealth(shop({ targets: [still] }, true), [{ ...noHostname, name: "still" }], undefined),
      [{ ...noHostname, name: "still", health: "Healthy" }],
      "it is listed already",
    );
  });

  test("don't include those without a health, nor hostnames that aren't looked up any more", () => {
    const gone = { ...LOOKED_UP, ...health, name: "gone", hostname: "gone.test" };
    assert.deepEqual(withHealth(shop({ targets: [gone, noHostname] }, true), [LOOKED_UP], undefined), [LOOKED_UP]);
    assert.deepEqual(withHealth(shop(undefined, true), [LOOKED_UP], undefined), [LOOKED_UP]);
  });
});
