import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ClusterLab } from "../lab/cluster-lab.ts";
import { listAt, textAt } from "../lab/kube-requests.ts";
import { aliasManifest, baseZoneManifest, baseZoneText, corefileManifest, hyphened } from "../lab/manifests.ts";
import { startProjection } from "../lab/projection.ts";
import { startBind } from "../support/bind.ts";
import { locateComponent } from "../support/component.ts";
import { startCoreDns } from "../support/coredns.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { startEtcd } from "../support/etcd.ts";
import { startExternalDnsWebhook } from "../support/external-dns-webhook.ts";
import { freePort } from "../support/free-port.ts";
import { startPdns } from "../support/pdns.ts";
import { SECONDARIES } from "../support/secondary.ts";
import { dnsClient } from "./dns-client.ts";
import { API_KEY } from "./hand-over-servers.ts";

/** A DnsZone of one delivery at a real server, which rejects the records of one name and takes all others. */
export interface DeliveryPlace {
  readonly delivery: string;
  readonly domain: string;
  /** `spec.provider`. */
  readonly provider: object;
  readonly servedBy?: object;
  /** The same at a place that isn't there. */
  readonly deadProvider: object;
  /** The A records of a name, sorted, as clients get them. Throws with a code as {@link dnsClient} does. */
  readonly addresses: (name: string) => Promise<readonly string[]>;
  readonly rejected: {
    /** The first label of the name; the alias has it too. */
    readonly label: string;
    readonly addresses: number;
    /** What the alias's status shows. */
    readonly shows: RegExp;
  };
}

/** Rules of the cluster reject names with this label. */
export const DENIED = "denied";
const WORDS = "no name called denied is for this cluster";
const CLUSTER_RULE = { label: DENIED, addresses: 1, shows: new RegExp(`^False Rejected: .*${WORDS}`) };
/** BIND's check-names rejects addresses at a name with an underscore. */
const UNDERSCORE = { label: "my_app", addresses: 1 };

/** Starts the servers of all deliveries. */
export async function startPlaces(
  lab: ClusterLab,
  listen: DnsEndpoint,
  started: AsyncDisposableStack,
): Promise<readonly DeliveryPlace[]> {
  const dead = await freePort();
  const servers = await Promise.all([
    overlay(lab, started),
    transfer(listen, started),
    rfc2136(dead, started),
    powerDNS(dead, started),
    coreDNSEtcd(dead, started),
    externalDNSWebhook(dead, started),
  ]);
  return [zoneFile(lab), ...servers, dnsEndpoint(lab)];
}

function zoneFile(lab: ClusterLab): DeliveryPlace {
  const domain = "zonefile.example";
  const baseZone = { configMapKeyRef: { name: `base-${hyphened(domain)}`, key: "zone" } };
  return {
    delivery: "zoneFile",
    domain,
    provider: { coreDNS: { zoneFile: { baseZone } } },
    servedBy: servedBy(lab.dns),
    deadProvider: { coreDNS: { zoneFile: { baseZone, configMap: { key: ".hidden" } } } },
    addresses: (name) => dnsClient(lab.dns).addresses(name, "A"),
    rejected: CLUSTER_RULE,
  };
}

