import { startBind } from "../../support/bind.ts";
import { startCoreDns } from "../../support/coredns.ts";
import type { Daemon } from "../../support/daemon.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startEtcd } from "../../support/etcd.ts";
import { etcdStore } from "../../support/etcd-store.ts";
import { startExternalDnsWebhook } from "../../support/external-dns-webhook.ts";
import { freePort } from "../../support/free-port.ts";
import { startKnot } from "../../support/knot.ts";
import { startPdns } from "../../support/pdns.ts";
import { SECONDARIES } from "../../support/secondary.ts";
import { API_KEY } from "../../e2e/hand-over-servers.ts";
import { baseZoneManifest, hyphened } from "../../lab/manifests.ts";
import {
  FOREIGN_SKYDNS,
  FOREIGN_TEXT,
  foreignAddressQuestions,
  foreignQuestions,
  foreignZoneText,
  servedBy,
  transferred,
  type Place,
} from "./place.ts";

const NETWORKS = "198.18.0.0/15";

export async function bindPlace(host: string, started: AsyncDisposableStack): Promise<Place> {
  const zones = { "bind.example": foreignZoneText("bind.example") };
  const bind = started.use(await startBind({ host, zones, moreZone: "allow-update { any; };" }));
  return zonePlace({ id: "bind", server: "BIND by rfc2136", daemon: bind, provider: rfc2136(bind) });
}

export async function knotPlace(host: string, started: AsyncDisposableStack): Promise<Place> {
  const zones = { "knot.example": foreignZoneText("knot.example") };
  const moreConfig = `acl:\n- id: any\n  address: [127.0.0.0/8, ${NETWORKS}]\n  action: [transfer, update]\n`;
  const knot = started.use(await startKnot({ host, zones, moreConfig, moreZone: "  acl: any\n" }));
  return zonePlace({ id: "knot", server: "Knot by rfc2136", daemon: knot, provider: rfc2136(knot) });
}

function rfc2136({ host, port }: DnsEndpoint): object {
  return { rfc2136: { servers: [{ address: host, port }] } };
}

export async function powerDnsPlace(host: string, started: AsyncDisposableStack): Promise<Place> {
  const zones = { "powerdns.example": foreignZoneText("powerdns.example") };
  const moreConfig = `webserver-allow-from+=${NETWORKS}\nallow-axfr-ips+=${NETWORKS}`;
  const pdns = started.use(await startPdns({ host, zones, apiKey: API_KEY.text, moreConfig }));
  const apiKeyRef = { name: API_KEY.name, key: API_KEY.key };
  const place = zonePlace({
    id: "powerdns",
    server: "PowerDNS by powerDNS",
    daemon: pdns,
    provider: { powerDNS: { url: pdns.apiUrl, apiKeyRef } },
  });
  return { ...place, peers: { powerdns: [pdns, { host, port: Number(new URL(pdns.apiUrl).port) }] } };
}

/** ExternalDNS's own rfc2136 provider in front of BIND. */
export async function webhookPlace(host: string, started: AsyncDisposableStack): Promise<Place> {
  const domain = "webhook.example";
  const key = { name: "update", secret: Buffer.from("a secret of thirty-two octets ..").toString("base64") };
  const bind = started.use(
    await startBind({
      host,
      zones: { [domain]: foreignZoneText(domain) },
      moreConfig: `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };`,
      moreZone: `allow-update { key "${key.name}"; };`,
    }),
  );
  const provider = { kind: "rfc2136", host: bind.host, port: bind.port, key } as const;
  const hook = started.use(await startExternalDnsWebhook({ host, provider, zones: [domain] }));
  const place = zonePlace({
    id: "webhook",
    server: "BIND by webhook",
    daemon: bind,
    provider: { externalDNSWebhook: { url: hook.url } },
  });
  return {
    ...place,
    firstName: `n0.${domain}`,
    peers: { webhook: [bind, { host, port: Number(new URL(hook.url).port) }] },
    parts: { ...place.parts, "ExternalDNS webhook": { daemon: hook, silences: [] } },
  };
}

interface ZonePlace {
  readonly id: string;
  readonly server: string;
  readonly daemon: Daemon & DnsEndpoint;
  readonly provider: object;
}

