import assert from "node:assert/strict";
import { test } from "node:test";
import { createHealthCounting } from "../../../../../src/cli/compose/health/health-counting.ts";
import { createPrometheus } from "../../../../../src/ops/prometheus.ts";

function counting() {
  const { metrics, page } = createPrometheus({ version: "1", process: false });
  const counted = createHealthCounting(metrics);
  const series = async (): Promise<readonly string[]> => {
    counted.flush();
    return (await page()).text.split("\n").filter((line) => !line.startsWith("#"));
  };
  return { observer: counted.observer, series };
}

const targets = new Map([
  ["main", "Unhealthy"],
  ["second", "Unknown"],
] as const);

test("an alias on its standby has its targets, and none is left when it is gone", async () => {
  const { observer, series } = counting();
  observer.steered("web/shop", { targets, isDisputed: false, isOnStandby: true, isAllUnhealthy: false, drains: 1 });
  observer.switchBound("web/shop", 95_000);
  observer.pinned("web/shop", true);
  const shown = await series();
  for (const line of [
    'dnsalias_target_healthy{namespace="web",alias="shop",target="main"} 0',
    'dnsalias_target_healthy{namespace="web",alias="shop",target="second"} 1',
    "dnsalias_on_standby 1",
    "dnsalias_all_unhealthy 0",
    "dnsalias_drains 1",
    "dnsalias_pins 1",
    "dnsalias_switch_bound_seconds 95",
  ]) {
    assert.ok(shown.includes(line), line);
  }
  observer.steeringGone("web/shop");
  observer.pinned("web/shop", false);
  const after = await series();
  assert.deepEqual(
    after.filter((line) => line.includes("web")),
    [],
  );
  assert.ok(after.includes("dnsalias_on_standby 0"));
  assert.ok(after.includes("dnsalias_drains 0"));
  assert.ok(after.includes("dnsalias_pins 0"));
  assert.ok(after.includes("dnsalias_switch_bound_seconds 0"));
});

for (const [name, tookMs, over] of [
  ["as long as its bound", 95_000, 0],
  ["longer than its bound", 95_001, 1],
] as const) {
  test(`a switch that takes ${name} counts as ${over === 1 ? "over" : "within"} it, also if no standby is left`, async () => {
    const { observer, series } = counting();
    observer.switchBound("web/shop", 95_000);
    observer.switchBound("web/shop", undefined);
    observer.switchServed("web/shop", tookMs);
    const shown = await series();
    assert.ok(shown.includes('dnsalias_switch_seconds_count{plane="published"} 1'));
    assert.ok(shown.includes(`dnsalias_switches_over_bound_total ${over}`));
  });
}

test("a switch without a stated bound is over none", async () => {
  const { observer, series } = counting();
  observer.switchServed("web/shop", 1_000_000);
  assert.ok((await series()).includes("dnsalias_switches_over_bound_total 0"));
});

test("a family has a control, has none, or isn't checked", async () => {
  const { observer, series } = counting();
  observer.healthControl("A", true);
  observer.healthControl("AAAA", false);
  const shown = await series();
  assert.ok(shown.includes('dnsalias_health_control{family="A"} 1'));
  assert.ok(shown.includes('dnsalias_health_control{family="AAAA"} 0'));
  observer.healthControl("AAAA", undefined);
  assert.deepEqual(
    (await series()).filter((line) => line.startsWith("dnsalias_health_control")),
    ['dnsalias_health_control{family="A"} 1'],
  );
});
