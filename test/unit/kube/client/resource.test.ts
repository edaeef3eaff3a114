import assert from "node:assert/strict";
import { test } from "node:test";
import { microTime } from "../../../../src/kube/client/micro-time.ts";
import * as resources from "../../../../src/kube/client/resource.ts";
import {
  CONFIG_MAPS,
  DNS_ALIASES,
  DNS_ENDPOINTS,
  DNS_ZONES,
  ENDPOINT_SLICES,
  NAMESPACES,
  pathOf,
} from "../../../../src/kube/client/resource.ts";

/** As `kubectl get --raw` takes them: the core group is below /api, every other one below /apis (API concepts, Kubernetes docs). */
const PATHS: readonly (readonly [path: string, want: string])[] = [
  [pathOf(NAMESPACES), "/api/v1/namespaces"],
  [pathOf(CONFIG_MAPS, { namespace: "dns", name: "base" }), "/api/v1/namespaces/dns/configmaps/base"],
  [pathOf(DNS_ALIASES), "/apis/dnsalias.io/v1alpha1/dnsaliases"],
  [
    pathOf(DNS_ZONES, { namespace: "dns", name: "com", subresource: "status", query: { fieldManager: "dnsalias" } }),
    "/apis/dnsalias.io/v1alpha1/namespaces/dns/dnszones/com/status?fieldManager=dnsalias",
  ],
  [
    pathOf(ENDPOINT_SLICES, { namespace: "kube-system", query: { labelSelector: "a=b,c=d", limit: "500" } }),
    "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices?labelSelector=a%3Db%2Cc%3Dd&limit=500",
  ],
  [pathOf(DNS_ENDPOINTS, { namespace: "dns" }), "/apis/externaldns.k8s.io/v1alpha1/namespaces/dns/dnsendpoints"],
  [pathOf(CONFIG_MAPS, { namespace: "../x", name: "a?b" }), "/api/v1/namespaces/..%2Fx/configmaps/a%3Fb"],
];
for (const [path, want] of PATHS) {
  test(`path ${want}`, () => assert.equal(path, want));
}

test("a MicroTime has six digits and is in UTC (metav1.MicroTime)", () => {
  assert.equal(microTime(Date.UTC(2026, 10, 29, 13, 5, 7, 89)), "2026-11-29T13:05:07.089000Z");
});

/** As `kubectl api-resources` prints them: APIVERSION KIND NAME. */
const NAMES = [
  "dnsalias.io/v1alpha1 DnsAlias dnsaliases",
  "dnsalias.io/v1alpha1 DnsZone dnszones",
  "v1 Namespace namespaces",
  "v1 ConfigMap configmaps",
  "v1 Secret secrets",
  "v1 Service services",
  "v1 Pod pods",
  "events.k8s.io/v1 Event events",
  "coordination.k8s.io/v1 Lease leases",
  "externaldns.k8s.io/v1alpha1 DNSEndpoint dnsendpoints",
  "discovery.k8s.io/v1 EndpointSlice endpointslices",
  "networking.k8s.io/v1 Ingress ingresses",
  "gateway.networking.k8s.io/v1 Gateway gateways",
  "gateway.networking.k8s.io/v1 ReferenceGrant referencegrants",
  "gateway.networking.k8s.io/v1beta1 ReferenceGrant referencegrants",
];

test("each resource has the version, the kind, and the plural of the API", () => {
  const all = Object.values(resources).flatMap((one) => (typeof one === "function" ? [] : one));
  assert.deepEqual(
    all.map(({ apiVersion, kind, plural }) => `${apiVersion} ${kind} ${plural}`).toSorted(),
    NAMES.toSorted(),
  );
});
