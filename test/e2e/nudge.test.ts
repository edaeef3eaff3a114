import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type ClusterLab, startClusterLab } from "../lab/cluster-lab.ts";
import { aliasManifest, baseZoneManifest, zoneFileProvider, zoneManifest } from "../lab/manifests.ts";
import {
  assertFresh,
  followChanges,
  heldBack,
  NUDGED_BOUND,
  slowestMs,
  type Watched,
  ZONE_FILE_BOUND,
} from "./freshness.ts";
import { aliasShows, readAlias } from "./objects.ts";
import { REAL_SERVERS } from "./real-servers.ts";
import { addressesBecome } from "./served.ts";

/** The kubelet syncs a volume 60 to 90 s after the last time; the first write of this laboratory comes later in that time. */
const FIRST_WAIT_MS = 25_000;
const KUBELET_WAIT_MS = 80_000;
/** The longest of 38 syncs after a nudge. */
const NUDGED_SYNC_MS = 4_200;
const addresses = (step: number) => [`11.13.0.${step}`, `11.13.1.${step}`];
const target = (data: readonly string[], name = "www.lb.test") => ({ name, type: "A", ttl: 5, data }) as const;

describe("a ConfigMap that waits for the kubelet", { skip: REAL_SERVERS, concurrency: true }, () => {
  describe("without a nudge", { concurrency: true }, () => {
    let lab: ClusterLab;
    before(async () => {
      const waits = [FIRST_WAIT_MS, FIRST_WAIT_MS];
      lab = await startClusterLab({ projectionDelayMs: () => waits.shift() ?? KUBELET_WAIT_MS });
    });
    after(() => lab[Symbol.asyncDispose]());

    /** Publishes NAME.example with the target NAME.lb.test, and returns how to watch it. */
    const publish = async (name: string): Promise<Omit<Watched, "set" | "sets">> => {
      await lab.targets.set(target(addresses(1), `${name}.lb.test`));
      const startedAt = performance.now();
      await lab.addZone(`${name}.example`);
      await lab.apply(aliasManifest({ name, hostnames: [`${name}.example`], targets: [`${name}.lb.test`] }));
      const early = await aliasShows(lab, `web/${name}`, "Programmed", /^Unknown Propagating: .*Not every server/);
      assert.match(early.condition("Reconciling"), /^True/);
      await aliasShows(lab, `web/${name}`, "Ready", /^True/, { withinMs: 3 * KUBELET_WAIT_MS });
      const startedInMs = performance.now() - startedAt;
      assert.ok(startedInMs > FIRST_WAIT_MS / 2, `projected after ${startedInMs} ms`);
      return {
        servers: [lab.dns],
        name: `${name}.example`,
        statedMs: async () => (await readAlias(lab, `web/${name}`)).boundMs,
        documented: ZONE_FILE_BOUND,
        startedInMs,
      };
    };
    const setter = (name: string) => (data: readonly string[]) => lab.targets.set(target(data, `${name}.lb.test`));

    test("P7: is Propagating until it is projected, and the bound covers the wait and is the documented one", async () => {
      const watched = await publish("plain");
      const changes = await followChanges({ ...watched, set: setter("plain"), sets: [addresses(1), addresses(2)] });
      assertFresh(changes);
      const longestMs = Math.max(...changes.flatMap(({ judged }) => judged.map((one) => one.longestMs)));
      assert.ok(longestMs > KUBELET_WAIT_MS, `the answers were ${longestMs} ms old, so the wait was a part of it`);
    });

    test("P7: a product that is 60 s late is caught", async () => {
      const watched = await publish("late");
      await using late = heldBack(60_000, setter("late"));
      const changes = await followChanges({ ...watched, set: late.set, sets: [addresses(1), addresses(2)] });
      assert.throws(() => assertFresh(changes), /11\.13\.0\.1 .* ms of at most/);
    });
  });

  test("P7: is projected within seconds where the zone asks for the nudge, and the bound says so", async () => {
    await using lab = await startClusterLab({
      projectionDelayMs: () => 3 * KUBELET_WAIT_MS,
      pod: "coredns",
      syncMs: NUDGED_SYNC_MS,
      targets: [target(addresses(1))],
    });
    await lab.apply(POD, await nudgeRoleIn("dns-system"));
    const running = JSON.stringify({ status: { phase: "Running" } });
    await lab.kubectl("patch", "pod", "coredns", "-n", "dns-system", "--subresource=status", `-p=${running}`);
    const nudge = { namespace: "dns-system", selector: { matchLabels: { "k8s-app": "kube-dns" } } };
    const provider = { ...Object(zoneFileProvider("nudged.example")), nudge };
    const startedAt = performance.now();
    await lab.apply(
      baseZoneManifest("nudged.example"),
      zoneManifest({ domain: "nudged.example", provider, servedBy: lab.dns }),
      aliasManifest({ name: "nudged", hostnames: ["nudged.example"], targets: ["www.lb.test"] }),
    );
    await addressesBecome(lab.dns, "nudged.example", "A", addresses(1));
    await aliasShows(lab, "web/nudged", "Ready", /^True/);
    const watched = {
      servers: [lab.dns],
      name: "nudged.example",
      statedMs: async () => (await readAlias(lab, "web/nudged")).boundMs,
      documented: NUDGED_BOUND,
      startedInMs: performance.now() - startedAt,
    };
    const set = (data: readonly string[]) => lab.targets.set(target(data));
    const inTime = await followChanges({ ...watched, set, sets: [addresses(1), addresses(2), addresses(3)] });
    assertFresh(inTime);

    await using late = heldBack(60_000, set);
    const startedInMs = slowestMs(watched.startedInMs, inTime);
    const changes = await followChanges({ ...watched, startedInMs, set: late.set, sets: [addresses(3), addresses(4)] });
    assert.throws(() => assertFresh(changes), /11\.13\.0\.3 .* ms of at most/, "a product that is 60 s late");
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
