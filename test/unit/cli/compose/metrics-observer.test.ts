import assert from "node:assert/strict";
import { test } from "node:test";
import { createCounting } from "../../../../src/cli/compose/metrics-observer.ts";
import { createPrometheus } from "../../../../src/ops/prometheus.ts";

test("a zone that is gone has no series any more, and its held plan does not count", async () => {
  const { metrics, page } = createPrometheus({ version: "1", process: false });
  const counting = createCounting(metrics);
  const { observer } = counting;
  for (const result of ["written", "unchanged", "conflict", "refused", "failed"] as const) {
    observer.zoneWrite("dns/com", result, 5);
  }
  observer.held("dns/com", true);
  observer.drift("dns/com");
  observer.propagation("dns/com", 1, 2);
  observer.propagated("dns/com", 100, undefined);
  counting.flush();
  assert.match((await page()).text, /dnsalias_zone_writes_total\{zone="dns\/com",result="applied"\} 2/);
  assert.match((await page()).text, /dnsalias_held_plans 1/);
  observer.zoneGone("dns/com");
  counting.flush();
  const { text } = await page();
  assert.doesNotMatch(text, /dns\/com/);
  assert.match(text, /dnsalias_held_plans 0/);
});

test("servers that are not known any more have no series", async () => {
  const { metrics, page } = createPrometheus({ version: "1", process: false });
  const { observer } = createCounting(metrics);
  observer.propagation("dns/com", 1, 2);
  assert.match((await page()).text, /dnsalias_propagation_servers\{zone="dns\/com",state="behind"\} 1/);
  observer.propagation("dns/com", 0, undefined);
  assert.doesNotMatch((await page()).text, /dnsalias_propagation_servers\{/);
});

test("each zone has its own staleness, and the largest bound of its aliases", async () => {
  const { metrics, page } = createPrometheus({ version: "1", process: false });
  const counting = createCounting(metrics);
  const { observer } = counting;
  observer.propagated("dns/com", 100, 40_000);
  observer.aliasReady(
    "web/a",
    "True",
    "Ready",
    new Map([
      ["dns/com", 95_000],
      ["dns/net", 20_000],
    ]),
  );
  observer.aliasReady("web/b", "True", "Ready", new Map([["dns/com", 60_000]]));
  counting.flush();
  const before = (await page()).text;
  assert.match(before, /^dnsalias_staleness_seconds_sum\{zone="dns\/com"\} 40$/m);
  assert.match(before, /^dnsalias_staleness_bound_seconds\{zone="dns\/com"\} 95$/m);
  assert.match(before, /^dnsalias_staleness_bound_seconds\{zone="dns\/net"\} 20$/m);
  observer.aliasReady("web/a", undefined, "", new Map());
  observer.zoneGone("dns/com");
  counting.flush();
  const { text } = await page();
  assert.match(text, /^dnsalias_staleness_bound_seconds\{zone="dns\/com"\} 60$/m);
  assert.doesNotMatch(text, /dns\/net|dnsalias_staleness_seconds_sum\{/);
});
