import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";

/**
 * P18: each metric of docs/metrics.md is compared with what another part than the product has counted or measured, in the test that is
 * named here. A metric that is not compared has a reason.
 */
const MEASURED: Readonly<Record<string, readonly string[]>> = {
  "test/e2e/lookup-metrics.test.ts": [
    "dnsalias_lookups_total",
    "dnsalias_lookup_duration_seconds",
    "dnsalias_answers",
    "dnsalias_lookups_overdue",
    "dnsalias_build_info",
    "process_cpu_user_seconds_total",
    "process_cpu_system_seconds_total",
    "process_cpu_seconds_total",
    "process_start_time_seconds",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_heap_bytes",
    "process_open_fds",
    "process_max_fds",
    "nodejs_eventloop_lag_max_seconds",
    "nodejs_version_info",
  ],
  "test/e2e/monitoring.test.ts": [
    "dnsalias_staleness_seconds",
    "dnsalias_staleness_bound_seconds",
    "dnsalias_zone_write_duration_seconds",
    "dnsalias_propagation_lag_seconds",
    "dnsalias_propagation_servers",
    "dnsalias_drift_repairs_total",
    "dnsalias_aliases",
    "dnsalias_conflicts",
    "dnsalias_loops",
    "dnsalias_events_total",
  ],
  "test/e2e/provider-metrics.test.ts": [
    "dnsalias_zone_writes_total",
    "dnsalias_provider_deferrals_total",
    "dnsalias_provider_breaker_open",
    "dnsalias_held_plans",
  ],
  "test/e2e/transfer-metrics.test.ts": ["dnsalias_transfers_total", "dnsalias_notifies_total"],
  "test/e2e/steering-metrics.test.ts": [
    "dnsalias_health_checks_total",
    "dnsalias_health_check_duration_seconds",
    "dnsalias_health_check_late_seconds",
    "dnsalias_health_control",
    "dnsalias_target_healthy",
    "dnsalias_drains",
    "dnsalias_pins",
    "dnsalias_on_standby",
    "dnsalias_all_unhealthy",
    "dnsalias_selection_changes_total",
    "dnsalias_switch_seconds",
    "dnsalias_switches_over_bound_total",
    "dnsalias_switch_bound_seconds",
  ],
  "test/e2e/second-opinion.test.ts": ["dnsalias_health_votes_total", "dnsalias_health_disputed"],
  "test/e2e/responder-metrics.test.ts": [
    "dnsalias_responder_queries_total",
    "dnsalias_responder_query_types_total",
    "dnsalias_responder_responses_total",
    "dnsalias_responder_cache_hits_total",
    "dnsalias_responder_waited_total",
    "dnsalias_responder_lookups_total",
    "dnsalias_responder_stale_total",
    "dnsalias_responder_truncated_total",
    "dnsalias_responder_dropped_total",
    "dnsalias_responder_waiting",
    "dnsalias_responder_prepared_packets",
  ],
  "test/e2e/source-address.test.ts": ["dnsalias_responder_udp_io"],
  "test/integration/responder/flood.test.ts": ["dnsalias_responder_limited_total"],
  "test/e2e/api-metrics.test.ts": [
    "leader_election_master_status",
    "dnsalias_list_watch_restarts_total",
    "rest_client_requests_total",
  ],
  "test/integration/kube/readiness.test.ts": ["dnsalias_inventory_up"],
};

/** Metrics that no other part can see, by reason. docs/promises.md has the same reasons. */
const NOT_MEASURED: readonly { readonly metrics: RegExp; readonly reason: string }[] = [
  {
    metrics: /^(?:workqueue|controller_runtime)_/,
    reason: "The `workqueue_` and `controller_runtime_` metrics count steps inside the process",
  },
  {
    metrics: /^dnsalias_responder_(?:errors|worker_restarts)_total$/,
    reason: "Only a defect increases `dnsalias_responder_errors_total` and `dnsalias_responder_worker_restarts_total`",
  },
  {
    metrics: /^nodejs_/,
    reason: "The `nodejs_` metrics come from Node.js itself, except for the version and the longest stall",
  },
];

const DOCUMENTED = [...readFileSync("docs/metrics.md", "utf8").matchAll(/^\| `([a-z_0-9]+)(?:\{[^}]*\})?` +\|/gm)].map(
  ([, name = ""]) => name,
);
const LISTED = Object.values(MEASURED).flat();

test("each metric of docs/metrics.md has a test that compares its value, or a reason", () => {
  const left = DOCUMENTED.filter(
    (name) => !LISTED.includes(name) && !NOT_MEASURED.some(({ metrics }) => metrics.test(name)),
  );
  assert.deepEqual(left, []);
});

test("the list has only metrics of docs/metrics.md, each once", () => {
  assert.deepEqual(
    LISTED.filter((name) => !DOCUMENTED.includes(name)),
    [],
  );
  assert.equal(new Set(LISTED).size, LISTED.length);
});

describe("the test of each metric reads it", () => {
  for (const [file, metrics] of Object.entries(MEASURED)) {
    test(file, () => {
      const code = readFileSync(file, "utf8").replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "");
      const unread = metrics.filter(
        (name) => !new RegExp(`(?<![a-z_])${pattern(name)}(?:_count|_sum|_bucket)?(?![a-z_])`).test(code),
      );
      assert.deepEqual(unread, []);
    });
  }
});

test("docs/promises.md has the reasons, and only for metrics that exist", () => {
  const row = /^\| P18 \|.*$/m.exec(readFileSync("docs/promises.md", "utf8"))?.[0] ?? "";
  for (const { metrics, reason } of NOT_MEASURED) {
    assert.ok(row.includes(reason), `P18 lacks: ${reason}`);
    assert.ok(
      DOCUMENTED.some((name) => metrics.test(name) && !LISTED.includes(name)),
      `no metric has this reason: ${reason}`,
    );
  }
});

/** The name, or a name that a test makes of its parts. */
function pattern(name: string): string {
  const cpu = /^process_cpu_(?:user|system)_seconds_total$/.test(name);
  return cpu ? String.raw`process_cpu_(?:\$\{mode\}|user|system)_seconds_total` : name;
}