async function overlay(lab: ClusterLab, started: AsyncDisposableStack): Promise<DeliveryPlace> {
  const directory = await mkdtemp(join(tmpdir(), "dnsalias-places-"));
  started.defer(() => rm(directory, { recursive: true, force: true }));
  const volume = join(directory, "custom");
  await mkdir(volume);
  const port = await freePort();
  const adapt = (text: string): string => text.replaceAll(/^(\S+):53 \{$/gm, `$1:${port} {\n    bind {$DNS_HOST}`);
  const includes = (name: string): boolean => name === "coredns-custom";
  started.use(await startProjection({ api: lab.api, namespace: "kube-system", includes, directory: volume, adapt }));
  const root = `.:{$DNS_PORT} {\n bind {$DNS_HOST}\n reload 2s 1s\n}\n`;
  const dns = started.use(await startCoreDns({ port, corefile: `${root}import ${volume}/*.server\n` }));
  const at = (name: string): object => ({ overlay: { configMap: { name, key: "dnsalias.server" } } });
  await lab.apply(corefileManifest("coredns-custom", {}, ["dns-system/overlay"]));
  return {
    delivery: "overlay",
    domain: "overlay.example",
    provider: { coreDNS: at("coredns-custom") },
    servedBy: servedBy(dns),
    deadProvider: { coreDNS: at("coredns-not-granted") },
    addresses: (name) => dnsClient(dns).addresses(name, "A"),
    rejected: CLUSTER_RULE,
  };
}

async function transfer(listen: DnsEndpoint, started: AsyncDisposableStack): Promise<DeliveryPlace> {
  const domain = "transfer.example";
  const port = await freePort();
  const bind = started.use(await SECONDARIES.bind({ port, primary: listen, zones: [domain] }));
  const baseZone = { configMapKeyRef: { name: `base-${hyphened(domain)}`, key: "zone" } };
  const allow = ["127.0.0.1"];
  return {
    delivery: "transfer",
    domain,
    provider: { transfer: { baseZone, allow, notify: [{ address: "127.0.0.1", port }] } },
    deadProvider: { transfer: { baseZone: { configMapKeyRef: { name: "base-nowhere", key: "zone" } }, allow } },
    addresses: (name) => dnsClient(bind).addresses(name, "A"),
    rejected: { label: "large", addresses: 101, shows: /^False NotSupported: .*101 A records.*max-records-per-type/ },
  };
}

async function rfc2136(dead: number, started: AsyncDisposableStack): Promise<DeliveryPlace> {
  const domain = "rfc2136.example";
  const zones = { [domain]: baseZoneText(domain) };
  const bind = started.use(await startBind({ zones, moreZone: "allow-update { any; };" }));
  const at = ({ host, port }: DnsEndpoint): object => ({ rfc2136: { servers: [{ address: host, port }] } });
  return {
    delivery: "rfc2136",
    domain,
    provider: at(bind),
    deadProvider: at({ host: "127.0.0.1", port: dead }),
    addresses: (name) => dnsClient(bind).addresses(name, "A"),
    rejected: { ...UNDERSCORE, shows: /^False Rejected: .*answers REFUSED to these records.*check-names/ },
  };
}

async function powerDNS(dead: number, started: AsyncDisposableStack): Promise<DeliveryPlace> {
  const domain = "powerdns.example";
  const pdns = started.use(await startPdns({ zones: { [domain]: baseZoneText(domain) }, apiKey: API_KEY.text }));
  const trigger = `CREATE TRIGGER denied BEFORE INSERT ON records WHEN NEW.name LIKE '${DENIED}.%' BEGIN SELECT RAISE(ABORT, '${WORDS}'); END;`;
  await promisify(execFile)(locateComponent("sqlite3"), [join(pdns.directory, "pdns.sqlite3"), trigger]);
  const apiKeyRef = { name: API_KEY.name, key: API_KEY.key };
  return {
    delivery: "powerDNS",
    domain,
    provider: { powerDNS: { url: pdns.apiUrl, apiKeyRef } },
    servedBy: servedBy(pdns),
    deadProvider: { powerDNS: { url: `http://127.0.0.1:${dead}`, apiKeyRef } },
    addresses: (name) => dnsClient(pdns).addresses(name, "A"),
    // Its API keeps the database's words for its log.
    rejected: { label: DENIED, addresses: 1, shows: /^False Rejected: .*answers 500 \(Internal Server Error\)/ },
  };
}

async function coreDNSEtcd(dead: number, started: AsyncDisposableStack): Promise<DeliveryPlace> {
  const domain = "etcd.example";
  const etcd = started.use(await startEtcd({ args: ["--max-request-bytes=65536"] }));
  const plugin = `etcd {\n endpoint ${etcd.clientUrl}\n no_apex_fallback\n }`;
  const dns = started.use(await startCoreDns({ corefile: `${domain} {\n bind {$DNS_HOST}\n ${plugin}\n}\n` }));
  return {
    delivery: "coreDNSEtcd",
    domain,
    provider: { coreDNSEtcd: { endpoints: [etcd.clientUrl] } },
    servedBy: servedBy(dns),
    deadProvider: { coreDNSEtcd: { endpoints: [`http://127.0.0.1:${dead}`] } },
    addresses: (name) => dnsClient(dns).addresses(name, "A"),
    rejected: { label: "large", addresses: 1_024, shows: /^False Rejected: .*etcdserver: request is too large/ },
  };
}

async function externalDNSWebhook(dead: number, started: AsyncDisposableStack): Promise<DeliveryPlace> {
  const domain = "webhook.example";
  const key = { name: "update", secret: Buffer.from("a secret of thirty-two octets ..").toString("base64") };
  const bind = started.use(
    await startBind({
      zones: { [domain]: baseZoneText(domain) },
      moreConfig: `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };`,
      moreZone: `allow-update { key "${key.name}"; };`,
    }),
  );
  const provider = { kind: "rfc2136", host: bind.host, port: bind.port, key } as const;
  const hook = started.use(await startExternalDnsWebhook({ provider, zones: [domain] }));
  return {
    delivery: "externalDNSWebhook",
    domain,
    provider: { externalDNSWebhook: { url: hook.url } },
    servedBy: servedBy(bind),
    deadProvider: { externalDNSWebhook: { url: `http://127.0.0.1:${dead}` } },
    addresses: (name) => dnsClient(bind).addresses(name, "A"),
    rejected: { ...UNDERSCORE, shows: /^False Rejected: .*answers 500/ },
  };
}

/** The names are as an ExternalDNS would read them. */
function dnsEndpoint(lab: ClusterLab): DeliveryPlace {
  return {
    delivery: "dnsEndpoint",
    domain: "endpoint.example",
    provider: { dnsEndpoint: {} },
    deadProvider: { dnsEndpoint: { labels: { [`${DENIED}.example/zone`]: DENIED } } },
    async addresses(name) {
      const path = "/apis/externaldns.k8s.io/v1alpha1/namespaces/dns-system/dnsendpoints";
      const endpoints = listAt(await lab.requests.get(path), "items").flatMap((item) =>
        listAt(item, "spec", "endpoints"),
      );
      return endpoints
        .filter((endpoint) => textAt(endpoint, "dnsName") === name && textAt(endpoint, "recordType") === "A")
        .flatMap((endpoint) => listAt(endpoint, "targets").map(String))
        .sort();
    },
    rejected: CLUSTER_RULE,
  };
}

function servedBy({ host, port }: DnsEndpoint): object {
  return { addresses: [{ address: host, port }] };
}

/** The base zone, for the deliveries that have one. */
export function basesOf(places: readonly DeliveryPlace[], more = ""): readonly string[] {
  return places
    .filter(({ delivery }) => delivery === "zoneFile" || delivery === "transfer")
    .map(({ domain }) => baseZoneManifest(domain, baseZoneText(domain) + more));
}

export function zoneAt(name: string, domain: string, provider: object, servedBy?: object): string {
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name, namespace: "dns-system" },
    spec: { domain, allowedNamespaces: { from: "All" }, provider, ...(servedBy && { servedBy }), ttl: { min: 2 } },
  });
}

