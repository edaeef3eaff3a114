import { BASE_ZONE } from "../../../support/controller-world.ts";
import { lagOf } from "../../../support/freshness-page.ts";

export const ref = { name: "s", key: "k" };
const inline = { inline: BASE_ZONE };
const nudge = { namespace: "dns", selector: { matchLabels: { "k8s-app": "coredns" } } };
export const server = { address: "192.0.2.1" };
const zoneFile = { zoneFile: { baseZone: inline } };
const overlay = { overlay: { configMap: { namespace: "kube-system", name: "coredns", key: "Corefile" } } };

export interface DeliveryCase {
  readonly name: string;
  readonly provider: object;
  readonly ttl?: object;
  readonly projection?: "kubelet" | "file";
  /** Seconds of the page's table. */
  readonly lag: number;
  /** Seconds; the target's 60 unless the zone limits them. */
  readonly published?: number;
  /** The page's example of this delivery: its only group is the bound. */
  readonly example?: RegExp;
}

/** P7: each delivery of docs/concepts/freshness.md, with the figures that the page has for it. */
export const deliveries: readonly DeliveryCase[] = [
  {
    name: "zoneFile",
    provider: { coreDNS: zoneFile },
    lag: lagOf("`zoneFile`"),
    example: /`zoneFile`: 71 \+ 92\.5 \+ 60 = (\d+) s/,
  },
  {
    name: "zoneFile, nudged",
    provider: { coreDNS: { ...zoneFile, nudge } },
    lag: lagOf("`zoneFile` with `nudge`"),
    example: /`zoneFile` with `nudge`: (\d+) s/,
  },
  {
    name: "zoneFile in a folder",
    provider: { coreDNS: zoneFile },
    projection: "file",
    lag: lagOf("`zoneFile` in folder mode"),
  },
  {
    name: "overlay",
    provider: { coreDNS: overlay },
    lag: lagOf("`overlay`"),
  },
  {
    name: "overlay, nudged",
    provider: { coreDNS: { ...overlay, nudge } },
    lag: lagOf("`overlay` with `nudge`"),
  },
  {
    name: "overlay in a folder",
    provider: { coreDNS: overlay },
    projection: "file",
    lag: lagOf("`overlay` in folder mode"),
  },
  {
    name: "rfc2136",
    provider: { rfc2136: { servers: [server] } },
    lag: lagOf("`rfc2136`"),
    example: /`rfc2136`: (\d+) s/,
  },
  {
    name: "powerDNS",
    provider: { powerDNS: { url: "https://pdns.example", apiKeyRef: ref } },
    lag: lagOf("`powerDNS`"),
  },
  {
    name: "externalDNSWebhook",
    provider: { externalDNSWebhook: { url: "http://127.0.0.1:8888" } },
    lag: lagOf("`externalDNSWebhook`"),
  },
  { name: "dnsEndpoint", provider: { dnsEndpoint: {} }, lag: lagOf("`dnsEndpoint`") },
  {
    name: "transfer",
    provider: { transfer: { baseZone: inline, allow: ["192.0.2.0/24"] } },
    lag: lagOf("`transfer`"),
    example: /`transfer`: (\d+) s/,
  },
  {
    name: "coreDNSEtcd",
    provider: { coreDNSEtcd: { endpoints: ["http://127.0.0.1:2379"] } },
    lag: lagOf("`coreDNSEtcd`"),
  },
  {
    name: "a published TTL that the zone lowers",
    provider: { rfc2136: { servers: [server] } },
    ttl: { min: 10, max: 30 },
    lag: lagOf("`rfc2136`"),
    published: 30,
  },
  {
    name: "a published TTL that the zone raises",
    provider: { rfc2136: { servers: [server] } },
    ttl: { min: 120, max: 300 },
    lag: lagOf("`rfc2136`"),
    published: 120,
  },
];
