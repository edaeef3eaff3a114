import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { startClusterLab } from "../lab/cluster-lab.ts";
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
const target = (data: readonly string[]) => ({ name: "www.lb.test", type: "A", ttl: 5, data }) as const;

describe("a ConfigMap that waits for the kubelet", { skip: REAL_SERVERS, concurrency: true }, () => {
  test("P7: is Propagating until it is projected, and the bound covers the wait and is the documented one", async () => {
    await using plain = await startWaiting();
    const changes = await followChanges({ ...plain.watched, set: plain.set, sets: [addresses(1), addresses(2)] });
    assertFresh(changes);
    const longestMs = Math.max(...changes.flatMap(({ judged }) => judged.map((one) => one.longestMs)));
    assert.ok(longestMs > KUBELET_WAIT_MS, `the answers were ${longestMs} ms old, so the wait was a part of it`);
  });

  test("P7: a product that is 60 s late is caught, also while ConfigMaps wait", async () => {
    await using plain = await startWaiting();
    await using late = heldBack(60_000, plain.set);
    const changes = await followChanges({ ...plain.watched, set: late.set, sets: [addresses(1), addresses(2)] });
    assert.throws(() => assertFresh(changes), /11\.13\.0\.1 .* ms of at most/);
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

interface Waiting extends AsyncDisposable {
  readonly watched: Omit<Watched, "set" | "sets">;
  readonly set: Watched["set"];
}

/** A laboratory whose kubelet isn't nudged, with a name that is Ready. One volume has all ConfigMaps, so each has one name. */
async function startWaiting(): Promise<Waiting> {
  await using starting = new AsyncDisposableStack();
  const waits = [FIRST_WAIT_MS];
  const lab = starting.use(
    await startClusterLab({
      projectionDelayMs: () => waits.shift() ?? KUBELET_WAIT_MS,
      targets: [target(addresses(1))],
    }),
  );
  const startedAt = performance.now();
  await lab.addZone("plain.example");
  await lab.apply(aliasManifest({ name: "plain", hostnames: ["plain.example"], targets: ["www.lb.test"] }));
  const early = await aliasShows(lab, "web/plain", "Programmed", /^Unknown Propagating: .*Not every server/);
  assert.match(early.condition("Reconciling"), /^True/);
  await aliasShows(lab, "web/plain", "Ready", /^True/, { withinMs: 3 * KUBELET_WAIT_MS });
  const startedInMs = performance.now() - startedAt;
  // The wait begins at the first ConfigMap of the laboratory, which is earlier on a busy machine.
  assert.ok(startedInMs > FIRST_WAIT_MS / 5, `projected after ${startedInMs} ms`);
  const open = starting.move();
  return {
    watched: {
      servers: [lab.dns],
      name: "plain.example",
      statedMs: async () => (await readAlias(lab, "web/plain")).boundMs,
      documented: ZONE_FILE_BOUND,
      startedInMs,
    },
    set: (data) => lab.targets.set(target(data)),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

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
