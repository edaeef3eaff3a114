import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listAt, textAt, type KubeRequests } from "../../lab/kube-requests.ts";
import { baseZoneManifest, corefileManifest, hyphened } from "../../lab/manifests.ts";
import { startProjection } from "../../lab/projection.ts";
import { startCoreDns } from "../../support/coredns.ts";
import { freePort } from "../../support/free-port.ts";
import type { KubeApiserver } from "../../support/kube-apiserver.ts";
import { foreignQuestions, foreignZoneText, servedBy, type Place } from "./place.ts";

export interface ClusterParts {
  readonly host: string;
  readonly api: KubeApiserver;
  readonly requests: KubeRequests;
}

/** A rendered ConfigMap, which CoreDNS reads as a volume. */
export async function zoneFilePlace(
  { host, api, requests }: ClusterParts,
  started: AsyncDisposableStack,
): Promise<Place> {
  const domain = "zonefile.example";
  const directory = await newDirectory(started);
  const includes = (name: string): boolean => name === `dnsalias-${hyphened(domain)}`;
  started.use(await startProjection({ api, namespace: "dns-system", includes, directory }));
  const auto = `auto {\n directory ${directory} (.*)\\.zone {1}\n reload 2s\n }`;
  const dns = started.use(await startCoreDns({ host, corefile: `. {\n bind {$DNS_HOST}\n ${auto}\n}\n` }));
  const server = "CoreDNS by zoneFile";
  return {
    id: "zonefile",
    domain,
    firstName: domain,
    provider: {
      coreDNS: { zoneFile: { baseZone: { configMapKeyRef: { name: `base-${hyphened(domain)}`, key: "zone" } } } },
    },
    servedBy: servedBy(dns),
    manifests: [baseZoneManifest(domain, foreignZoneText(domain))],
    servers: { [server]: dns },
    peers: { zonefile: [dns] },
    parts: { [server]: { daemon: dns, silences: [server] } },
    foreign: foreignQuestions(domain),
    claimed: `foreign.${domain}`,
    async records() {
      const map = await requests.get(`/api/v1/namespaces/dns-system/configmaps/dnsalias-${hyphened(domain)}`);
      const text = textAt(map, "data", `${domain}.zone`);
      // It is created empty, and filled by the next request.
      assert.notEqual(text, "", `there is no zone ${domain} yet`);
      return addressLines(text);
    },
  };
}

/** Addresses of the base zone and of the aliases. */
function addressLines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => /^(\S+)\.\t\d+\tIN\t(A|AAAA)\t(\S+)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [`${match[1]} ${match[2]} ${match[3]}`]))
    .sort();
}

/** A part of a Corefile, whose names CoreDNS answers before its own zone. */
export async function overlayPlace(
  { host, api, requests }: ClusterParts,
  started: AsyncDisposableStack,
): Promise<Place> {
  const domain = "overlay.example";
  const volume = join(await newDirectory(started), "custom");
  await mkdir(volume);
  const port = await freePort(host);
  const adapt = (text: string): string => text.replaceAll(/^(\S+):53 \{$/gm, `$1:${port} {\n    bind {$DNS_HOST}`);
  const includes = (name: string): boolean => name === "coredns-custom";
  started.use(await startProjection({ api, namespace: "kube-system", includes, directory: volume, adapt }));
  const root = `.:{$DNS_PORT} {\n bind {$DNS_HOST}\n file db.overlay ${domain}\n reload 2s 1s\n}\n`;
  const corefile = `${root}import ${volume}/*.server\n`;
  const files = { "db.overlay": foreignZoneText(domain) };
  const dns = started.use(await startCoreDns({ host, port, corefile, files }));
  const server = "CoreDNS by overlay";
  const configMap = { name: "coredns-custom", key: "dnsalias.server" };
  return {
    id: "overlay",
    domain,
    firstName: `n0.${domain}`,
    provider: { coreDNS: { overlay: { configMap } } },
    servedBy: servedBy(dns),
    manifests: [foreignConfigMap(configMap)],
    servers: { [server]: dns },
    peers: { overlay: [dns] },
    parts: { [server]: { daemon: dns, silences: [server] } },
    foreign: foreignQuestions(domain),
    async records() {
      const map = await requests.get(`/api/v1/namespaces/kube-system/configmaps/${configMap.name}`);
      const text = textAt(map, "data", configMap.key);
      const blocks = [...text.matchAll(/^(\S+?)\.?:53 \{$/gm)].map(([, name]) => `${name} block`);
      const foreign = text.split("\n").filter((line) => line === FOREIGN_LINE);
      return [...blocks, ...foreign, `${OTHER_KEY} ${textAt(map, "data", OTHER_KEY)}`].sort();
    },
  };
}

const OTHER_KEY = "other.server";
const FOREIGN_LINE = "# of another owner";

/** A line of another owner in the key that dnsalias shares, and a key of another owner. */
function foreignConfigMap({ name, key }: { readonly name: string; readonly key: string }): string {
  const data = { [key]: `${FOREIGN_LINE}\n`, [OTHER_KEY]: `${FOREIGN_LINE}\n` };
  return corefileManifest(name, data, ["dns-system/overlay"]);
}

/** DNSEndpoint objects, as an ExternalDNS would read them. */
export function dnsEndpointPlace({ requests }: ClusterParts): Place {
  const domain = "endpoint.example";
  const path = "/apis/externaldns.k8s.io/v1alpha1/namespaces/dns-system/dnsendpoints";
  return {
    id: "endpoint",
    domain,
    firstName: `n0.${domain}`,
    provider: { dnsEndpoint: {} },
    manifests: [foreignEndpoint(domain)],
    servers: {},
    peers: {},
    parts: {},
    foreign: [],
    async records() {
      return endpointRecords(listAt(await requests.get(path), "items"));
    },
  };
}

/** `name type addresses` of all endpoints of DNSEndpoint objects. */
export function endpointRecords(objects: readonly unknown[]): readonly string[] {
  return objects
    .flatMap((object) => listAt(object, "spec", "endpoints"))
    .map((endpoint) =>
      [
        textAt(endpoint, "dnsName"),
        textAt(endpoint, "recordType"),
        ...listAt(endpoint, "targets").map(String).sort(),
      ].join(" "),
    )
    .sort();
}

function foreignEndpoint(domain: string): string {
  return JSON.stringify({
    apiVersion: "externaldns.k8s.io/v1alpha1",
    kind: "DNSEndpoint",
    metadata: { name: "foreign", namespace: "dns-system" },
    spec: { endpoints: [{ dnsName: `foreign.${domain}`, recordType: "A", targets: ["192.0.2.77"] }] },
  });
}

async function newDirectory(started: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-chaos-"));
  started.defer(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
