import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { listAt, parseJson, textAt } from "../../../src/base/json.ts";
import { createSeries } from "../../../src/ops/series.ts";
import { skipWithout } from "../../support/component.ts";
import { valueAt } from "../../support/json-at.ts";
import { startPrometheus, type PrometheusServer } from "../../support/prometheus-server.ts";

const dashboard = parseJson(readFileSync("deploy/monitoring/dashboard.json", "utf8"));
const panels = listAt(dashboard, "panels").filter((panel) => textAt(panel, "type") !== "row");

/** The labels that a query selects. Each other label has the value "x". */
const SELECTED: Readonly<Record<string, readonly string[]>> = {
  ready: ["True", "False"],
  state: ["behind", "serving"],
  type: ["Warning", "Normal"],
};

describe("the dashboard at a real Prometheus", { skip: skipWithout("prometheus") }, () => {
  const started = new AsyncDisposableStack();
  let prometheus: PrometheusServer;

  before(async () => {
    const own = started.use(await serve(ownMetrics()));
    const foreign = started.use(await serve(foreignMetrics()));
    prometheus = started.use(await startPrometheus({ dnsalias: own.address, other: foreign.address }));
    const deadline = performance.now() + 60_000;
    while ((await prometheus.query("count_over_time(up[1m]) > 4")).length < 2) {
      assert.ok(performance.now() < deadline, "Prometheus did not scrape");
      await delay(500);
    }
  });
  after(() => started.disposeAsync());

  for (const panel of panels) {
    test(`${textAt(panel, "title")}: each query has results, all of dnsalias`, async () => {
      for (const target of listAt(panel, "targets")) {
        const expression = withVariables(textAt(target, "expr") ?? "");
        const results = await prometheus.query(expression);
        assert.notEqual(results.length, 0, expression);
        const jobs = results.map((result) => valueAt(result, "metric", "job"));
        assert.deepEqual(
          jobs.filter((job) => job !== undefined && job !== "dnsalias"),
          [],
        );
      }
    });
  }

  test("Leader doesn't count the Lease of another program", async () => {
    const panel = panels.find((one) => textAt(one, "title") === "Leader");
    const [result] = await prometheus.query(withVariables(textAt(listAt(panel, "targets")[0], "expr") ?? ""));
    assert.equal(listAt(result, "value")[1], "1");
  });

  test("each variable has values, and Grafana doesn't edit the dashboard", async () => {
    assert.equal(valueAt(dashboard, "editable"), false);
    const variables = listAt(dashboard, "templating", "list");
    assert.deepEqual(
      variables.map((variable) => textAt(variable, "name")),
      ["datasource", "job", "instance"],
    );
    for (const variable of variables.slice(1)) {
      assert.equal(textAt(variable, "allValue"), ".+");
      const [, series = "", label = ""] =
        /^label_values\((.*), (\w+)\)$/.exec(textAt(variable, "query", "query") ?? "") ?? [];
      assert.equal((await prometheus.query(`count by (${label}) (${withVariables(series)})`)).length, 1);
    }
  });
});

test("each query of the dashboard has the variables of job and instance, and the data source variable", () => {
  for (const panel of panels) {
    for (const target of listAt(panel, "targets")) {
      const expression = textAt(target, "expr") ?? "";
      const series = expression.match(/\b(?:dnsalias|workqueue|rest_client|leader_election|process|nodejs)_[a-z_]+/g);
      const selected = expression.split('{job=~"$job", instance=~"$instance"').length - 1;
      const joins = expression.split("and on (job, instance) dnsalias_build_info").length - 1;
      assert.equal(selected + joins, series?.length, expression);
      assert.equal(textAt(target, "datasource", "uid"), "${datasource}");
    }
  }
});

function withVariables(query: string): string {
  return query.replaceAll("$__rate_interval", "1m").replaceAll(/\$(?:job|instance)\b/g, ".+");
}

/** A sample of each metric of the program. */
function ownMetrics(): Registry {
  const registry = new Registry();
  const { responder, health, ...rest } = createSeries(registry, "1");
  for (const metric of [...Object.values(responder), ...Object.values(health), ...Object.values(rest)]) {
    for (const turn of [0, 1]) {
      addSample(metric, turn);
    }
  }
  collectDefaultMetrics({ register: registry });
  return registry;
}

function addSample(metric: unknown, turn: number): void {
  if (metric instanceof Counter || metric instanceof Gauge || metric instanceof Histogram) {
    const names = listAt(metric, "labelNames").map(String);
    const labels = Object.fromEntries(names.map((name) => [name, SELECTED[name]?.[turn] ?? "x"]));
    if (metric instanceof Counter) {
      metric.inc(labels, 1);
    } else if (metric instanceof Gauge) {
      metric.set(labels, 1);
    } else {
      metric.observe(labels, 1);
    }
  }
}

/** Another program with a Lease, on Node.js. */
function foreignMetrics(): Registry {
  const registry = new Registry();
  const registers = [registry];
  new Gauge({ name: "leader_election_master_status", help: "x", labelNames: ["name"], registers }).set(
    { name: "o" },
    1,
  );
  new Counter({ name: "rest_client_requests_total", help: "x", labelNames: ["code"], registers }).inc({ code: "200" });
  collectDefaultMetrics({ register: registry });
  return registry;
}

async function serve(registry: Registry): Promise<AsyncDisposable & { readonly address: string }> {
  const server = createServer((_request, response) => {
    void registry.metrics().then((text) => response.setHeader("content-type", registry.contentType).end(text));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    address: `127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
