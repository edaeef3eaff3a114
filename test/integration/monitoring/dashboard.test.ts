import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parse } from "yaml";
import { isObject, listAt, parseJson, textAt } from "../../../src/base/json.ts";
import { createPrometheus } from "../../../src/ops/prometheus.ts";
import { locateComponent, skipWithout } from "../../support/component.ts";
import { run } from "../../support/run.ts";

const dashboard = parseJson(readFileSync("deploy/monitoring/dashboard.json", "utf8"));
const panels = listAt(dashboard, "panels").filter((panel) => textAt(panel, "type") !== "row");
const queries = panels.flatMap((panel) => listAt(panel, "targets").map((target) => textAt(target, "expr")));
const alerts = listAt(parse(readFileSync("deploy/monitoring/alerts.yaml", "utf8")), "groups")
  .flatMap((group) => listAt(group, "rules"))
  .map((rule) => textAt(rule, "expr"));

/** Words before `{` or `[`, or that stand for a whole series in an expression of ours. */
const METRIC = /\b(?:dnsalias|workqueue|rest_client|leader_election|controller_runtime|process|nodejs)_[a-z_]+/g;

test("every panel has a title, a sentence and a query, and no two lie upon each other", () => {
  assert.ok(panels.length > 10);
  for (const panel of panels) {
    assert.notEqual(textAt(panel, "description"), "", textAt(panel, "title"));
    assert.ok(listAt(panel, "targets").length > 0, textAt(panel, "title"));
  }
  const cells = listAt(dashboard, "panels").flatMap(cellsOf);
  assert.equal(new Set(cells).size, cells.length);
});

test("queries of the dashboard and of the alerts name series that are served, and labels that these have", async () => {
  const { text } = await createPrometheus({ version: "1", process: true }).page();
  const served = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name));
  const named = [...queries, ...alerts].flatMap((query) => [...query.matchAll(METRIC)].map(([name]) => name));
  assert.ok(named.length > 30);
  const unknown = named.filter((name) => !served.has(name.replace(/_(?:bucket|sum|count)$/, "")) && !served.has(name));
  assert.deepEqual([...new Set(unknown)], []);
  const page = readFileSync("docs/metrics.md", "utf8");
  for (const query of [...queries, ...alerts]) {
    const [metric = ""] = query.match(METRIC) ?? [];
    const documented = new RegExp(`\`${metric.replace(/_(?:bucket|sum|count)$/, "")}(?:\\{([^}]*)\\})?\``).exec(page);
    const labels = new Set([...(documented?.[1] ?? "").split(", "), ...FROM_PROMETHEUS]);
    const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", "));
    assert.deepEqual(
      grouped.filter((label) => !labels.has(label)),
      [],
      query,
    );
  }
});

test("Prometheus can read every query", { skip: skipWithout("promtool") }, async () => {
  const rules = queries.map((query, index) => ({ record: `query:${index}`, expr: withoutVariables(query) }));
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-dashboard-"));
  try {
    const file = join(directory, "rules.json");
    await writeFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    const checked = await run(locateComponent("promtool"), ["check", "rules", file]);
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

/** Of buckets, and of the scrape. */
const FROM_PROMETHEUS = ["le", "instance", "job", "pod"];

function withoutVariables(query: string): string {
  return query.replaceAll("$__rate_interval", "5m").replaceAll(/\$(?:job|instance)\b/g, ".+");
}

function cellsOf(panel: unknown): readonly string[] {
  const at = isObject(panel) ? panel["gridPos"] : undefined;
  const side = (name: string): number => (isObject(at) ? Number(at[name]) : 0);
  return Array.from({ length: side("h") }, (_, down) =>
    Array.from({ length: side("w") }, (__, right) => `${side("x") + right} ${side("y") + down}`),
  ).flat();
}

describe("the copies in the chart", () => {
  test("are the same texts", () => {
    for (const file of ["alerts.yaml", "dashboard.json"]) {
      assert.equal(
        readFileSync(`charts/dnsalias/files/${file}`, "utf8"),
        readFileSync(`deploy/monitoring/${file}`, "utf8"),
      );
    }
  });
});
