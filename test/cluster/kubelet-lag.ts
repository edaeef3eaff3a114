import assert from "node:assert/strict";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { FIXED, TARGET } from "./followed.ts";
import { answersBecome } from "./pods.ts";
import type { Cluster } from "./cluster.ts";

/** From the last write of a ConfigMap by dnsalias to an answer of CoreDNS, which was at `answeredAt`; in milliseconds. */
export async function lagMs(cluster: Cluster, configMap: string, answeredAt: number): Promise<number> {
  const writes = (await cluster.node.auditEvents()).filter(
    ({ verb, resource, name, at }) =>
      (verb === "patch" || verb === "create") && resource === "configmaps" && name === configMap && at <= answeredAt,
  );
  const last = writes.at(-1);
  assert.ok(last, `no write of ${configMap}`);
  return answeredAt - last.at;
}

/** Changes the target several times and measures {@link lagMs} of each change, at the last of the servers. The alias has {@link FIXED} too. */
export async function measureLags(
  cluster: Cluster,
  { hostname, configMap, servers, runs }: LagOptions,
): Promise<readonly number[]> {
  const lags: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const address = `11.1.1.${run}`;
    cluster.targets.set(TARGET, "A", 5, [address]);
    const answeredAt = await answersBecome(servers, hostname, [address, FIXED], 200_000);
    lags.push(await lagMs(cluster, configMap, answeredAt));
  }
  return lags;
}

export interface LagOptions {
  readonly hostname: string;
  readonly configMap: string;
  readonly servers: readonly DnsEndpoint[];
  readonly runs: number;
}

/** "median 2.7 s, longest 4.2 s of 10" */
export function lagText(lags: readonly number[]): string {
  const sorted = lags.toSorted((a, b) => a - b);
  const seconds = (ms: number | undefined): string => `${((ms ?? 0) / 1000).toFixed(1)} s`;
  return `median ${seconds(sorted[Math.floor(sorted.length / 2)])}, longest ${seconds(sorted.at(-1))} of ${sorted.length}`;
}
