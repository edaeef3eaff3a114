import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { listAt, textAt } from "../../../src/base/json.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { run } from "../../support/run.ts";

const RULES = resolve("deploy/monitoring/alerts.yaml");

/** What Prometheus has scraped, by series, in its own notation: "0x40" is forty zeros, a minute apart. */
type Series = Readonly<Record<string, string>>;

/** A day on which nothing is wrong. */
const WELL: Series = {
  'dnsalias_build_info{version="1", job="dnsalias", instance="a"}': "1x60",
  'dnsalias_build_info{version="1", job="dnsalias", instance="b"}': "1x60",
  'leader_election_master_status{name="dnsalias", job="dnsalias", instance="a"}': "1x60",
  'leader_election_master_status{name="dnsalias", job="dnsalias", instance="b"}': "0x60",
  'rest_client_requests_total{method="GET", code="200", job="dnsalias", instance="a"}': "0+60x60",
  'rest_client_requests_total{method="GET", code="unreachable", job="dnsalias", instance="a"}': "0+6x60",
  // Other programs have metrics of these names. Each would raise an alert if it were ours.
  'leader_election_master_status{name="other", job="other", instance="c"}': "0x60",
  'nodejs_eventloop_lag_max_seconds{job="other", instance="c"}': "9x60",
  'rest_client_requests_total{method="GET", code="unreachable", job="other", instance="c"}': "0+60x60",
  'dnsalias_inventory_up{instance="a"}': "1x60",
  'dnsalias_inventory_up{instance="b"}': "0x3 1x57",
  'dnsalias_aliases{ready="True", reason="Ready"}': "10x60",
  'dnsalias_aliases{ready="Unknown", reason="Pending"}': "1x60",
  'dnsalias_answers{state="good"}': "20x60",
  'dnsalias_answers{state="held"}': "0x60",
  'dnsalias_lookups_overdue{instance="a"}': "0x10 3 0x49",
  'dnsalias_lookups_total{outcome="positive"}': "0+100x60",
  'dnsalias_lookups_total{outcome="failure:timeout"}': "0+5x60",
  'dnsalias_staleness_seconds_bucket{zone="dns/com", le="30"}': "0+10x60",
  'dnsalias_staleness_seconds_bucket{zone="dns/com", le="+Inf"}': "0+10x60",
  'dnsalias_staleness_bound_seconds{zone="dns/com"}': "90x60",
  // A slow zone with a large bound, next to a fast one.
  'dnsalias_staleness_seconds_bucket{zone="dns/slow", le="120"}': "0x60",
  'dnsalias_staleness_seconds_bucket{zone="dns/slow", le="300"}': "0+10x60",
  'dnsalias_staleness_seconds_bucket{zone="dns/slow", le="+Inf"}': "0+10x60",
  'dnsalias_staleness_bound_seconds{zone="dns/slow"}': "600x60",
  dnsalias_held_plans: "0x60",
  dnsalias_conflicts: "0x60",
  dnsalias_loops: "0x60",
  dnsalias_on_standby: "0x20 1x10 0x30",
  dnsalias_all_unhealthy: "0x60",
  'dnsalias_target_healthy{namespace="web", alias="shop", target="main"}': "1x30 0x20 1x10",
  'dnsalias_target_healthy{namespace="web", alias="shop", target="second"}': "1x60",
  dnsalias_pins: "0x60",
  dnsalias_switches_over_bound_total: "3x60",
  'dnsalias_health_control{family="A"}': "1x20 0x3 1x37",
  'dnsalias_health_check_late_seconds_bucket{le="1"}': "0+100x60",
  'dnsalias_health_check_late_seconds_bucket{le="10"}': "0+100x60",
  'dnsalias_health_check_late_seconds_bucket{le="+Inf"}': "0+100x60",
  'dnsalias_zone_writes_total{zone="dns/com", result="applied"}': "0+2x60",
  'dnsalias_zone_writes_total{zone="dns/com", result="conflict"}': "0+1x60",
  'dnsalias_provider_breaker_open{zone="dns/com"}': "0x60",
  'dnsalias_propagation_servers{zone="dns/com", state="serving"}': "2x60",
  'dnsalias_propagation_servers{zone="dns/com", state="behind"}': "0x60",
  'dnsalias_drift_repairs_total{zone="dns/com"}': "0x20 1x40",
  'nodejs_eventloop_lag_max_seconds{job="dnsalias", instance="a"}': "0.1x60",
  'dnsalias_responder_queries_total{protocol="udp"}': "0+6000x60",
  'dnsalias_responder_responses_total{rcode="NOERROR"}': "0+5900x60",
  'dnsalias_responder_responses_total{rcode="SERVFAIL"}': "0+100x60",
  dnsalias_responder_stale_total: "0+300x60",
  dnsalias_responder_limited_total: "0+600x60",
  'dnsalias_responder_worker_restarts_total{instance="a"}': "0x30 1x30",
  'dnsalias_responder_errors_total{instance="a"}': "0x60",
  'dnsalias_notifies_total{result="taken"}': "0+2x60",
  'dnsalias_notifies_total{result="silent"}': "1x60",
};

