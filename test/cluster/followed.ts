import assert from "node:assert/strict";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import type { Cluster } from "./cluster.ts";
import { answersBecome, stalenessBoundMs, waitReady } from "./pods.ts";

/** The target of the aliases in examples/. */
export const TARGET = "d111111abcdef8.cloudfront.net";

/** The address that {@link assertFollowed} adds to each alias. */
export const FIXED = "11.1.0.3";

/** A hostname of the DnsAlias NAMESPACE/NAME, and the servers that answer for it. */
export interface Asking {
  readonly alias: string;
  readonly hostname: string;
  readonly servers: readonly DnsEndpoint[];
}

/**
 * Adds an address to the spec of each alias and then changes the target, and asserts that all servers answer with each change within the
 * bound that the status of the alias states. The changes are apart, because CoreDNS misses a change of an imported file while it reloads
 * the one before. Returns a sentence, and when the last server answered with the target's change, in milliseconds since 1970.
 */
export async function assertFollowed(cluster: Cluster, askings: readonly Asking[]): Promise<Followed> {
  const aliases = [...new Set(askings.map(({ alias }) => alias))];
  const edit = JSON.stringify({ spec: { targets: [{ hostname: TARGET }, { addresses: [FIXED] }] } });
  const edited = await assertChanged(cluster, askings, ["11.1.0.1", FIXED], async () => {
    for (const alias of aliases) {
      const [namespace = "", name = ""] = alias.split("/");
      await cluster.node.kubectl(["patch", "dnsalias", name, "-n", namespace, "--type=merge", "-p", edit]);
    }
  });
  const changed = await assertChanged(cluster, askings, ["11.1.0.2", FIXED], async () =>
    cluster.targets.set(TARGET, "A", 5, ["11.1.0.2"]),
  );
  return { text: `edit: ${edited.text}; target: ${changed.text}`, answeredAt: changed.answeredAt };
}

export interface Followed {
  readonly text: string;
  readonly answeredAt: number;
}

async function assertChanged(
  cluster: Cluster,
  askings: readonly Asking[],
  wanted: readonly string[],
  change: () => Promise<void>,
): Promise<Followed> {
  const bounds = new Map<string, number>();
  for (const { alias } of askings) {
    await waitReady(cluster.node, "dnsalias", alias);
    bounds.set(alias, await stalenessBoundMs(cluster.node, alias));
  }
  const startedAt = Date.now();
  await change();
  const ends = askings
    .filter(({ servers }) => servers.length > 0)
    .map(async ({ alias, hostname, servers }) => {
      const boundMs = bounds.get(alias) ?? 0;
      const answeredAt = await answersBecome(servers, hostname, wanted, 2 * boundMs);
      const tookMs = answeredAt - startedAt;
      assert.ok(tookMs <= boundMs, `${hostname}: took ${tookMs} ms, the bound in the status is ${boundMs} ms`);
      return { text: `${hostname} in ${tookMs} ms, bound ${boundMs} ms`, answeredAt };
    });
  const results = await Promise.all(ends);
  return {
    text: results.map(({ text }) => text).join(", "),
    answeredAt: Math.max(...results.map(({ answeredAt }) => answeredAt)),
  };
}
