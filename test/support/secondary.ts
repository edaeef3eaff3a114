import { startBind } from "./bind.ts";
import { startCoreDns } from "./coredns.ts";
import type { Daemon } from "./daemon.ts";
import type { DnsEndpoint } from "./dns-probe.ts";
import { startKnot } from "./knot.ts";
import { startNsd } from "./nsd.ts";

export interface SecondaryOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Its own port: the primary has to know where it sends its NOTIFY. */
  readonly port: number;
  readonly primary: DnsEndpoint;
  /** Primaries that it asks where the first one refuses or doesn't answer. CoreDNS has none. */
  readonly morePrimaries?: readonly DnsEndpoint[];
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

async function bind(options: SecondaryOptions): Promise<Secondary> {
  const { port, zones, catalog, key } = options;
  const withKey = key === undefined ? "" : ` key ${key.name}`;
  const primaries = primariesOf(options).map(({ host, port }) => `${host} port ${port}${withKey};`);
  const from = `{ ${primaries.join(" ")} }`;
  const all = catalog === undefined ? zones : [...zones, catalog];
  const server = await startBind({
    ...hostOf(options),
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

async function knot(options: SecondaryOptions): Promise<Secondary> {
  const { port, zones, catalog, key } = options;
  const primaries = primariesOf(options);
  const withKey = key === undefined ? [] : [`  key: ${key.name}`];
  const server = await startKnot({
    ...hostOf(options),
    port,
    moreConfig: [
      ...(key === undefined ? [] : [`key:\n- id: ${key.name}\n  algorithm: hmac-sha256\n  secret: ${key.secret}`]),
      "remote:",
      ...primaries.flatMap(({ host, port }, at) => [`- id: primary${at}\n  address: ${host}@${port}`, ...withKey]),
      `acl:\n- id: notify\n  address: [${primaries.map(({ host }) => host).join(", ")}]\n  action: notify`,
      ...withKey,
    ].join("\n"),
    // Retries by what the zone's SOA says once it has one; before it tries now and then.
    moreTemplate: `  master: [${primaries.map((_, at) => `primary${at}`).join(", ")}]\n  acl: notify\n  retry-min-interval: 1\n  retry-max-interval: 2`,
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
async function nsd(options: SecondaryOptions): Promise<Secondary> {
  const { port, zones, key } = options;
  const name = key?.name ?? "NOKEY";
  const server = await startNsd({
    ...hostOf(options),
    port,
    moreConfig: [
      // It waits a second, else, in case that more is to be loaded.
      "server:\n  xfrd-reload-timeout: 0",
      ...(key === undefined ? [] : [`key:\n  name: ${key.name}\n  algorithm: hmac-sha256\n  secret: "${key.secret}"`]),
      ...zones.map((zone) =>
        [
          `zone:\n  name: "${zone}"\n  zonefile: "${zone}.zone"`,
          ...primariesOf(options).flatMap(({ host, port }) => [
            `  request-xfr: ${host}@${port} ${name}`,
            `  allow-notify: ${host} ${name}`,
          ]),
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

function primariesOf({ primary, morePrimaries = [] }: SecondaryOptions): readonly DnsEndpoint[] {
  return [primary, ...morePrimaries];
}

function hostOf({ host }: SecondaryOptions): { readonly host?: string } {
  return host === undefined ? {} : { host };
}
