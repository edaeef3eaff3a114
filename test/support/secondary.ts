import { startBind } from "./bind.ts";
import { startCoreDns } from "./coredns.ts";
import type { Daemon } from "./daemon.ts";
import type { DnsEndpoint } from "./dns-probe.ts";
import { startKnot } from "./knot.ts";
import { startNsd } from "./nsd.ts";

export interface SecondaryOptions {
  /** Its own port: the primary has to know where it sends its NOTIFY. */
  readonly port: number;
  readonly primary: DnsEndpoint;
  /** Zones that it is told of itself; with `catalog` it takes up those that are listed there. */
  readonly zones: readonly string[];
  readonly catalog?: string;
  /** `secret` in base64; of hmac-sha256. CoreDNS has none. */
  readonly key?: { readonly name: string; readonly secret: string };
}

/** A name server that transfers its zones from a primary. */
export interface Secondary extends Daemon, DnsEndpoint {
  readonly name: string;
}

export const SECONDARIES = { bind, knot, nsd, coredns } as const;

async function bind({ port, primary, zones, catalog, key }: SecondaryOptions): Promise<Secondary> {
  const from = `{ ${primary.host} port ${primary.port}${key === undefined ? "" : ` key ${key.name}`}; }`;
  const all = catalog === undefined ? zones : [...zones, catalog];
  const server = await startBind({
    port,
    logsTransfers: true,
    moreOptions: [
      // Its own waits between two tries are minutes.
      "min-retry-time 1; max-retry-time 2; min-refresh-time 1; serial-query-rate 1000; transfers-per-ns 20;",
      ...(catalog === undefined
        ? []
        : [`catalog-zones { zone "${catalog}" default-primaries ${from} in-memory no min-update-interval 0; };`]),
    ].join("\n"),
    moreConfig: [
      key === undefined ? "" : `key "${key.name}" { algorithm hmac-sha256; secret "${key.secret}"; };`,
      ...all.map((zone) => `zone "${zone}" { type secondary; file "${zone}.secondary"; primaries ${from}; };`),
    ].join("\n"),
  });
  return { ...server, name: "BIND" };
}

async function knot({ port, primary, zones, catalog, key }: SecondaryOptions): Promise<Secondary> {
  const server = await startKnot({
    port,
    moreConfig: [
      ...(key === undefined ? [] : [`key:\n- id: ${key.name}\n  algorithm: hmac-sha256\n  secret: ${key.secret}`]),
      `remote:\n- id: primary\n  address: ${primary.host}@${primary.port}`,
      ...(key === undefined ? [] : [`  key: ${key.name}`]),
      `acl:\n- id: notify\n  address: ${primary.host}\n  action: notify`,
      ...(key === undefined ? [] : [`  key: ${key.name}`]),
    ].join("\n"),
    // Retries by what the zone's SOA says once it has one; before it tries now and then.
    moreTemplate: "  master: primary\n  acl: notify\n  retry-min-interval: 1\n  retry-max-interval: 2",
    moreZones: [
      ...zones.map((zone) => `- domain: ${zone}`),
      ...(catalog === undefined
        ? []
        : [`- domain: ${catalog}\n  catalog-role: interpret\n  catalog-template: default`]),
    ],
  });
  return { ...server, name: "Knot" };
}

/** Of version 4.6: no catalog zones. */
async function nsd({ port, primary, zones, key }: SecondaryOptions): Promise<Secondary> {
  const name = key?.name ?? "NOKEY";
  const server = await startNsd({
    port,
    moreConfig: [
      // It waits a second, else, in case that more is to be loaded.
      "server:\n  xfrd-reload-timeout: 0",
      ...(key === undefined ? [] : [`key:\n  name: ${key.name}\n  algorithm: hmac-sha256\n  secret: "${key.secret}"`]),
      ...zones.map((zone) =>
        [
          `zone:\n  name: "${zone}"\n  zonefile: "${zone}.zone"`,
          `  request-xfr: ${primary.host}@${primary.port} ${name}`,
          `  allow-notify: ${primary.host} ${name}`,
          "  min-retry-time: 1\n  max-retry-time: 2",
        ].join("\n"),
      ),
    ].join("\n"),
  });
  return { ...server, name: "NSD" };
}

async function coredns({ port, primary, zones, catalog }: SecondaryOptions): Promise<Secondary> {
  const from = `transfer from ${primary.host}:${primary.port}`;
  const block = (origin: string, more: string): string =>
    `${origin} {\n  bind {$DNS_HOST}\n  secondary ${more === "" ? "" : `${origin} `}{\n    ${from}\n    ${more}\n  }\n}\n`;
  const server = await startCoreDns({
    port,
    corefile: [
      ...zones.map((zone) => block(zone, "")),
      ...(catalog === undefined
        ? [". {\n  bind {$DNS_HOST}\n  chaos\n}\n"]
        : [`. {\n  bind {$DNS_HOST}\n  chaos\n  secondary ${catalog} {\n    ${from}\n    catalog\n  }\n}\n`]),
    ].join("\n"),
  });
  return { ...server, name: "CoreDNS" };
}
