import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { skipWithout } from "../support/component.ts";
import { startClusterLab, type ClusterLab } from "./cluster-lab.ts";
import { aliasManifest } from "./manifests.ts";
import { startTargetConsole } from "./target-console.ts";

/**
 * `npm run cluster`: a laboratory cluster to try things in, until Ctrl-C. `-- --kubelet` lets a ConfigMap wait for its projection as long as the
 * kubelet does, and `-- --check` ends once the example is served.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { kubelet: { type: "boolean" }, check: { type: "boolean" } } });
  const missing = skipWithout(
    "coredns",
    "dig",
    "etcd",
    "knotd",
    "kube-apiserver",
    "kubectl",
    "named",
    "nsd",
    "unbound",
  );
  if (missing !== false) {
    console.error(missing);
    process.exitCode = 1;
    return;
  }
  const stopped = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  console.log("starting etcd, kube-apiserver, Knot, NSD, BIND, Unbound, CoreDNS and dnsalias …");
  await using lab = await startClusterLab({
    targets: EXAMPLE_TARGETS,
    ...(values.kubelet === true && { projectionDelayMs: kubeletDelayMs }),
  });
  await using targetConsole = await startTargetConsole(lab.targets);
  await lab.addZone("example.com");
  await lab.apply(aliasManifest({ name: "shop", hostnames: ["example.com"], targets: ["shop.lb.test"] }));
  console.log(whatToTry(lab, targetConsole.url));
  const watching = showAliases(lab, values.check === true);
  await Promise.race([stopped, watching]);
  console.log("stopping …");
}

const EXAMPLE_TARGETS = [
  { name: "shop.lb.test", type: "CNAME", ttl: 10, data: ["d111.cdn.test."] },
  { name: "d111.cdn.test", type: "CNAME", ttl: 10, data: ["pop.edge.test."] },
  { name: "pop.edge.test", type: "A", ttl: 10, data: ["11.2.0.1", "11.2.0.2"] },
  { name: "pop.edge.test", type: "AAAA", ttl: 10, data: ["2a01:db8::1"] },
] as const;

/** A kubelet syncs a pod every 60 to 90 s: a change waits for the rest of that. */
function kubeletDelayMs(): number {
  return Math.random() * 90_000;
}

function whatToTry({ api, dns, resolver }: ClusterLab, consoleUrl: string): string {
  const at = `dig @${dns.host} -p ${dns.port}`;
  return `
  export KUBECONFIG=${api.kubeconfig}

  kubectl get dnsalias,dnszones -A
  kubectl describe dnsalias shop -n web

  ${at} example.com A +short       the target's addresses
  ${at} example.com MX +short      still there, as SOA, NS, TXT, CAA and HTTPS are
  dig @${resolver.host} -p ${resolver.port} shop.lb.test      the chain that is followed

  Change the target (TTL 10 s; the alias follows within its status.stalenessBound):
  curl -X PUT ${consoleUrl}/pop.edge.test/A -d '11.2.0.7 11.2.0.8'

  Ctrl-C ends it and leaves nothing behind.
`;
}

/** Prints `kubectl get dnsalias -A` whenever it says something else. */
async function showAliases(lab: ClusterLab, onlyUntilReady: boolean): Promise<void> {
  let shown = "";
  for (;;) {
    const columns = "-o=custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name,HOSTNAMES:.spec.hostnames,";
    const text = await lab
      .kubectl(
        "get",
        "dnsalias",
        "-A",
        `${columns}ADDRESSES:.status.summary.addresses,TTL:.status.summary.ttl,REASON:.status.conditions[?(@.type=="Ready")].reason`,
      )
      .catch((error: unknown) => String(error));
    if (text !== shown) {
      console.log(`${new Date().toISOString().slice(11, 19)}\n${text}`);
      shown = text;
    }
    if (onlyUntilReady && /\bReady\b/.test(text)) {
      return;
    }
    await delay(1000, undefined, { ref: false });
  }
}

await main();
