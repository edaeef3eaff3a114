import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../../src/base/clock.ts";
import { PODS, pathOf } from "../../../src/kube/client/resource.ts";
import type { Transport } from "../../../src/kube/client/transport.ts";
import { createNudgeKubelet } from "../../../src/kube/objects/kubelet-nudge.ts";
import { skipWithout } from "../../support/component.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { kubectl, kubectlApply, NEVER, openTransport, startCluster, until } from "./fixture.ts";

const skip = skipWithout("kube-apiserver", "etcd", "kubectl", "openssl");
const REFUSED = /dnsalias may change the annotation dnsalias\.io\/nudge of a Pod and nothing else/;

/** What a stolen token of ours could write to a Pod of kube-system, were RBAC all there is. */
const REFUSALS: readonly (readonly [what: string, patch: object])[] = [
  ["another image", { spec: { containers: [{ name: "dns", image: "evil" }] } }],
  ["a toleration", { spec: { tolerations: [{ key: "a", operator: "Exists" }] } }],
  ["a deadline", { spec: { activeDeadlineSeconds: 1 } }],
  ["a label", { metadata: { labels: { "k8s-app": "other" } } }],
  ["no labels", { metadata: { labels: null } }],
  ["another annotation", { metadata: { annotations: { a: "other" } } }],
  ["an annotation more, beside the nudge", { metadata: { annotations: { "dnsalias.io/nudge": "9", b: "1" } } }],
  ["an annotation less", { metadata: { annotations: { a: null } } }],
  ["a finalizer", { metadata: { finalizers: ["a.example/b"] } }],
  [
    "an owner",
    { metadata: { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "x", uid: "00000000-0000" }] } },
  ],
  [
    "the nudge, and another image",
    { metadata: { annotations: { "dnsalias.io/nudge": "9" } }, spec: { containers: [{ name: "dns", image: "evil" }] } },
  ],
];

describe("deploy/options/nudge/policy.yaml", { skip }, () => {
  let server: KubeApiserver;
  let ours: Transport;
  let other: Transport;
  before(async () => {
    server = await startCluster();
    await kubectl(server, "apply", "-f", "deploy/base/rbac.yaml", "-f", "deploy/options/nudge");
    await kubectl(server, "create", "serviceaccount", "other", "-n", "dns-system");
    const binding = ["--role=dnsalias-nudge", "--serviceaccount=dns-system:other"];
    await kubectl(server, "create", "rolebinding", "other", "-n", "kube-system", ...binding);
    const metadata = {
      name: "coredns",
      namespace: "kube-system",
      labels: { "k8s-app": "kube-dns" },
      annotations: { a: "1" },
    };
    const spec = { containers: [{ name: "dns", image: "coredns" }] };
    await kubectlApply(server, JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata, spec }));
    await kubectl(server, "patch", "pod", "coredns", "-n", "kube-system", "--subresource=status", "-p", RUNNING);
    ours = await openTransport(await server.kubeconfigFor({ serviceAccount: "dnsalias", namespace: "dns-system" }));
    other = await openTransport(await server.kubeconfigFor({ serviceAccount: "other", namespace: "dns-system" }));
    await until("the policy applies", async () => REFUSED.test(await tryPatch(ours, REFUSALS[0]?.[1] ?? {})));
  });
  after(async () => {
    await ours[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  it("lets the program nudge, also a second time", async () => {
    const nudge = createNudgeKubelet({ transport: ours, clock: systemClock });
    for (const serial of ["1", "2"]) {
      const request = {
        namespace: "kube-system",
        selector: { matchLabels: { "k8s-app": "kube-dns" } },
        serial,
        consentFor: undefined,
      };
      assert.deepEqual(await nudge(request, NEVER), { patched: 1, problems: [] });
    }
  });

  for (const [what, patch] of REFUSALS) {
    it(`refuses ${what}`, async () => {
      assert.match(await tryPatch(ours, patch), REFUSED);
    });
  }

  it("concerns no other account", async () => {
    for (const [, patch] of REFUSALS.slice(0, 5)) {
      assert.equal(await tryPatch(other, patch), "patched");
    }
  });
});

/** "patched", or the message of the API server. */
async function tryPatch(transport: Transport, body: object): Promise<string> {
  const path = pathOf(PODS, { namespace: "kube-system", name: "coredns", query: { dryRun: "All" } });
  const contentType = "application/strategic-merge-patch+json";
  const result = await transport.request({ method: "PATCH", path, contentType, body }, NEVER);
  return result.kind === "ok" ? "patched" : JSON.stringify(result);
}

const RUNNING = '{"status":{"phase":"Running"}}';
