import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listAt } from "../../src/base/json.ts";
import { inNewDirectory, startDaemon } from "./daemon.ts";
import { freePort } from "./free-port.ts";

export interface PrometheusServer extends AsyncDisposable {
  /** The series of an instant query. Throws if Prometheus refuses the query. */
  query(expression: string): Promise<readonly unknown[]>;
}

/** Prometheus, which scrapes each target once a second. `targets`: HOST:PORT by job. */
export async function startPrometheus(targets: Readonly<Record<string, string>>): Promise<PrometheusServer> {
  return inNewDirectory("prometheus", async (directory) => {
    const address = `127.0.0.1:${await freePort()}`;
    const config = join(directory, "prometheus.json");
    const jobs = Object.entries(targets).map(([job, target]) => ({
      job_name: job,
      static_configs: [{ targets: [target] }],
    }));
    await writeFile(config, JSON.stringify({ global: { scrape_interval: "1s" }, scrape_configs: jobs }));
    const daemon = await startDaemon({
      component: "prometheus",
      directory,
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(directory, "data")}`,
        `--web.listen-address=${address}`,
      ],
      probe: async () => {
        const response = await fetch(`http://${address}/-/ready`, { signal: AbortSignal.timeout(1000) });
        return response.ok ? undefined : `ready says ${response.status}`;
      },
    });
    return {
      query: async (expression) => {
        const parameters = new URLSearchParams({ query: expression });
        const response = await fetch(`http://${address}/api/v1/query?${parameters.toString()}`);
        const body: unknown = await response.json();
        if (!response.ok) {
          throw new Error(`${expression}: ${JSON.stringify(body)}`);
        }
        return listAt(body, "data", "result");
      },
      [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
    };
  });
}