interface Case {
  readonly alert: string;
  /** In place of those of a good day; undefined: gone. */
  readonly wrong: Readonly<Record<string, string | undefined>>;
  readonly labels?: Readonly<Record<string, string>>;
  /** What the page in the night says. */
  readonly summary: string;
  /** For an alert that waits longer than an hour: when it has fired. At 50 min it hasn't yet. */
  readonly firesAt?: string;
}

const ZONE = { zone: "dns/com" };

const CASES: readonly Case[] = [
  {
    alert: "DnsaliasDown",
    wrong: {
      'dnsalias_build_info{version="1", job="dnsalias", instance="a"}': undefined,
      'dnsalias_build_info{version="1", job="dnsalias", instance="b"}': undefined,
    },
    summary: "no dnsalias process is scraped",
  },
  {
    alert: "DnsaliasLeaderMissing",
    wrong: {
      'leader_election_master_status{name="dnsalias", job="dnsalias", instance="a"}': "0x60",
      'leader_election_master_status{name="other", job="other", instance="c"}': "1x60",
    },
    labels: { job: "dnsalias" },
    summary: "no replica of dnsalias holds the Lease",
  },
  {
    alert: "DnsaliasInventoryDown",
    wrong: { 'dnsalias_inventory_up{instance="b"}': "0x60" },
    labels: { instance: "b" },
    summary: "b cannot read DnsAliases and DnsZones",
  },
  {
    alert: "DnsaliasApiServerUnreachable",
    wrong: { 'rest_client_requests_total{method="GET", code="unreachable", job="dnsalias", instance="a"}': "0+90x60" },
    labels: { instance: "a" },
    summary: "a does not reach the API server",
  },
  {
    alert: "DnsaliasOtherInstallation",
    wrong: { 'dnsalias_aliases{ready="False", reason="ForeignOwner", job="dnsalias"}': "2x60" },
    labels: { job: "dnsalias" },
    summary: "another installation owns the records of 2 DnsAliases",
  },
  {
    alert: "DnsaliasAliasNotReady",
    wrong: { 'dnsalias_aliases{ready="False", reason="LookupFailed"}': "3x60" },
    labels: { reason: "LookupFailed" },
    summary: "3 DnsAliases are not ready: LookupFailed",
  },
  {
    alert: "DnsaliasAnswersHeld",
    wrong: { 'dnsalias_answers{state="held"}': "4x60" },
    summary: "4 lookups fail or are empty; the last known good addresses are in use",
  },
  {
    alert: "DnsaliasLookupsOverdue",
    wrong: { 'dnsalias_lookups_overdue{instance="a"}': "5x60" },
    summary: "5 lookups are overdue",
  },
  {
    alert: "DnsaliasLookupsFailing",
    wrong: { 'dnsalias_lookups_total{outcome="failure:timeout"}': "0+300x60" },
    summary: "75% of all lookups fail",
  },
  {
    alert: "DnsaliasStalenessOverBound",
    wrong: {
      'dnsalias_staleness_seconds_bucket{zone="dns/com", le="30"}': "0x60",
      'dnsalias_staleness_seconds_bucket{zone="dns/com", le="120"}': "0+10x60",
    },
    labels: ZONE,
    summary: "changes of targets take longer than the staleness bound of zone dns/com",
  },
  {
    alert: "DnsaliasPlanHeld",
    wrong: { dnsalias_held_plans: "1x60" },
    summary: "1 zones have a plan that the guard holds",
  },
  {
    alert: "DnsaliasHostnameConflict",
    wrong: { dnsalias_conflicts: "2x60" },
    summary: "2 hostnames belong to another DnsAlias or another writer",
  },
  { alert: "DnsaliasLoop", wrong: { dnsalias_loops: "1x60" }, summary: "1 DnsAliases have a CNAME loop" },
  {
    alert: "DnsaliasOnStandby",
    wrong: { dnsalias_on_standby: "2x60" },
    summary: "2 DnsAliases publish a standby",
  },
  {
    alert: "DnsaliasAllUnhealthy",
    wrong: { dnsalias_all_unhealthy: "1x60" },
    summary: "1 DnsAliases have no healthy target",
  },
  {
    alert: "DnsaliasStandbyUnhealthy",
    wrong: { 'dnsalias_target_healthy{namespace="web", alias="shop", target="second"}': "0x60" },
    labels: { namespace: "web", alias: "shop", target: "second" },
    summary: "target second of DnsAlias web/shop is unhealthy",
  },
  {
    alert: "DnsaliasPinned",
    wrong: { dnsalias_pins: "1x1500" },
    summary: "1 DnsAliases have pinned addresses",
    firesAt: "1460m",
  },
  {
    alert: "DnsaliasSwitchOverBound",
    wrong: { dnsalias_switches_over_bound_total: "0x40 1x20" },
    summary: "a switch to another target took longer than its bound",
  },
  {
    alert: "DnsaliasNoHealthControl",
    wrong: { 'dnsalias_health_control{family="AAAA"}': "0x60" },
    labels: { family: "AAAA" },
    summary: "no health check of the family AAAA is successful",
  },
  {
    alert: "DnsaliasHealthDisputed",
    wrong: { dnsalias_health_disputed: "2x60" },
    summary: "replicas disagree about the health of targets of 2 DnsAliases",
  },
  {
    alert: "DnsaliasHealthChecksLate",
    wrong: { 'dnsalias_health_check_late_seconds_bucket{le="1"}': "0+50x60" },
    summary: "health checks begin 9.82s late",
  },
  {
    alert: "DnsaliasPublishFailing",
    wrong: {
      'dnsalias_zone_writes_total{zone="dns/com", result="applied"}': "7x60",
      'dnsalias_zone_writes_total{zone="dns/com", result="failed"}': "0+1x60",
    },
    labels: ZONE,
    summary: "zone dns/com cannot be written",
  },
  {
    alert: "DnsaliasProviderLeftAlone",
    wrong: { 'dnsalias_provider_breaker_open{zone="dns/com"}': "1x60" },
    labels: ZONE,
    summary: "calls to the provider of zone dns/com are paused after consecutive failures",
  },
  {
    alert: "DnsaliasPropagationSlow",
    wrong: { 'dnsalias_propagation_servers{zone="dns/com", state="behind"}': "1x60" },
    labels: ZONE,
    summary: "1 servers of zone dns/com do not serve the written records",
  },
  {
    alert: "DnsaliasForeignEdits",
    wrong: { 'dnsalias_drift_repairs_total{zone="dns/com"}': "0+1x60" },
    labels: ZONE,
    summary: "another writer repeatedly changes the records of zone dns/com",
  },
  {
    alert: "DnsaliasLoopStalled",
    wrong: { 'nodejs_eventloop_lag_max_seconds{job="dnsalias", instance="a"}': "3x60" },
    labels: { instance: "a" },
    summary: "the event loop of a stalls for 3s",
  },
  {
    alert: "DnsaliasResponderServfail",
    wrong: {
      'dnsalias_responder_responses_total{rcode="NOERROR"}': "0+4500x60",
      'dnsalias_responder_responses_total{rcode="SERVFAIL"}': "0+1500x60",
    },
    summary: "25% of the responder's answers are SERVFAIL",
  },
  {
    alert: "DnsaliasResponderStale",
    wrong: { dnsalias_responder_stale_total: "0+3000x60" },
    summary: "50% of the responder's answers have expired addresses",
  },
  {
    alert: "DnsaliasResponderLimiting",
    wrong: { dnsalias_responder_limited_total: "0+1500x60" },
    summary: "25% of the queries get no full response because of rate limits",
  },
  {
    alert: "DnsaliasResponderDefects",
    wrong: { 'dnsalias_responder_worker_restarts_total{instance="a"}': "0x10 1x10 2x10 3x30" },
    labels: { instance: "a" },
    summary: "responder threads at a end, or do not answer queries",
  },
  {
    alert: "DnsaliasSecondariesNotTold",
    wrong: { 'dnsalias_notifies_total{result="silent"}': "0x10 1x10 2x10 3x10 4x20" },
    labels: { result: "silent" },
    summary: "secondaries do not confirm NOTIFY messages: silent",
  },
];

