import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { createNudgeKubelet } from "../../../../src/kube/objects/kubelet-nudge.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
/** In the namespace of the DnsZone. */
const HERE = { serial: "7", consentFor: undefined };
const PODS = "/api/v1/namespaces/dns/pods";
const LABELS = { "k8s-app": "kube-dns", app: "dns" };

function pods(...list: readonly (readonly [name: string, deletionTimestamp?: string])[]): KubeResult {
  return ok({
    items: list.map(([name, deletionTimestamp]) => ({
      metadata: { name, ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }) },
    })),
  });
}

test("each running pod with the labels gets the serial; one that is on its way out doesn't", async () => {
  const { transport, requests } = scriptedTransport([pods(["a"], ["b", "2026-11-28T10:00:00Z"], ["c"]), ok(), ok()]);
  const nudge = createNudgeKubelet({ transport, clock: fakeClock() });
  assert.deepEqual(await nudge({ namespace: "dns", selector: { matchLabels: LABELS }, ...HERE }, NEVER), {
    patched: 2,
    problems: [],
  });
  const patch = (name: string) => ({
    method: "PATCH",
    path: `${PODS}/${name}?fieldManager=dnsalias-nudge`,
    contentType: "application/merge-patch+json",
    body: { metadata: { annotations: { "dnsalias.io/nudge": "7" } } },
    timeoutMs: 5_000,
  });
  assert.deepEqual(requests, [
    {
      method: "GET",
      path: `${PODS}?labelSelector=app%3Ddns%2Ck8s-app%3Dkube-dns&fieldSelector=status.phase%3DRunning&limit=100`,
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
    },
    patch("a"),
    patch("c"),
  ]);
});

test("without labels no pod is touched", async () => {
  const { transport, requests } = scriptedTransport([]);
  const nudge = createNudgeKubelet({ transport, clock: fakeClock() });
  assert.deepEqual(await nudge({ namespace: "dns", selector: { matchLabels: {} }, ...HERE }, NEVER), {
    patched: 0,
    problems: ["spec.provider.coreDNS.nudge.selector is empty: set matchLabels"],
  });
  assert.deepEqual(requests, []);
});

const forbidden = (verb: string): string =>
  `not allowed to ${verb} pods in namespace "dns"; docs/rbac.md has the Role that grants it`;

const CASES: readonly {
  readonly name: string;
  readonly results: readonly KubeResult[];
  readonly patched: number;
  readonly problems: readonly string[];
}[] = [
  { name: "pods may not be listed", results: [refusal(403)], patched: 0, problems: [forbidden("list")] },
  {
    name: "pods can't be listed",
    results: [{ kind: "unreachable", message: "reset" }],
    patched: 0,
    problems: ["the apiserver cannot be reached: reset"],
  },
  {
    name: "one pod may not be patched, one is gone, one is reached",
    results: [pods(["a"], ["b"], ["c"]), refusal(403), refusal(404), ok()],
    patched: 1,
    problems: [forbidden("patch")],
  },
  {
    name: "the API server goes away",
    results: [pods(["a"]), { kind: "unreachable", message: "reset" }],
    patched: 0,
    problems: ["the apiserver cannot be reached: reset"],
  },
];
for (const { name, results, patched, problems } of CASES) {
  test(`a nudge when ${name}`, async () => {
    const nudge = createNudgeKubelet({ transport: scriptedTransport(results).transport, clock: fakeClock() });
    assert.deepEqual(await nudge({ namespace: "dns", selector: { matchLabels: LABELS }, ...HERE }, NEVER), {
      patched,
      problems,
    });
  });
}

const ELSEWHERE = { namespace: "dns", selector: { matchLabels: LABELS }, serial: "7", consentFor: "web/shop" };
const SERVICE = { spec: { selector: { app: "dns" } } };

test("in another namespace only pods that a consenting Service selects are nudged", async () => {
  const consenting = { ...SERVICE, metadata: { annotations: { "dnsalias.io/allow-zone": "web/shop" } } };
  const labelled = ok({
    items: [
      { metadata: { name: "a", labels: LABELS } },
      { metadata: { name: "b", labels: { "k8s-app": "kube-dns" } } },
    ],
  });
  const { transport, requests } = scriptedTransport([labelled, ok({ items: [consenting] }), ok()]);
  const { patched, problems } = await createNudgeKubelet({ transport, clock: fakeClock() })(ELSEWHERE, NEVER);
  assert.deepEqual([patched, problems.length], [1, 1]);
  assert.match(problems[0] ?? "", /permits DnsZone web\/shop selects 1 of 2 Pods/);
  assert.equal(requests.at(-1)?.path, `${PODS}/a?fieldManager=dnsalias-nudge`);
});

test("in another namespace nothing is patched without consent, and without pods none is needed", async () => {
  const { transport, requests } = scriptedTransport([pods(["a"]), ok({ items: [SERVICE] }), pods()]);
  const nudge = createNudgeKubelet({ transport, clock: fakeClock() });
  assert.match((await nudge(ELSEWHERE, NEVER)).problems[0] ?? "", /dnsalias\.io\/allow-zone: web\/shop/);
  assert.deepEqual(await nudge(ELSEWHERE, NEVER), { patched: 0, problems: [] });
  assert.deepEqual(
    requests.map(({ method }) => method),
    ["GET", "GET", "GET"],
  );
});