/** A place that is one name server, which serves the zone `<id>.example`. */
function zonePlace({ id, server, daemon, provider }: ZonePlace): Place {
  const domain = `${id}.example`;
  return {
    id,
    domain,
    firstName: domain,
    provider,
    servedBy: servedBy(daemon),
    manifests: [],
    servers: { [server]: daemon },
    peers: { [id]: [daemon] },
    parts: { [server]: { daemon, silences: [server] } },
    foreign: foreignQuestions(domain),
    claimed: `foreign.${domain}`,
    records: () => transferred(daemon, domain),
  };
}

export async function etcdPlace(host: string, started: AsyncDisposableStack): Promise<Place> {
  const domain = "etcd.example";
  const etcd = started.use(await startEtcd({ host }));
  const store = etcdStore(etcd.clientUrl);
  await store.put("/skydns/example/etcd/foreign/x1", JSON.stringify(FOREIGN_SKYDNS));
  await store.put("/skydns/example/etcd/t0/x1", JSON.stringify({ text: FOREIGN_TEXT }));
  const plugin = `etcd {\n endpoint ${etcd.clientUrl}\n no_apex_fallback\n }`;
  const dns = started.use(await startCoreDns({ host, corefile: `${domain} {\n bind {$DNS_HOST}\n ${plugin}\n}\n` }));
  const server = "CoreDNS by coreDNSEtcd";
  return {
    id: "etcd",
    domain,
    firstName: `n0.${domain}`,
    provider: { coreDNSEtcd: { endpoints: [etcd.clientUrl] } },
    servedBy: servedBy(dns),
    manifests: [],
    servers: { [server]: dns },
    peers: { etcd: [dns, { host, port: Number(new URL(etcd.clientUrl).port) }] },
    parts: {
      [server]: { daemon: dns, silences: [server] },
      "etcd of coreDNSEtcd": { daemon: etcd, silences: [server] },
    },
    foreign: [{ name: `t0.${domain}`, type: "TXT", wanted: [FOREIGN_TEXT] }, ...foreignAddressQuestions(domain)],
    claimed: `foreign.${domain}`,
    async records() {
      const keys = await store.list("/skydns/");
      // Screens keep CoreDNS from answering with the keys below them; the provider has them where it needs them.
      return keys
        .filter(({ value }) => !value.includes('"kind":"screen"'))
        .map(({ key, value }) => `${nameOfKey(key)} ${key} ${value}`)
        .sort();
    },
  };
}

/** `/skydns/example/etcd/n0/+.192.0.2.1` and `…/n0/x1` belong to n0.etcd.example. */
function nameOfKey(key: string): string {
  const [, , ...labels] = key.split("/");
  return labels.slice(0, 3).reverse().join(".");
}

export interface TransferParts {
  readonly host: string;
  readonly primaries: readonly DnsEndpoint[];
  /** The responders of the controllers, by their names in the report. */
  readonly responders: Place["servers"];
}

/** dnsalias is a hidden primary of three secondaries, and answers queries for the same zone itself. */
export async function transferPlace(
  { host, primaries, responders }: TransferParts,
  started: AsyncDisposableStack,
): Promise<Place> {
  const domain = "transfer.example";
  const [primary, ...morePrimaries] = primaries;
  if (primary === undefined) {
    throw new Error("there is no primary");
  }
  const options = async () => ({ host, port: await freePort(host), primary, morePrimaries, zones: [domain] });
  const bind = started.use(await SECONDARIES.bind(await options()));
  const knot = started.use(await SECONDARIES.knot(await options()));
  const nsd = started.use(await SECONDARIES.nsd(await options()));
  const secondaries = { "BIND by transfer": bind, "Knot by transfer": knot, "NSD by transfer": nsd };
  return {
    id: "transfer",
    domain,
    firstName: domain,
    provider: {
      transfer: {
        baseZone: { configMapKeyRef: { name: `base-${hyphened(domain)}`, key: "zone" } },
        allow: [NETWORKS],
        notify: [bind, knot, nsd].map(({ port }) => ({ address: host, port })),
      },
    },
    manifests: [baseZoneManifest(domain, foreignZoneText(domain))],
    servers: { ...secondaries, ...responders },
    peers: { transfer: [bind, knot, nsd] },
    parts: Object.fromEntries(
      Object.entries(secondaries).map(([server, daemon]) => [server, { daemon, silences: [server] }]),
    ),
    foreign: foreignQuestions(domain),
    claimed: `foreign.${domain}`,
    records: () => transferred(bind, domain),
  };
}
