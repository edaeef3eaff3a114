import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { startClusterLab, type ClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { locateComponent } from "../support/component.ts";
import { checkAlert, type AlertSeries } from "../support/alert-state.ts";
import { run } from "../support/run.ts";
import { endChecked } from "./checked-zones.ts";
import { countChanges } from "./config-map-changes.ts";
import { scrape } from "./metrics-page.ts";
import { aliasShows, eventsOf, readAlias, renderedZone, zoneShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";

/** How late a loaded machine may do what is measured, in seconds. */
const SLACK_S = 3;

/** P18: what happens to a name is a condition, an Event, and a metric, whose value is the one that a client measures. */
describe("monitored", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;
  let ops = "";
  /** How long a change of a ConfigMap waits for its projection. */
  let projectionMs = 0;
  before(async () => {
    lab = await startClusterLab({
      targets: [{ name: "one.lb.test", type: "A", ttl: 5, data: ["11.18.0.1"] }],
      projectionDelayMs: () => projectionMs,
    });
    ops = lab.controller.opsUrl;
    await lab.addZone("seen.example");
    await lab.apply(aliasManifest({ name: "seen", hostnames: ["seen.example"], targets: ["one.lb.test"] }));
    await aliasShows(lab, "web/seen", "Ready", /^True/);
  });
  after(() => endChecked(lab));

  test("it is alive and ready, and says which build it is", async () => {
    for (const path of ["/healthz", "/readyz"]) {
      const response = await fetch(`${ops}${path}`);
      assert.deepEqual([response.status, await response.text()], [200, "ok\n"]);
    }
    assert.equal(await value("leader_election_master_status"), 1);
    assert.match(await page(), /^dnsalias_build_info\{version="\d/m);
  });

  test("resolve: the condition Resolved, the Event Ready, and as many look-ups as the recursive server was asked", async () => {
    assert.match((await readAlias(lab, "web/seen")).condition("Resolved"), /^True Resolved/);
    await hasEvent("web", "seen", /^Normal Ready: /);
    const before = await scrape(ops);
    const askedBefore = await askedOfResolver();
    await delay(16_000);
    const askedAfter = await askedOfResolver();
    const after = await scrape(ops);
    const lookups = after.value("dnsalias_lookups_total") - before.value("dnsalias_lookups_total");
    const asked = askedAfter - askedBefore;
    // The two pages are not of the same moment: one look-up at each end may be on one side alone. A slow answer is asked for twice.
    assert.ok(
      lookups >= 2 && asked >= lookups - 2 && asked <= 2 * lookups + 2,
      `${lookups} look-ups, ${asked} questions`,
    );
    const good = 'dnsalias_lookups_total{outcome="positive"}';
    assert.ok(after.value(good) - before.value(good) >= 2);
    const timed = "dnsalias_lookup_duration_seconds_count";
    assert.equal(after.value(timed), after.value("dnsalias_lookups_total"));
    const seconds =
      after.value("dnsalias_lookup_duration_seconds_sum") - before.value("dnsalias_lookup_duration_seconds_sum");
    assert.ok(seconds > 0 && seconds < lookups * SLACK_S, `${seconds} s for ${lookups} look-ups`);
    // One target, of which only A has addresses.
    assert.deepEqual([after.value('dnsalias_answers{state="good"}'), after.value("dnsalias_answers")], [1, 2]);
  });

  test("propagation: a new name is Propagating while its server is behind, then Programmed, and the Event is Ready", async () => {
    projectionMs = 6_000;
    await lab.apply(aliasManifest({ name: "first", hostnames: ["first.seen.example"], targets: [["11.18.2.1"]] }));
    await aliasShows(lab, "web/first", "Programmed", /^Unknown Propagating: .*Not every server/, { withinMs: 6_000 });
    assert.deepEqual(await propagationServers(), [0, 1]);
    await waitFor("the Event", async () =>
      assert.match(
        (await eventsOf(lab, "web", "first")).join("|"),
        /^Normal Published: Published first\.seen\.example A 11\.18\.2\.1 \(TTL \d+s\)\.$/,
      ),
    );
    await addressesBecome(lab.dns, "first.seen.example", "A", ["11.18.2.1"]);
    await aliasShows(lab, "web/first", "Programmed", /^True Programmed: Every server/);
    await hasEvent("web", "first", /^Normal Ready: /);
    assert.deepEqual(await propagationServers(), [1, 0]);
    projectionMs = 0;
    await lab.kubectl("delete", "dnsalias", "first", "-n", "web", "--timeout=30s");
    await waitFor("its name to be withdrawn", async () => {
      assert.doesNotMatch((await renderedZone(lab, "seen.example")).text, /first/);
    });
  });

  test("publish, propagation, stale: an Event, and the metrics have the lag and the staleness that a client measured", async () => {
    projectionMs = 6_000;
    const zone = 'zone="dns-system/seen-example"';
    const before = await scrape(ops);
    using rendered = countChanges(lab, "dnsalias-seen-example");
    await using sampler = startSampler(lab.dns, [{ name: "seen.example", family: "A" }], 50);
    await lab.targets.set({ name: "one.lb.test", type: "A", ttl: 5, data: ["11.18.0.2"] });
    const changedAt = performance.now();
    const writtenAt = await waitFor(
      "the write",
      async () => {
        assert.match((await renderedZone(lab, "seen.example")).text, /11\.18\.0\.2/);
        return performance.now();
      },
      { withinMs: 30_000, everyMs: 20 },
    );
    await waitFor("the server to be behind", async () => assert.deepEqual(await propagationServers(), [0, 1]), {
      withinMs: 5_000,
    });
    await addressesBecome(lab.dns, "seen.example", "A", ["11.18.0.2"]);
    await waitFor("the server to follow", async () => assert.deepEqual(await propagationServers(), [1, 0]));
    assert.match((await readAlias(lab, "web/seen")).condition("Programmed"), /^True Programmed/);
    projectionMs = 0;
    const after = await scrape(ops);
    const servedAt = sampler.samples.find(({ answer }) => answer[0] === "11.18.0.2")?.at ?? Infinity;
    const grown = (series: string): number => after.value(series) - before.value(series);
    const within = (what: string, seconds: number, least: number, most: number): void =>
      assert.ok(seconds >= least && seconds <= most, `${what}: ${seconds} s, measured ${least} to ${most} s`);

    assert.equal(rendered.changes(), 1, "changes of the ConfigMap, as a watch shows them");
    assert.equal(grown(`dnsalias_zone_writes_total{${zone},result="applied"}`), 1);
    assert.equal(grown(`dnsalias_zone_writes_total{${zone}}`), 1);
    within("write", grown("dnsalias_zone_write_duration_seconds_sum"), 0.0001, SLACK_S);
    assert.equal(grown(`dnsalias_propagation_lag_seconds_count{${zone}}`), 1);
    const lag = grown(`dnsalias_propagation_lag_seconds_sum{${zone}}`);
    within("lag", lag, (servedAt - writtenAt) / 1000 - 0.5, (servedAt - changedAt) / 1000 + SLACK_S);
    assert.equal(grown("dnsalias_staleness_seconds_count"), 1);
    const stale = (servedAt - changedAt) / 1000;
    // Counted from the last look-up that found the old address: with a TTL of 5 s at most 6.5 s before the change.
    within("staleness", grown("dnsalias_staleness_seconds_sum"), stale - 0.5, stale + 6.5 + SLACK_S);
    const { boundMs } = await readAlias(lab, "web/seen");
    within("bound", after.value("dnsalias_staleness_bound_seconds"), (0.7 * boundMs) / 1000, boundMs / 1000);
    await hasEvent(
      "web",
      "seen",
      /^Normal Published: Published seen\.example A 11\.18\.0\.2 \(TTL \d+s\) instead of 11\.18\.0\.1\.$/,
    );
    await hasEvent("web", "seen", /^Normal Published: Published seen\.example A 11\.18\.0\.1 \(TTL \d+s\)\.$/);
  });

  test("the alert DnsaliasStalenessOverBound fires on the staleness of this run if the stated bound is 5 s, and not with the real bound", async () => {
    const page = await scrape(ops);
    const buckets = page.text.split("\n").filter((line) => line.startsWith("dnsalias_staleness_seconds_bucket"));
    assert.ok(buckets.length > 5);
    const measured = Object.fromEntries(
      buckets.map((line) => {
        const space = line.lastIndexOf(" ");
        return [line.slice(0, space), `0x5 ${line.slice(space + 1)}x40`];
      }),
    );
    const withBound = (seconds: number): AlertSeries => ({
      ...measured,
      'dnsalias_staleness_bound_seconds{zone="dns-system/seen-example"}': `${seconds}x60`,
    });
    await checkAlert("DnsaliasStalenessOverBound", withBound(5), true);
    await checkAlert("DnsaliasStalenessOverBound", withBound(page.value("dnsalias_staleness_bound_seconds")), false);
  });

  test("look-ups, queues, Events and requests to the apiserver are counted", async () => {
    for (const name of [
      'dnsalias_answers{state="good"}',
      'dnsalias_events_total{type="Normal",reason="Published"}',
      'rest_client_requests_total{method="GET",code="200"}',
      'rest_client_requests_total{method="WATCH",code="200"}',
      ...["zones", "proof", "aliases", "reports"].flatMap((queue) => [
        `workqueue_adds_total{name="${queue}"}`,
        `workqueue_queue_duration_seconds_count{name="${queue}"}`,
        `workqueue_work_duration_seconds_count{name="${queue}"}`,
      ]),
    ]) {
      assert.ok((await value(name)) >= 1, name);
    }
  });

  test("a queue's length is of this moment: the zone's next regular look is all that waits", async () => {
    await waitFor("the queues to settle", async () => assert.ok((await value("workqueue_depth")) <= 4));
    assert.match(await page(), /^workqueue_depth\{name="aliases"\} \d+$/m);
  });

  test("conflict, loop: a condition, an Event, and a count by reason; they end when the objects go", async () => {
    await delay(1_100); // creationTimestamp has whole seconds
    await lab.apply(
      aliasManifest({ name: "late", namespace: "shop", hostnames: ["seen.example"], targets: ["one.lb.test"] }),
      aliasManifest({ name: "round", hostnames: ["a.seen.example"], targets: ["b.seen.example"] }),
      aliasManifest({ name: "round-back", hostnames: ["b.seen.example"], targets: ["a.seen.example"] }),
    );
    await aliasShows(lab, "shop/late", "Ready", /^False HostnameConflict/);
    await aliasShows(lab, "web/round", "Resolved", /^False LoopDetected/);
    await hasEvent("shop", "late", /^Warning HostnameConflict: .*seen\.example/);
    await hasEvent("web", "round", /^Warning LoopDetected: .*b\.seen\.example/);
    await hasEvent("web", "round-back", /^Warning LoopDetected: .*a\.seen\.example/);
    await waitFor("both", async () => {
      assert.equal(await value("dnsalias_conflicts"), 1);
      assert.equal(await value("dnsalias_loops"), 2);
      assert.equal(await value('dnsalias_aliases{ready="False",reason="HostnameConflict"}'), 1);
      assert.equal(await value('dnsalias_aliases{ready="False",reason="LoopDetected"}'), 2);
      assert.equal(await value("dnsalias_aliases"), 4);
    });
    await lab.kubectl("delete", "dnsalias", "late", "-n", "shop", "--timeout=30s");
    await lab.kubectl("delete", "dnsalias", "round", "round-back", "-n", "web", "--timeout=30s");
    await waitFor("neither", async () => {
      assert.equal(await value("dnsalias_conflicts"), 0);
      assert.equal(await value("dnsalias_loops"), 0);
      assert.equal(await value('dnsalias_aliases{ready="True",reason="Ready"}'), 1);
      assert.equal(await value("dnsalias_aliases"), 1);
    });
  });

  test("plan and explain read the cluster: nothing to change, and why the name is as it is", async () => {
    const at = ["--kubeconfig", lab.controllerKubeconfig, "--resolver", `${lab.resolver.host}:${lab.resolver.port}`];
    const plan = await run(process.execPath, ["src/main.ts", "plan", ...at]);
    assert.equal(plan.code, 0, plan.stdout + plan.stderr);
    const explain = await run(process.execPath, ["src/main.ts", "explain", "seen.example", ...at]);
    assert.equal(explain.code, 0, explain.stdout + explain.stderr);
    assert.match(explain.stdout, /DnsAlias web\/seen has the name/);
    assert.match(explain.stdout, /11\.18\.0\.2, TTL \d+ s, owned by this installation/);
  });

  test("kubectl finds the program as its plugin, and hands words, options and the exit code on", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dnsalias-plugin-"));
    try {
      const main = resolve("src/main.ts");
      await writeFile(join(folder, "kubectl-dnsalias"), `#!/bin/sh\nexec ${process.execPath} ${main} "$@"\n`, {
        mode: 0o755,
      });
      const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}`, KUBECONFIG: lab.controllerKubeconfig };
      const resolver = `--resolver=${lab.resolver.host}:${lab.resolver.port}`;
      const kubectl = (...words: readonly string[]) =>
        run(locateComponent("kubectl"), ["dnsalias", ...words, resolver], { env });
      const explain = await kubectl("explain", "seen.example");
      assert.match(explain.stdout, /DnsAlias web\/seen has the name/, explain.stderr);
      assert.equal((await kubectl("plan")).code, 0);
      assert.match((await kubectl("resolve", "one.lb.test")).stdout, /11\.18\.0\.2/);
      assert.equal((await kubectl("resolve", "nothing.lb.test")).code, 1);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("drift: each foreign edit that is undone is an Event and is counted; the sixth is the condition WriterConflict", async () => {
    const counted = 'dnsalias_drift_repairs_total{zone="dns-system/drift-example"}';
    await lab.addZone("drift.example");
    await lab.apply(aliasManifest({ name: "drift", hostnames: ["drift.example"], targets: [["11.18.1.1"]] }));
    await addressesBecome(lab.dns, "drift.example", "A", ["11.18.1.1"]);
    await zoneShows(lab, "dns-system/drift-example", "Programmed", /^True Programmed/);
    for (let edit = 1; edit <= 5; edit += 1) {
      await editForeign(`11.66.66.${edit}`);
      await waitFor("the repair", async () => {
        assert.match((await renderedZone(lab, "drift.example")).text, /11\.18\.1\.1/);
        assert.equal(await value(counted), edit);
      });
    }
    await hasEvent("dns-system", "drift-example", /^Warning DriftRepaired: ./);
    const events = 'dnsalias_events_total{type="Warning",reason="DriftRepaired"}';
    await waitFor("the count of Events", async () => assert.equal(await value(events), 5));
    await editForeign("11.66.66.66");
    await zoneShows(lab, "dns-system/drift-example", "Programmed", /^False WriterConflict/);
    assert.deepEqual([await value(counted), await value(events)], [5, 5]);
  });

  async function page(): Promise<string> {
    return (await scrape(ops)).text;
  }

  async function value(series: string): Promise<number> {
    return (await scrape(ops)).value(series);
  }

  /** Servers of seen.example that serve what is wanted, and that are behind. */
  async function propagationServers(): Promise<readonly number[]> {
    const now = await scrape(ops);
    return ["serving", "behind"].map((state) =>
      now.value(`dnsalias_propagation_servers{zone="dns-system/seen-example",state="${state}"}`),
    );
  }

  /** Questions that Unbound got, by its own count. Only the controller asks it. */
  async function askedOfResolver(): Promise<number> {
    const statistics = await lab.resolver.control("stats_noreset");
    return Number(/^total\.num\.queries=(\d+)$/m.exec(statistics)?.[1] ?? Number.NaN);
  }

  async function hasEvent(namespace: string, name: string, wanted: RegExp): Promise<void> {
    await waitFor(`the Event ${wanted}`, async () => {
      const events = await eventsOf(lab, namespace, name);
      assert.ok(
        events.some((event) => wanted.test(event)),
        events.join("\n"),
      );
    });
  }

  /** Another writer puts another address into the rendered zone of drift.example. */
  async function editForeign(address: string): Promise<void> {
    const { configMap, text } = await renderedZone(lab, "drift.example");
    const patch = JSON.stringify({ data: { "drift.example.zone": text.replaceAll("11.18.1.1", address) } });
    await lab.kubectl("patch", "configmap", configMap, "-n", "dns-system", "--type=merge", `-p=${patch}`);
  }
});
