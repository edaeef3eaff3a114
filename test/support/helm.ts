import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { locateComponent } from "./component.ts";
import { run, runOrThrow, type RunResult } from "./run.ts";

export const CHART = "charts/dnsalias";
export const CRDS_CHART = "charts/dnsalias-crds";

/** The value files that the chart is tried with: "default", "five-minutes" and so on. */
export function valueSets(): readonly string[] {
  return readdirSync(join(CHART, "ci")).map((file) => file.replace(/-values\.yaml$/, ""));
}

export function valueFile(set: string): string {
  return join(CHART, "ci", `${set}-values.yaml`);
}

/** Runs helm to its end, without the user's settings; a non-zero exit is a result. */
export function helm(args: readonly string[], kubeconfig = "/dev/null"): Promise<RunResult> {
  return run(locateComponent("helm"), args, { env: { ...environment(), KUBECONFIG: kubeconfig } });
}

/** What `helm template` prints for the chart as release dnsalias in dns-system. */
export function template(...args: readonly string[]): Promise<string> {
  const words = ["template", "dnsalias", CHART, "--namespace=dns-system", "--include-crds", ...args];
  return runOrThrow(locateComponent("helm"), words, { env: environment() });
}

function environment(): Record<string, string> {
  const home = join(tmpdir(), `dnsalias-helm-${process.pid}`);
  return { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
}
