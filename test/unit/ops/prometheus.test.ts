import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createPrometheus } from "../../../src/ops/prometheus.ts";

const PAGE = readFileSync("docs/metrics.md", "utf8");
const DOCUMENTED = [...PAGE.matchAll(/^\| `([a-z_0-9]+)(?:\{[^}]*\})?` +\|/gm)].map((match) => match[1] ?? "");

test("docs/metrics.md has every metric of the registry, once, and no other", () => {
  const ours = DOCUMENTED.filter((name) => !/^(?:process|nodejs)_/.test(name));
  assert.deepEqual(ours.toSorted(), createPrometheus({ version: "1.2.3", process: false }).names());
  const all = createPrometheus({ version: "1.2.3", process: true }).names();
  // Some process metrics exist on Linux only, so the page may have more of those than this machine.
  assert.deepEqual(
    all.filter((name) => !DOCUMENTED.includes(name)),
    [],
  );
  assert.equal(new Set(DOCUMENTED).size, DOCUMENTED.length);
});

test("docs/metrics.md names the labels of each metric of ours", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  exercise(metrics);
  const { text } = await page();
  for (const [, name = "", labels = ""] of text.matchAll(/^([a-z_]+)\{([^}]*)\} /gm)) {
    const family = name.replace(/_(?:bucket|sum|count)$/, "");
    const names = [...labels.matchAll(/([a-z_]+)="/g)].map((match) => match[1]).filter((label) => label !== "le");
    const row = new RegExp(`^\\| \`(?:${name}|${family})(?:\\{([^}]*)\\})?\` +\\|`, "m").exec(PAGE);
    assert.deepEqual(new Set(names), new Set((row?.[1] ?? "").split(", ").filter(Boolean)), name);
  }
});

test("each function moves the series that its name says", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  exercise(metrics);
  const lines = (await page()).text.split("\n");
  for (const line of [
    `dnsalias_build_info{version="1.2.3",node="${process.version}"} 1`,
    'dnsalias_lookups_total{outcome="failure:timeout"} 1',
    "dnsalias_lookup_duration_seconds_sum 0.25",
    'dnsalias_answers{state="positive"} 3',
    "dnsalias_lookups_overdue 2",
    'dnsalias_zone_writes_total{zone="web/example",result="applied"} 1',
    "dnsalias_zone_write_duration_seconds_sum 0.5",
    'dnsalias_propagation_lag_seconds_sum{zone="web/example"} 2.7',
    'dnsalias_propagation_servers{zone="web/example",state="serving"} 2',
    'dnsalias_propagation_servers{zone="web/example",state="behind"} 1',
    'dnsalias_staleness_seconds_sum{zone="web/example"} 1.5',
    'dnsalias_staleness_bound_seconds{zone="web/example"} 95',
    'dnsalias_aliases{ready="True",reason="Ready"} 7',
    "dnsalias_conflicts 1",
    "dnsalias_loops 2",
    "dnsalias_held_plans 3",
    'dnsalias_drift_repairs_total{zone="web/example"} 1',
    'dnsalias_provider_deferrals_total{zone="web/example",why="rate"} 1',
    'dnsalias_provider_breaker_open{zone="web/example"} 1',
    'dnsalias_responder_queries_total{protocol="udp"} 5',
    'dnsalias_responder_queries_total{protocol="tcp"} 1',
    'dnsalias_responder_query_types_total{type="AAAA"} 4',
    'dnsalias_responder_query_types_total{type="TYPE65280"} 1',
    'dnsalias_responder_query_types_total{type="other"} 1',
    'dnsalias_responder_responses_total{rcode="NXDOMAIN"} 2',
    "dnsalias_responder_cache_hits_total 3",
    "dnsalias_responder_stale_total 2",
    "dnsalias_responder_limited_total 6",
    "dnsalias_responder_lookups_total 1",
    "dnsalias_responder_worker_restarts_total 1",
    "dnsalias_responder_prepared_packets 9",
    'dnsalias_responder_udp_io{io="ffi"} 1',
    'dnsalias_responder_udp_io{io="dgram"} 0',
    'dnsalias_events_total{type="Warning",reason="LoopDetected"} 1',
    'leader_election_master_status{name="dnsalias"} 1',
    "dnsalias_inventory_up 0",
    'dnsalias_list_watch_restarts_total{resource="dnsaliases",cause="expired"} 1',
    'rest_client_requests_total{method="PATCH",code="409"} 1',
    'workqueue_adds_total{name="zones"} 1',
    'workqueue_retries_total{name="zones"} 1',
    'workqueue_depth{name="zones"} 4',
    'workqueue_queue_duration_seconds_sum{name="zones"} 0.01',
    'workqueue_work_duration_seconds_sum{name="zones"} 0.02',
    'controller_runtime_reconcile_total{controller="zone",result="success"} 1',
    'controller_runtime_reconcile_time_seconds_sum{controller="zone"} 0.03',
  ]) {
    assert.ok(lines.includes(line), line);
  }
});

test("questions and responses have IANA's names of types and rcodes; others have their number", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  const counted = (names: Readonly<Record<string, number>>): ReadonlyMap<number, number> =>
    new Map(Object.values(names).map((number) => [number, number + 2]));
  metrics.responder({ ...NO_TOTALS, byType: counted(TYPES), byRcode: counted(RCODES) }, 0, "dgram");
  const { text } = await page();
  const shown = (label: string): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [...text.matchAll(new RegExp(`^dnsalias_responder_\\w+\\{${label}="(\\w+)"\\} (\\d+)$`, "gm"))].map(
        ([, name = "", count]) => [name, Number(count) - 2],
      ),
    );
  assert.deepEqual(shown("type"), TYPES);
  assert.deepEqual(shown("rcode"), RCODES);
});

