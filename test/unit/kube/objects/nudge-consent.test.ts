import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeResult } from "../../../../src/kube/client/api-result.ts";
import { createNudgeConsent } from "../../../../src/kube/objects/nudge-consent.ts";
import { fakeClock } from "../../../support/fake-clock.ts";
import { ok, refusal, scriptedTransport } from "../../../support/scripted-transport.ts";

const NEVER = new AbortController().signal;
const DNS = { name: "dns-1", labels: { "k8s-app": "kube-dns", hash: "1" } };
const CACHE = { name: "cache-1", labels: { "k8s-app": "node-cache" } };

function service(selector: object | undefined, allow?: string): unknown {
  const annotations = allow === undefined ? {} : { annotations: { "dnsalias.io/allow-zone": allow } };
  return { metadata: { name: "s", ...annotations }, spec: selector === undefined ? {} : { selector } };
}

const SELECTOR = { "k8s-app": "kube-dns" };
const left = (count: number): string =>
  `no Service that permits DnsZone dns/com selects ${count} of 2 Pods in namespace "kube-system", which is another namespace. Annotate a Service that selects them with dnsalias.io/allow-zone: dns/com. Commas separate several DnsZones`;

const CASES: readonly (readonly [
  name: string,
  list: KubeResult,
  pods: readonly string[],
  problems: readonly string[],
])[] = [
  ["no Service", ok({ items: [] }), [], [left(2)]],
  ["a Service without the annotation", ok({ items: [service(SELECTOR)] }), [], [left(2)]],
  ["a Service that permits another DnsZone", ok({ items: [service(SELECTOR, "dns/other")] }), [], [left(2)]],
  ["a Service that permits the DnsZone", ok({ items: [service(SELECTOR, "dns/com")] }), ["dns-1"], [left(1)]],
  [
    "a Service for each Pod",
    ok({ items: [service(SELECTOR, "dns/com"), service(CACHE.labels, "web/shop, dns/com")] }),
    ["dns-1", "cache-1"],
    [],
  ],
  ["a Service without a selector", ok({ items: [service(undefined, "dns/com")] }), [], [left(2)]],
  ["a Service with an empty selector", ok({ items: [service({}, "dns/com")] }), [], [left(2)]],
  [
    "a Service that selects one label more",
    ok({ items: [service({ ...SELECTOR, a: "b" }, "dns/com")] }),
    [],
    [left(2)],
  ],
  [
    "no right to list Services",
    refusal(403),
    [],
    ['not allowed to list services in namespace "kube-system"; docs/rbac.md has the Role that grants it'],
  ],
  ["no API server", refusal(500), [], ["the apiserver answered 500"]],
];
for (const [name, list, pods, problems] of CASES) {
  test(`with ${name}, ${pods.length} of 2 Pods are nudged`, async () => {
    const { transport, requests } = scriptedTransport([list]);
    const permitted = createNudgeConsent({ transport, clock: fakeClock() });
    const result = await permitted({ namespace: "kube-system", zone: "dns/com", pods: [DNS, CACHE] }, NEVER);
    assert.deepEqual({ ...result, pods: result.pods.map((pod) => pod.name) }, { pods, problems });
    assert.deepEqual(requests, [{ method: "GET", path: "/api/v1/namespaces/kube-system/services" }]);
  });
}

test("the Services of a namespace are listed once in 5 s for all DnsZones", async () => {
  const list = ok({ items: [service(SELECTOR, "dns/com")] });
  const { transport, requests } = scriptedTransport([list, ok({ items: [] })]);
  const clock = fakeClock();
  const permitted = createNudgeConsent({ transport, clock });
  const names = async (zone: string): Promise<readonly string[]> =>
    (await permitted({ namespace: "kube-system", zone, pods: [DNS] }, NEVER)).pods.map((pod) => pod.name);
  assert.deepEqual(await Promise.all([names("dns/com"), names("dns/net")]), [["dns-1"], []]);
  await clock.advance(4_999);
  assert.deepEqual([await names("dns/com"), requests.length], [["dns-1"], 1]);
  await clock.advance(1);
  assert.deepEqual([await names("dns/com"), requests.length], [[], 2]);
});
