import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { startClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneManifest, zoneFileProvider, zoneManifest } from "../lab/manifests.ts";
import { aliasShows } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

const KUBELET_DELAY_MS = 25_000;
const TARGETS = [{ name: "www.lb.test", type: "A", ttl: 5, data: ["11.13.0.1"] }] as const;

describe("a ConfigMap that waits for the kubelet", { skip: REAL_SERVERS, concurrency: true }, () => {
  test("is Propagating until it is projected, and the bound covers the wait", async () => {
    await using lab = await startClusterLab({ projectionDelayMs: () => KUBELET_DELAY_MS, targets: TARGETS });
    const startedAt = performance.now();
    await lab.addZone("plain.example");
    await lab.apply(aliasManifest({ name: "plain", hostnames: ["plain.example"], targets: ["www.lb.test"] }));
    const early = await aliasShows(lab, "web/plain", "Programmed", /^Unknown Propagating: .*0 of 1 servers/);
    assert.match(early.condition("Reconciling"), /^True/);
    const { boundMs } = await aliasShows(lab, "web/plain", "Ready", /^True/, { withinMs: 3 * KUBELET_DELAY_MS });
    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs > KUBELET_DELAY_MS / 2 && boundMs >= tookMs, `${boundMs} ms for ${tookMs} ms`);
  });

  test("is projected within seconds where the zone asks for the nudge", async () => {
    await using lab = await startClusterLab({
      projectionDelayMs: () => 10 * KUBELET_DELAY_MS,
      pod: "coredns",
      targets: TARGETS,
    });
    await lab.apply(POD, await nudgeRoleIn("dns-system"));
    const running = JSON.stringify({ status: { phase: "Running" } });
    await lab.kubectl("patch", "pod", "coredns", "-n", "dns-system", "--subresource=status", `-p=${running}`);
    const nudge = { namespace: "dns-system", selector: { matchLabels: { "k8s-app": "kube-dns" } } };
    const provider = { ...Object(zoneFileProvider("nudged.example")), nudge };
    await lab.apply(
      baseZoneManifest("nudged.example"),
      zoneManifest({ domain: "nudged.example", provider, servedBy: lab.dns }),
      aliasManifest({ name: "nudged", hostnames: ["nudged.example"], targets: ["www.lb.test"] }),
    );
    await addressesBecome(lab.dns, "nudged.example", "A", ["11.13.0.1"]);
    await aliasShows(lab, "web/nudged", "Ready", /^True/);
    await lab.targets.set({ name: "www.lb.test", type: "A", ttl: 5, data: ["11.13.0.2"] });
    await addressesBecome(lab.dns, "nudged.example", "A", ["11.13.0.2"]);
  });
});

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: coredns, namespace: dns-system, labels: {k8s-app: kube-dns}}
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: coredns
    image: coredns
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`;

/** deploy/options/nudge/rbac.yaml is for CoreDNS in kube-system. */
async function nudgeRoleIn(namespace: string): Promise<string> {
  const path = join(import.meta.dirname, "..", "..", "deploy", "options", "nudge", "rbac.yaml");
  return (await readFile(path, "utf8")).replaceAll("namespace: kube-system", `namespace: ${namespace}`);
}
