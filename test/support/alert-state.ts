import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { locateComponent } from "./component.ts";
import { run } from "./run.ts";

/** Series in promtool's notation, a value a minute: `"0x5 7x40"`. */
export type AlertSeries = Readonly<Record<string, string>>;

/** Fails unless an alert of deploy/monitoring/alerts.yaml fires, or doesn't, half an hour after the first value of the series. */
export async function checkAlert(alert: string, series: AlertSeries, fires: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "dnsalias-alert-"));
  try {
    const file = join(folder, "rules.test.json");
    const test = {
      interval: "1m",
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      promql_expr_test: [
        {
          expr: `count(ALERTS{alertname="${alert}", alertstate="firing"})`,
          eval_time: "30m",
          exp_samples: fires ? [{ labels: "{}", value: 1 }] : [],
        },
      ],
    };
    const rules = resolve("deploy/monitoring/alerts.yaml");
    await writeFile(file, JSON.stringify({ rule_files: [rules], evaluation_interval: "1m", tests: [test] }));
    const { code, stdout, stderr } = await run(locateComponent("promtool"), ["test", "rules", file]);
    assert.equal(code, 0, `${alert} fires: ${fires ? "no" : "yes"}\n${stdout}${stderr}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
