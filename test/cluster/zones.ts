import type { DnsEndpoint } from "../support/dns-probe.ts";
import type { Node } from "./node.ts";
import type { Outside } from "./outside.ts";

/** A DnsZone that every namespace may use. */
export function zone(key: string, domain: string, provider: object, servedBy?: object): string {
  const [namespace = "", name = ""] = key.split("/");
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace },
    spec: { domain, allowedNamespaces: { from: "All" }, provider, ...(servedBy && { servedBy }) },
  });
}

/** The Corefile of the cluster's own CoreDNS. */
export const COREFILE = { name: "coredns", key: "Corefile" };

/** A provider that adds aliases to the cluster's own CoreDNS, through a key of a ConfigMap, with the nudge. */
export function overlayProvider(configMap: object): object {
  return {
    coreDNS: {
      overlay: { configMap },
      nudge: { namespace: "kube-system", selector: { matchLabels: { "k8s-app": "kube-dns" } } },
    },
  };
}

/** A provider that updates BIND with the TSIG key in `tsigSecret`. */
export function bindProvider({ bind }: Outside, tsigSecret: string): object {
  const tsig = { keyName: "dnsalias-key", secretRef: { name: tsigSecret, key: "secret" } };
  return { rfc2136: { servers: [{ address: bind.host, port: bind.port }], tsig } };
}

/** A provider that calls the HTTP API of PowerDNS with the key in `apiKeySecret`. */
export function pdnsProvider({ pdns }: Outside, apiKeySecret: string): object {
  return { powerDNS: { url: pdns.apiUrl, apiKeyRef: { name: apiKeySecret, key: "api-key" } } };
}

/** `servedBy` for the cluster's own CoreDNS. */
export const KUBE_DNS = { service: { namespace: "kube-system", name: "kube-dns" } };

/** `servedBy` for one server. */
export function addressOf({ host, port }: DnsEndpoint): object {
  return { addresses: [{ address: host, port }] };
}

/** Lets DnsZones, as `namespace/name`, use the cluster's own CoreDNS: its Corefile, the keys that it imports, its Service, and its Pods. */
export async function permitZones(node: Node, zones: readonly string[]): Promise<void> {
  const metadata = { name: "coredns-custom", namespace: "kube-system" };
  const custom = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata });
  await node.kubectl(["apply", "-f", "-"], custom);
  const objects = ["configmap/coredns", "configmap/coredns-custom", "service/kube-dns"];
  const annotation = `dnsalias.io/allow-zone=${zones.join(",")}`;
  await node.kubectl(["annotate", "--overwrite", "-n", "kube-system", ...objects, annotation]);
}

export function secret(key: string, data: Readonly<Record<string, string>>): string {
  const [namespace = "", name = ""] = key.split("/");
  return JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData: data });
}

export function configMap(key: string, data: Readonly<Record<string, string>>): string {
  const [namespace = "", name = ""] = key.split("/");
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data });
}
