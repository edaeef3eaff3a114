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
import { run } from "../support/run.ts";
import { endChecked } from "./checked-zones.ts";
import { aliasShows, eventsOf, renderedZone } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

/** P18: what happens to a name is a condition, an Event and a metric. */
describe("monitored", { skip: REAL_SERVERS }, () => {
  let lab: ClusterLab;
  let ops = "";
  before(async () => {
    lab = await startClusterLab({
      targets: [{ name: "one.lb.test", type: "A", ttl: 5, data: ["11.18.0.1"] }],
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

  test("resolving, publishing and propagation are counted and timed; a change is an Event", async () => {
    const before = await value('dnsalias_zone_writes_total{zone="dns-system/seen-example",result="applied"}');
    const lags = await value('dnsalias_propagation_lag_seconds_count{zone="dns-system/seen-example"}');
    await lab.targets.set({ name: "one.lb.test", type: "A", ttl: 5, data: ["11.18.0.2"] });
    await addressesBecome(lab.dns, "seen.example", "A", ["11.18.0.2"]);
    await waitFor("the metrics", async () => {
      assert.equal(
        await value('dnsalias_zone_writes_total{zone="dns-system/seen-example",result="applied"}'),
        before + 1,
      );
      assert.equal(await value('dnsalias_propagation_lag_seconds_count{zone="dns-system/seen-example"}'), lags + 1);
      assert.ok((await value("dnsalias_staleness_seconds_count")) >= 1);
      assert.ok((await value('dnsalias_lookups_total{outcome="positive"}')) >= 3);
    });
    await waitFor("the Event", async () => {
      const events = await eventsOf(lab, "web", "seen");
      assert.ok(
        events.some((event) => event === "Normal Published: seen.example A: 11.18.0.1 → 11.18.0.2"),
        events.join("\n"),
      );
    });
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

  test("a conflict and a loop are counted by reason; they end when the objects go", async () => {
    await delay(1_100); // creationTimestamp has whole seconds
    await lab.apply(
      aliasManifest({ name: "late", namespace: "shop", hostnames: ["seen.example"], targets: ["one.lb.test"] }),
      aliasManifest({ name: "round", hostnames: ["a.seen.example"], targets: ["b.seen.example"] }),
      aliasManifest({ name: "round-back", hostnames: ["b.seen.example"], targets: ["a.seen.example"] }),
    );
    await aliasShows(lab, "shop/late", "Ready", /^False HostnameConflict/);
    await aliasShows(lab, "web/round", "Resolved", /^False LoopDetected/);
    await waitFor("both", async () => {
      assert.equal(await value("dnsalias_conflicts"), 1);
      assert.equal(await value("dnsalias_loops"), 2);
    });
    await lab.kubectl("delete", "dnsalias", "late", "-n", "shop", "--timeout=30s");
    await lab.kubectl("delete", "dnsalias", "round", "round-back", "-n", "web", "--timeout=30s");
    await waitFor("neither", async () => {
      assert.equal(await value("dnsalias_conflicts"), 0);
      assert.equal(await value("dnsalias_loops"), 0);
    });
  });

  test("a foreign edit that is undone is counted", async () => {
    const { configMap, text } = await renderedZone(lab, "seen.example");
    const patch = JSON.stringify({ data: { "seen.example.zone": text.replaceAll("11.18.0.2", "11.66.66.66") } });
    await lab.kubectl("patch", "configmap", configMap, "-n", "dns-system", "--type=merge", `-p=${patch}`);
    await waitFor("the count", async () =>
      assert.equal(await value('dnsalias_drift_repairs_total{zone="dns-system/seen-example"}'), 1),
    );
  });

  test("plan and explain read the cluster: nothing to change, and why the name is as it is", async () => {
    const at = ["--kubeconfig", lab.controllerKubeconfig, "--resolver", `${lab.resolver.host}:${lab.resolver.port}`];
    const plan = await run(process.execPath, ["src/main.ts", "plan", ...at]);
    assert.equal(plan.code, 0, plan.stdout + plan.stderr);
    const explain = await run(process.execPath, ["src/main.ts", "explain", "seen.example", ...at]);
    assert.equal(explain.code, 0, explain.stdout + explain.stderr);
    assert.match(explain.stdout, /DnsAlias web\/seen has the name/);
    assert.match(explain.stdout, /11\.18\.0\.2, TTL \d+ s, ours/);
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

  async function page(): Promise<string> {
    return (await fetch(`${ops}/metrics`)).text();
  }

  /** One series by its name and labels, the sum where labels are left out; 0 when it is not there. */
  async function value(series: string): Promise<number> {
    const [name = "", labels] = series.split(/[{}]/);
    return (await page())
      .split("\n")
      .filter((line) => line.startsWith(name) && /^[ {]/.test(line.slice(name.length)))
      .filter((line) => labels === undefined || labels.split(",").every((label) => line.includes(label)))
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  }
});