/** The other name of the alias with the rejected one, in the same batch; none where its addresses are too many. */
export function nameBeside({ domain, rejected: { addresses } }: DeliveryPlace): string | undefined {
  return addresses === 1 ? `beside.${domain}` : undefined;
}

export const ADDRESS_BESIDE = "11.30.0.0";

export function rejectedAlias(place: DeliveryPlace): string {
  const { domain, delivery, rejected } = place;
  const { label, addresses } = rejected;
  const all = Array.from({ length: addresses }, (_, at) => `11.30.${Math.floor(at / 250)}.${at % 250}`);
  const targets = Array.from({ length: Math.ceil(addresses / 64) }, (_, at) => all.slice(64 * at, 64 * (at + 1)));
  const hostnames = [`${label}.${domain}`, nameBeside(place)].filter((name) => name !== undefined);
  return aliasManifest({ name: rejectedName(delivery), hostnames, targets });
}

export function rejectedName(delivery: string): string {
  return `rejected-${delivery.toLowerCase()}`;
}

/** Rules of the cluster for ConfigMaps and DNSEndpoint objects. */
export function admissionPolicies(): readonly string[] {
  return [
    policy("configmaps", "", `!has(object.data) || object.data.all(key, !object.data[key].contains('${DENIED}'))`),
    policy(
      "dnsendpoints",
      "externaldns.k8s.io",
      `!object.spec.endpoints.exists(one, one.dnsName.contains('${DENIED}'))`,
    ),
  ].flat();
}

function policy(resource: string, group: string, expression: string): readonly string[] {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const metadata = { name: `${resource}.names.test` };
  const rule = { apiGroups: [group], apiVersions: ["*"], resources: [resource], operations: ["CREATE", "UPDATE"] };
  const spec = {
    failurePolicy: "Fail",
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression, message: WORDS }],
  };
  const binding = { policyName: metadata.name, validationActions: ["Deny"] };
  return [
    { apiVersion, kind: "ValidatingAdmissionPolicy", metadata, spec },
    { apiVersion, kind: "ValidatingAdmissionPolicyBinding", metadata, spec: binding },
  ].map((object) => JSON.stringify(object));
}