describe("alerts", { skip: skipWithout("promtool") }, () => {
  let root = "";
  const rules = rulesOf(readFileSync(RULES, "utf8"));
  before(async () => {
    root = await mkdtemp(join(tmpdir(), "dnsalias-alerts-"));
  });
  after(() => rm(root, { recursive: true, force: true }));

  test("promtool takes the rules, and each has a case here and a page of its own", async () => {
    const checked = await run(locateComponent("promtool"), ["check", "rules", RULES]);
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    assert.deepEqual(
      CASES.map(({ alert }) => alert),
      rules.map((rule) => textAt(rule, "alert")),
    );
    for (const rule of rules) {
      const page = textAt(rule, "annotations", "runbook_url") ?? "";
      assert.match(readFileSync(page, "utf8"), new RegExp(`^# ${textAt(rule, "alert")}$`, "m"), page);
    }
  });

  test("on a good day none fires", async () => {
    await promtool(
      WELL,
      rules.map((rule) => ({ alertname: textAt(rule, "alert"), eval_time: "50m", exp_alerts: [] })),
    );
  });

  for (const { alert, wrong, labels, summary, firesAt } of CASES) {
    test(`${alert} fires, and alone`, async () => {
      const annotations = {
        description: noteOf(alert, "description"),
        runbook_url: noteOf(alert, "runbook_url"),
        summary,
      };
      const severity = textAt(
        rules.find((rule) => textAt(rule, "alert") === alert),
        "labels",
        "severity",
      );
      const fired = { exp_labels: { severity, ...labels }, exp_annotations: annotations };
      await promtool({ ...WELL, ...wrong }, [
        ...rules.map((rule) => {
          const alertname = textAt(rule, "alert");
          const isFired = alertname === alert && firesAt === undefined;
          return { alertname, eval_time: "50m", exp_alerts: isFired ? [fired] : [] };
        }),
        ...(firesAt === undefined ? [] : [{ alertname: alert, eval_time: firesAt, exp_alerts: [fired] }]),
      ]);
    });
  }

  function noteOf(alert: string, note: string): string | undefined {
    return textAt(
      rules.find((rule) => textAt(rule, "alert") === alert),
      "annotations",
      note,
    );
  }

  async function promtool(series: Readonly<Record<string, string | undefined>>, cases: readonly object[]) {
    const input = Object.entries(series).flatMap(([name, values]) =>
      values === undefined ? [] : [{ series: name, values }],
    );
    const file = join(root, "rules.test.json");
    const tests = [{ interval: "1m", input_series: input, alert_rule_test: cases }];
    await writeFile(file, JSON.stringify({ rule_files: [RULES], evaluation_interval: "1m", tests }));
    const { code, stdout, stderr } = await run(locateComponent("promtool"), ["test", "rules", file]);
    assert.equal(code, 0, stdout + stderr);
  }
});

function rulesOf(text: string): readonly unknown[] {
  const groups = listAt(parse(text), "groups");
  return groups.flatMap((group) => listAt(group, "rules"));
}
