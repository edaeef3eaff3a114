import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrometheus } from "../../../src/ops/prometheus.ts";
import type { HealthMetrics } from "../../../src/ops/health-metrics.ts";

/** The lines of the metrics of health checks and selection after these calls, without histograms' buckets. */
async function linesAfter(play: (metrics: HealthMetrics) => void): Promise<readonly string[]> {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  play(metrics);
  const { text } = await page();
  const names = /^dnsalias_(?:health|selection|switch|target_healthy|on_standby|drains|pins|all_unhealthy)/;
  return text.split("\n").filter((line) => names.test(line) && !/_bucket\{/.test(line));
}

const NOTHING = { targets: [], onStandby: 0, drains: 0, pins: 0, disputed: 0, allUnhealthy: 0, boundSeconds: 0 };
const LABELS = { namespace: "web", alias: "shop" };

test("checks, votes, and switches are counted, with durations in seconds", async () => {
  const lines = await linesAfter((metrics) => {
    metrics.healthCheck("httpGet", "timeout", 250);
    metrics.healthCheckLate(1_500);
    metrics.healthVote("up");
    metrics.selectionChanged("Failover");
    metrics.switched(20_000, 20_000);
    metrics.switched(30_000, 29_999);
    metrics.switched(40_000, undefined);
  });
  for (const line of [
    'dnsalias_health_checks_total{kind="httpGet",result="timeout"} 1',
    "dnsalias_health_check_duration_seconds_sum 0.25",
    "dnsalias_health_check_late_seconds_sum 1.5",
    'dnsalias_health_votes_total{said="up"} 1',
    'dnsalias_selection_changes_total{reason="Failover"} 1',
    'dnsalias_switch_seconds_sum{plane="published"} 90',
    'dnsalias_switch_seconds_count{plane="published"} 3',
    "dnsalias_switches_over_bound_total 1",
  ]) {
    assert.ok(lines.includes(line), `${line} in\n${lines.join("\n")}`);
  }
});

test("a family has a control, has none, or isn't checked", async () => {
  const lines = await linesAfter((metrics) => {
    metrics.healthControl("A", true);
    metrics.healthControl("AAAA", false);
  });
  assert.deepEqual(
    lines.filter((line) => line.startsWith("dnsalias_health_control")),
    ['dnsalias_health_control{family="A"} 1', 'dnsalias_health_control{family="AAAA"} 0'],
  );
  const left = await linesAfter((metrics) => {
    metrics.healthControl("A", true);
    metrics.healthControl("A", undefined);
  });
  assert.ok(!left.some((line) => line.startsWith("dnsalias_health_control")));
});

test("the gauges of selection are replaced as a whole", async () => {
  const lines = await linesAfter((metrics) => {
    metrics.steeredAliases({ ...NOTHING, targets: [{ ...LABELS, target: "gone.test", isHealthy: true }], pins: 9 });
    metrics.steeredAliases({
      targets: [
        { ...LABELS, target: "a.test", isHealthy: true },
        { ...LABELS, target: "b.test", isHealthy: false },
      ],
      onStandby: 1,
      drains: 2,
      pins: 3,
      disputed: 4,
      allUnhealthy: 5,
      boundSeconds: 22,
    });
  });
  const gauges = lines.filter((line) => !/_total|_sum|_count|_control/.test(line));
  assert.deepEqual(gauges.toSorted(), [
    "dnsalias_all_unhealthy 5",
    "dnsalias_drains 2",
    "dnsalias_health_disputed 4",
    "dnsalias_on_standby 1",
    "dnsalias_pins 3",
    "dnsalias_switch_bound_seconds 22",
    'dnsalias_target_healthy{namespace="web",alias="shop",target="a.test"} 1',
    'dnsalias_target_healthy{namespace="web",alias="shop",target="b.test"} 0',
  ]);
});