const TYPES = {
  other: -1,
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  IXFR: 251,
  AXFR: 252,
  ANY: 255,
  CAA: 257,
  TYPE99: 99,
};
const RCODES = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  9: 9,
  BADVERS: 16,
  BADCOOKIE: 23,
};
const NO_TOTALS = {
  byProtocol: { udp: 0, tcp: 0 },
  hits: 0,
  stale: 0,
  waitedForLookup: 0,
  truncated: 0,
  dropped: 0,
  rateLimited: 0,
  errors: 0,
  waiting: 0,
  packets: 0,
};

test("counts of states are whole: what is left out ends", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  metrics.aliases([{ ready: "False", reason: "LoopDetected", count: 1 }]);
  metrics.aliases([{ ready: "True", reason: "Ready", count: 1 }]);
  const { text } = await page();
  assert.doesNotMatch(text, /LoopDetected/);
});

test("a state and a bound that are no longer reported end", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  metrics.answers(new Map([["failing", 2]]));
  metrics.answers(new Map([["good", 2]]));
  metrics.stalenessBounds(new Map([["web/gone", 1]]));
  metrics.stalenessBounds(new Map([["web/example", 95]]));
  const { text } = await page();
  assert.match(text, /^dnsalias_answers\{state="good"\} 2$/m);
  assert.doesNotMatch(text, /state="failing"|web\/gone/);
});

test("a Lease, an inventory, and a breaker are 1 while they hold, and 0 after that", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  const shown = async (): Promise<readonly (string | undefined)[]> => {
    const { text } = await page();
    return [
      /^leader_election_master_status\{name="dnsalias"\} (.*)$/m,
      /^dnsalias_inventory_up (.*)$/m,
      /^dnsalias_provider_breaker_open\{zone="web\/example"\} (.*)$/m,
    ].map((pattern) => pattern.exec(text)?.[1]);
  };
  for (const [holds, want] of [
    [true, "1"],
    [false, "0"],
  ] as const) {
    metrics.leader("dnsalias", holds);
    metrics.inventoryUp(holds);
    metrics.breakerOpen("web/example", holds);
    assert.deepEqual(await shown(), [want, want, want]);
  }
});

test("a page with the process has the memory of the process, one without has not", async () => {
  const shown = async (process: boolean): Promise<boolean> =>
    (await createPrometheus({ version: "1.2.3", process }).page()).text.includes("\nprocess_resident_memory_bytes ");
  assert.deepEqual([await shown(true), await shown(false)], [true, false]);
});

test("a zone that is gone leaves no series", async () => {
  const { page, metrics } = createPrometheus({ version: "1.2.3", process: false });
  exercise(metrics);
  for (const result of ["applied", "conflict", "refused", "failed"]) {
    metrics.zoneWrite("web/example", result, 1);
  }
  for (const why of ["rate", "busy", "retry-after", "open"]) {
    metrics.providerDeferred("web/example", why);
  }
  metrics.forgetZone("web/example");
  assert.doesNotMatch((await page()).text, /web\/example/);
});

test("two in one process do not meet", async () => {
  const one = createPrometheus({ version: "1", process: false });
  const two = createPrometheus({ version: "1", process: false });
  one.metrics.loops(5);
  assert.match((await two.page()).text, /^dnsalias_loops 0$/m);
});

function exercise(metrics: ReturnType<typeof createPrometheus>["metrics"]): void {
  metrics.lookup("failure:timeout", 250);
  metrics.answers(new Map([["positive", 3]]));
  metrics.lookupsOverdue(2);
  metrics.zoneWrite("web/example", "applied", 500);
  metrics.propagated("web/example", 2700);
  metrics.propagationServers("web/example", 2, 1);
  metrics.staleness("web/example", 1.5);
  metrics.stalenessBounds(new Map([["web/gone", 1]]));
  metrics.stalenessBounds(new Map([["web/example", 95]]));
  metrics.aliases([{ ready: "True", reason: "Ready", count: 7 }]);
  metrics.conflicts(1);
  metrics.loops(2);
  metrics.heldPlans(3);
  metrics.driftRepaired("web/example");
  metrics.providerDeferred("web/example", "rate");
  metrics.breakerOpen("web/example", true);
  metrics.queryLookup();
  metrics.responder(
    {
      byProtocol: { udp: 5, tcp: 1 },
      byType: new Map([
        [28, 4],
        [65_280, 1],
        [-1, 1],
      ]),
      byRcode: new Map([[3, 2]]),
      hits: 3,
      stale: 2,
      waitedForLookup: 1,
      truncated: 1,
      dropped: 7,
      rateLimited: 6,
      errors: 0,
      waiting: 1,
      packets: 9,
    },
    1,
    "ffi",
  );
  metrics.event("Warning", "LoopDetected");
  metrics.leader("dnsalias", true);
  metrics.inventoryUp(false);
  metrics.listWatchRestart("dnsaliases", "expired");
  metrics.apiserverRequest("PATCH", "409");
  const queue = metrics.queue("zones");
  queue.added();
  queue.retried();
  queue.depth(4);
  queue.done(10, 20);
  metrics.reconciled("zone", "success", 30);
}
