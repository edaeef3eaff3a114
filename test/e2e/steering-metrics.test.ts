import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { waitFor } from "../lab/wait-for.ts";
import { skipWithout } from "../support/component.ts";
import {
  startCountingListener,
  startCountingTarget,
  type CountingListener,
  type CountingTarget,
} from "../support/counting-target.ts";
import { freePort } from "../support/free-port.ts";
import { metricsPage, type MetricsPage } from "./metrics-page.ts";
import { startSampler } from "./sampler.ts";
import { addressesBecome } from "./served.ts";
import { boundMs, DOMAIN, startSteeringLab, statusBecomes, type SteeringLab } from "./steering-lab.ts";

const MAIN = "127.4.0.1";
const SECOND = "127.4.0.2";
const THIRD = "127.4.0.3";
const CONTROL = "127.4.0.4";
const PERIOD_MS = 5_000;
const TOOK_MS = 200;
const TTL_MS = 2_000;
/** How far two clocks of a loaded machine may be apart for one check, in seconds. */
const SLACK_S = 0.5;

/** P18: what the targets have seen of the health checks, and clients of the switches, is what the metrics show. */
describe(
  "P18: the metrics of health checks and of the selection",
  { skip: skipWithout("named", "dig", "openssl") },
  () => {
    const started = new AsyncDisposableStack();
    let lab: SteeringLab;
    let main: CountingTarget;
    let second: CountingTarget;
    let third: CountingTarget;
    let control: CountingListener;
    let port = 0;

    before(async () => {
      port = await freePort(MAIN);
      main = started.use(await startCountingTarget(MAIN, port, TOOK_MS));
      second = started.use(await startCountingTarget(SECOND, port, TOOK_MS));
      third = started.use(await startCountingTarget(THIRD, port, TOOK_MS));
      lab = started.use(await startSteeringLab({ servers: [], spec }));
      control = started.use(await startCountingListener(CONTROL, lab.port));
      await lab.addControl(CONTROL);
      await addressesBecome(lab.bind, DOMAIN, "A", [MAIN]);
      await waitFor("the control", () => assert.ok(control.connections.length >= 2));
    });
    after(() => started.disposeAsync());

    test("checks by kind and result, and their durations, are those of the targets", async () => {
      const [from, seen] = await atRest();
      await delay(3 * PERIOD_MS);
      const [to, seenThen] = await atRest();
      const checks = seenThen.requests - seen.requests;
      const connections = seenThen.connections - seen.connections;
      assert.ok(checks >= 4 && connections >= 2, `${checks} requests, ${connections} connections`);
      const grown = growth(from, to);
      assert.equal(grown('dnsalias_health_checks_total{kind="httpGet",result="success"}'), checks);
      assert.equal(grown('dnsalias_health_checks_total{kind="tcpSocket",result="success"}'), connections);
      assert.equal(grown("dnsalias_health_checks_total"), checks + connections);
      assert.equal(grown("dnsalias_health_check_duration_seconds_count"), checks + connections);
      // Of the connections, which take next to no time, each has the slack too.
      const seconds = grown("dnsalias_health_check_duration_seconds_sum");
      const least = seenThen.seconds - seen.seconds;
      between(seconds, least - 0.01, least + (checks + connections) * SLACK_S);
      assert.equal(grown("dnsalias_health_check_late_seconds_count"), checks + connections);
      between(grown("dnsalias_health_check_late_seconds_sum"), 0, (checks + connections) * SLACK_S);
    });

    test("a check that is late by a pause of the process is late by as much in the metric", async () => {
      const [from] = await atRest();
      const last = main.requests.at(-1)?.at ?? Number.NaN;
      const { pid } = lab.dnsalias;
      process.kill(pid, "SIGSTOP");
      await delay(2.5 * PERIOD_MS);
      process.kill(pid, "SIGCONT");
      const resumedAt = performance.now();
      await waitFor("the checks", () =>
        assert.ok([main, second, third].every(({ requests }) => (requests.at(-1)?.at ?? 0) > last)),
      );
      await waitFor("the control", () => assert.ok((control.connections.at(-1) ?? 0) > resumedAt));
      const [to] = await atRest();
      // Each of the four was due within a period after its last start.
      const late = growth(from, to)("dnsalias_health_check_late_seconds_sum");
      between(late, (4 * 1.5 * PERIOD_MS) / 1000 - SLACK_S, (4 * (resumedAt - last)) / 1000 + SLACK_S);
      const over = growth(from, to);
      assert.equal(
        over("dnsalias_health_check_late_seconds_count") - over('dnsalias_health_check_late_seconds_bucket{le="5"}'),
        4,
      );
    });

    test("while all is well, the gauges show healthy targets and the bound in the status", async () => {
      const stated = boundMs(await statusBecomes(lab, "a bound", boundMs));
      const page = await pageOf();
      for (const [series, wanted] of [
        ['dnsalias_health_control{family="A"}', 1],
        [`dnsalias_target_healthy{namespace="web",alias="shop",target="main"}`, 1],
        [`dnsalias_target_healthy{namespace="web",alias="shop",target="second"}`, 1],
        ["dnsalias_on_standby", 0],
        ["dnsalias_all_unhealthy", 0],
        ["dnsalias_health_disputed", 0],
        ["dnsalias_drains", 0],
        ["dnsalias_pins", 0],
        ["dnsalias_switch_bound_seconds", stated / 1000],
      ] as const) {
        assert.equal(page.value(series), wanted, series);
      }
    });

    test("failed checks are those that the target answered with 500, and the switch takes as long as a client sees", async () => {
      const stated = boundMs(await lab.status());
      const [from] = await atRest();
      await using sampler = startSampler(lab.bind, [{ name: DOMAIN, family: "A" }], 50);
      main.status = 500;
      await addressesBecome(lab.bind, DOMAIN, "A", [SECOND], stated);
      await waitFor("the measured switch", async () =>
        assert.equal((await pageOf()).value("dnsalias_switch_seconds_count"), 1),
      );
      const [to] = await atRest();
      const grown = growth(from, to);
      const failures = main.requests.filter(({ status }) => status === 500);
      assert.ok(failures.length >= 2);
      assert.equal(grown('dnsalias_health_checks_total{kind="httpGet",result="failure"}'), failures.length);
      assert.equal(grown('dnsalias_selection_changes_total{reason="FailedOver"}'), 1);
      assert.equal(grown("dnsalias_selection_changes_total"), 1);
      const lastSuccess = main.requests.findLast(({ status }) => status === 200)?.endedAt ?? Number.NaN;
      const firstNew = sampler.samples.find(({ answer }) => answer.includes(SECOND))?.at ?? Number.NaN;
      const tookS = (firstNew - lastSuccess + TTL_MS) / 1000;
      // The propagation check comes a moment after the client.
      between(to.value('dnsalias_switch_seconds_sum{plane="published"}'), tookS - SLACK_S, tookS + 2 * SLACK_S);
      assert.equal(to.value("dnsalias_switches_over_bound_total"), 0);
      assert.equal(to.value(`dnsalias_target_healthy{namespace="web",alias="shop",target="main"}`), 0);
      assert.equal(to.value("dnsalias_on_standby"), 1);
      assert.equal(to.value("dnsalias_all_unhealthy"), 0);
    });

    test("a switch while the name server hangs takes longer than its bound, and counts as such", async () => {
      const stated = boundMs(await statusBecomes(lab, "a bound", boundMs));
      const [from] = await atRest();
      process.kill(lab.bind.pid(), "SIGSTOP");
      second.status = 500;
      await delay(stated + 1_000);
      process.kill(lab.bind.pid(), "SIGCONT");
      await addressesBecome(lab.bind, DOMAIN, "A", [THIRD], 60_000);
      const servedAt = performance.now();
      const lastSuccess = second.requests.findLast(({ status }) => status === 200)?.endedAt ?? Number.NaN;
      await waitFor(
        "the measured switch",
        async () => assert.equal(growth(from, await pageOf())("dnsalias_switches_over_bound_total"), 1),
        { withinMs: 30_000 },
      );
      const tookS = (servedAt - lastSuccess + TTL_MS) / 1000;
      between(growth(from, await pageOf())("dnsalias_switch_seconds_sum"), stated / 1000, tookS + 10 * SLACK_S);
    });

    test("without a healthy target, the alias counts as such; without a successful check, the family has no control", async () => {
      third.status = 500;
      await waitFor(
        "all to be unhealthy",
        async () => assert.equal((await pageOf()).value("dnsalias_all_unhealthy"), 1),
        {
          withinMs: 30_000,
        },
      );
      await statusBecomes(lab, "the same in the status", ({ targets }) =>
        assert.deepEqual(
          targets.map(({ health }) => health),
          ["Unhealthy", "Unhealthy", "Unhealthy"],
        ),
      );
      assert.equal((await pageOf()).value('dnsalias_health_control{family="A"}'), 1, "the control still answers");
      for (const target of ["main", "second", "third"]) {
        const series = `dnsalias_target_healthy{namespace="web",alias="shop",target="${target}"}`;
        assert.equal((await pageOf()).value(series), 0, target);
      }
      await control[Symbol.asyncDispose]();
      const endedAt = performance.now();
      await waitFor("no control", async () =>
        assert.equal((await pageOf()).value('dnsalias_health_control{family="A"}'), 0),
      );
      // A success counts for its period and its timeout.
      between((performance.now() - endedAt) / 1000, 0.5, 12);
      third.status = 200;
      await waitFor("the control", async () =>
        assert.equal((await pageOf()).value('dnsalias_health_control{family="A"}'), 1),
      );
      // The other alias, whose listener is gone, may be unhealthy by now.
      const healthy = `dnsalias_target_healthy{namespace="web",alias="shop",target="third"}`;
      await waitFor("a healthy target", async () => assert.equal((await pageOf()).value(healthy), 1));
    });

    test("annotations that drain a target and pin addresses are counted while they are there", async () => {
      const until = `until ${new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)}Z`;
      const shows = async (drains: number, pins: number): Promise<void> => {
        await waitFor(`${drains} drains and ${pins} pins`, async () => {
          const page = await pageOf();
          assert.deepEqual([page.value("dnsalias_drains"), page.value("dnsalias_pins")], [drains, pins]);
        });
      };
      await annotate({ "dnsalias.io/drain": `main ${until}` });
      await shows(1, 0);
      await annotate({ "dnsalias.io/drain": `main ${until}`, "dnsalias.io/pin": `${SECOND} ${until}` });
      await shows(1, 1);
      await annotate({});
      await shows(0, 0);
    });

    function spec() {
      return {
        selection: "Failover",
        targets: [
          { name: "main", addresses: [MAIN] },
          { name: "second", addresses: [SECOND] },
          { name: "third", addresses: [THIRD] },
        ],
        healthCheck: {
          httpGet: { scheme: "HTTP", port },
          period: `${PERIOD_MS / 1000}s`,
          timeout: "1s",
          successThreshold: 1,
        },
        failback: { after: "0s" },
      };
    }

    function annotate(annotations: Readonly<Record<string, string>>): Promise<void> {
      const alias = {
        apiVersion: "dnsalias.io/v1alpha1",
        kind: "DnsAlias",
        metadata: { name: "shop", namespace: "web", annotations },
        spec: { hostnames: [DOMAIN], ...spec() },
      };
      return writeFile(join(lab.root, "manifests", "alias.yaml"), JSON.stringify(alias));
    }

    async function pageOf(): Promise<MetricsPage> {
      return metricsPage(await lab.metrics());
    }

    /** A page of a moment at which no check runs, and what the targets have seen until then. */
    async function atRest() {
      const seen = () => ({
        begun: main.begun + second.begun + third.begun,
        requests: main.requests.length + second.requests.length + third.requests.length,
        connections: control.connections.length,
        seconds: [main, second, third]
          .flatMap(({ requests }) => requests)
          .reduce((sum, { at, endedAt }) => sum + (endedAt - at) / 1000, 0),
      });
      return waitFor("a moment without checks", async () => {
        const before = seen();
        assert.equal(before.begun, before.requests);
        await delay(3 * TOOK_MS);
        const page = await pageOf();
        await delay(2 * TOOK_MS);
        assert.deepEqual(seen(), before);
        return [page, before] as const;
      });
    }
  },
);

function growth(from: MetricsPage, to: MetricsPage): (series: string) => number {
  return (series) => to.value(series) - from.value(series);
}

function between(value: number, least: number, most: number): void {
  assert.ok(value >= least && value <= most, `${value}, measured ${least} to ${most}`);
}
