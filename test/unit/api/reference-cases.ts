import type { SpecCase } from "./alias-cases.ts";

const GATEWAY = { group: "gateway.networking.k8s.io", kind: "Gateway", name: "edge", namespace: "infra" };

const main = { hostname: "d111.cloudfront.example" };

function referring(resourceRef: object, parts: object = {}): object {
  return { hostnames: ["example.com"], targets: [{ ...parts, resourceRef }] };
}

const goodReferences: readonly SpecCase[] = [
  { name: "a Service of the namespace", spec: referring({ kind: "Service", name: "web" }) },
  { name: "a Service with its group", spec: referring({ group: "", kind: "Service", name: "web" }) },
  {
    name: "an Ingress with its group",
    spec: referring({ group: "networking.k8s.io", kind: "Ingress", name: "web.front" }, { name: "main" }),
  },
  {
    name: "a Gateway of another namespace, with priority and health check",
    spec: {
      hostnames: ["example.com"],
      selection: "Failover",
      targets: [
        { priority: 0, resourceRef: GATEWAY, healthCheck: { tcpSocket: { port: 443 } } },
        { priority: 1, ...main },
      ],
    },
  },
  {
    name: "16 references with every field",
    spec: {
      hostnames: ["example.com"],
      targets: Array.from({ length: 16 }, (_, index) => ({
        name: `t${index}`,
        resourceRef: { ...GATEWAY, name: `${"a".repeat(251)}-${index % 10}`, namespace: "n".repeat(63) },
      })),
    },
  },
];

const WRONG_GROUP =
  'invalid group for this kind: remove group, or use "" for Service, networking.k8s.io for Ingress, gateway.networking.k8s.io for Gateway';
const ONE_SOURCE = "a target has exactly one of hostname, addresses, and resourceRef: use two targets to have both";

const badReferences: readonly SpecCase[] = [
  ...[
    { group: "apps", kind: "Service", name: "web" },
    { group: "", kind: "Ingress", name: "web" },
    { group: "extensions", kind: "Ingress", name: "web" },
    { group: "networking.k8s.io", kind: "Gateway", name: "web" },
  ].map((ref): SpecCase => ({
    name: `the group ${JSON.stringify(ref.group)} of ${ref.kind}`,
    spec: referring(ref),
    bad: { path: "spec.targets[0].resourceRef", says: WRONG_GROUP, by: "rule" },
  })),
  ...[{}, { ...main, resourceRef: GATEWAY }, { addresses: ["192.0.2.1"], resourceRef: GATEWAY }].map(
    (target): SpecCase => ({
      name: `a target with ${Object.keys(target).join(" and ") || "no source"}`,
      spec: { hostnames: ["example.com"], targets: [target] },
      bad: { path: "spec.targets[0]", says: ONE_SOURCE, by: "rule" },
    }),
  ),
  ...["Web", "a,metadata.namespace=b", "a..b", "-a", ".a"].map((name): SpecCase => ({
    name: `the name ${name} of an object`,
    spec: referring({ kind: "Service", name }),
    bad: { path: "spec.targets[0].resourceRef.name", says: "not the name of a Kubernetes object", by: "rule" },
  })),
  ...["Infra", "a.b", "a/b"].map((namespace): SpecCase => ({
    name: `the namespace ${namespace} of an object`,
    spec: referring({ kind: "Service", name: "web", namespace }),
    bad: { path: "spec.targets[0].resourceRef.namespace", says: "not a namespace's or Service's name", by: "rule" },
  })),
  {
    name: "a kind that isn't known",
    spec: referring({ kind: "Deployment", name: "web" }),
    bad: {
      path: "spec.targets[0].resourceRef.kind",
      says: "must be one of Service, Ingress, Gateway",
      by: "structure",
    },
  },
  {
    name: "no name of an object",
    spec: referring({ kind: "Service" }),
    bad: { path: "spec.targets[0].resourceRef.name", says: "is required", by: "structure" },
  },
  {
    name: "an empty name of an object",
    spec: referring({ kind: "Service", name: "" }),
    bad: { path: "spec.targets[0].resourceRef.name", says: "must not be empty", by: "structure" },
  },
  {
    name: "an object's name of 254 characters",
    spec: referring({ kind: "Service", name: "a".repeat(254) }),
    bad: { path: "spec.targets[0].resourceRef.name", says: "at most 253", by: "structure" },
  },
  {
    name: "a field of a reference that isn't known",
    spec: referring({ kind: "Service", name: "web", port: 80 }),
    bad: { path: "spec.targets[0].resourceRef.port", says: "there is no such field", by: "unknown" },
  },
  {
    name: "an HTTPS alias of an object",
    spec: { ...referring({ kind: "Service", name: "web" }), httpsAlias: true },
    bad: { path: "spec", says: "httpsAlias leads to one hostname", by: "rule" },
  },
];

export const REFERENCE_CASES: readonly SpecCase[] = [...goodReferences, ...badReferences];
