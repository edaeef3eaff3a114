import type { DnsEndpoint } from "../support/dns-probe.ts";
import type { Node } from "./node.ts";

/**
 * The manifests of the cluster's own DNS, as k3s and kubeadm install it: CoreDNS in kube-system behind the Service kube-dns, with the
 * Corefile in the ConfigMap coredns, which imports the keys of coredns-custom. Names outside the cluster go to `forwardTo`.
 */
export function clusterDns({ dnsAddress }: Pick<Node, "dnsAddress">, forwardTo: DnsEndpoint): readonly string[] {
  return [
    JSON.stringify({ apiVersion: "v1", kind: "ServiceAccount", metadata: METADATA }),
    role(),
    JSON.stringify({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: "system:coredns" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" },
      subjects: [{ kind: "ServiceAccount", ...METADATA }],
    }),
    JSON.stringify({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: METADATA,
      data: { Corefile: corefile(forwardTo) },
    }),
    deployment(),
    service(dnsAddress),
  ];
}

const METADATA = { name: "coredns", namespace: "kube-system" };

/** `reload` has a shorter period than the default of 30 s. */
function corefile({ host, port }: DnsEndpoint): string {
  return `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . ${host}:${port}
    cache 30
    reload 4s 1s
    loadbalance
}
import /etc/coredns/custom/*.server
`;
}

function role(): string {
  return JSON.stringify({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "system:coredns" },
    rules: [
      { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
    ],
  });
}

function deployment(): string {
  const labels = { "k8s-app": "kube-dns" };
  const container = {
    name: "coredns",
    image: "docker.io/coredns/coredns:1.15.0",
    args: ["-conf", "/etc/coredns/Corefile"],
    readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { add: ["NET_BIND_SERVICE"], drop: ["ALL"] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: [
      { name: "config", mountPath: "/etc/coredns", readOnly: true },
      { name: "custom", mountPath: "/etc/coredns/custom", readOnly: true },
    ],
  };
  return JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...METADATA, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: "coredns",
          dnsPolicy: "Default",
          containers: [container],
          volumes: [
            { name: "config", configMap: { name: "coredns", items: [{ key: "Corefile", path: "Corefile" }] } },
            { name: "custom", configMap: { name: "coredns-custom", optional: true } },
          ],
        },
      },
    },
  });
}

function service(clusterIP: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "kube-dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
    spec: {
      clusterIP,
      selector: { "k8s-app": "kube-dns" },
      ports: [
        { name: "dns", port: 53, protocol: "UDP" },
        { name: "dns-tcp", port: 53, protocol: "TCP" },
      ],
    },
  });
}
