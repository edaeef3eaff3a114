import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuthoritativeOptions, AuthoritativeServer } from "./authoritative.ts";
import { locateComponent } from "./component.ts";
import { inNewDirectory, startDaemon } from "./daemon.ts";
import { probeDns, probeZones, type DnsEndpoint } from "./dns-probe.ts";
import { freePort } from "./free-port.ts";
import { runOrThrow } from "./run.ts";

export interface PdnsOptions extends AuthoritativeOptions {
  /** Serves the HTTP API with this key. */
  readonly apiKey?: string;
  /** Metadata of every zone by kind, such as `{ "ALLOW-DNSUPDATE-FROM": ["127.0.0.0/8"] }`. */
  readonly metadata?: Readonly<Record<string, readonly string[]>>;
  /** TSIG keys; which zone takes which is metadata: TSIG-ALLOW-DNSUPDATE, TSIG-ALLOW-AXFR. */
  readonly tsigKeys?: readonly PdnsTsigKey[];
  /** Seconds for which its query cache and its packet cache keep an answer; absent: 0, so that what is written is served at once. */
  readonly cacheSeconds?: number;
  /** Lines for pdns.conf, such as `dnsupdate=yes`. */
  readonly moreConfig?: string;
}

export interface PdnsTsigKey {
  /** Without the final dot. */
  readonly name: string;
  readonly algorithm: "hmac-sha256" | "hmac-sha384" | "hmac-sha512";
  /** In base64. */
  readonly secret: string;
}

export interface Pdns extends AuthoritativeServer {
  /** Where the HTTP API is, without a path: "http://127.0.0.1:8081"; "" without an `apiKey`. */
  readonly apiUrl: string;
  /** Runs pdnsutil with these arguments on the server's database; throws when it fails. */
  util(...args: readonly string[]): Promise<string>;
}

/** PowerDNS with sqlite3 as the primary of zones given as text. Transfers are allowed from loopback; updates only by `moreConfig` and `metadata`. */
export async function startPdns(options: PdnsOptions = {}): Promise<Pdns> {
  return inNewDirectory("pdns", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: PdnsOptions): Promise<Pdns> {
  const host = options.host ?? "127.0.0.1";
  const port = options.port ?? (await freePort(host));
  const apiPort = options.apiKey === undefined ? undefined : await freePort(host);
  const zones = Object.keys(options.zones ?? {});
  await runOrThrow(locateComponent("sqlite3"), [join(directory, DATABASE), `.read ${SCHEMA}`]);
  await writeFile(join(directory, "pdns.conf"), configText(options, { host, port }, apiPort, directory));
  const util = (...args: readonly string[]): Promise<string> =>
    runOrThrow(locateComponent("pdnsutil"), [`--config-dir=${directory}`, ...args]);
  const loadZone = async (zone: string, text: string): Promise<void> => {
    const file = join(directory, `${zone}.zone`);
    await writeFile(file, text);
    await util("load-zone", zone, file);
  };
  for (const { name, algorithm, secret } of options.tsigKeys ?? []) {
    await util("import-tsig-key", name, algorithm, secret);
  }
  for (const [zone, text] of Object.entries(options.zones ?? {})) {
    await loadZone(zone, text);
    for (const [kind, values] of Object.entries(options.metadata ?? {})) {
      await util("set-meta", zone, kind, ...values);
    }
  }
  const daemon = await startDaemon({
    component: "pdns_server",
    directory,
    args: [`--config-dir=${directory}`],
    probe: () => (zones.length > 0 ? probeZones({ host, port }, zones) : probeDns({ host, port })),
  });
  const statistic = async (name: string): Promise<number> =>
    Number(await runOrThrow(locateComponent("pdns_control"), [`--config-dir=${directory}`, "show", name]));
  return {
    ...daemon,
    host,
    port,
    apiUrl: apiPort === undefined ? "" : `http://${host}:${apiPort}`,
    util,
    setZone: loadZone,
    questionCount: async () => (await statistic("udp-queries")) + (await statistic("tcp-queries")),
  };
}

const DATABASE = "pdns.sqlite3";
const SCHEMA = "/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql";

/** Every cache is off unless `cacheSeconds` says otherwise. Without `security-poll-suffix=` it would ask the internet. */
function configText(
  options: PdnsOptions,
  { host, port }: DnsEndpoint,
  apiPort: number | undefined,
  directory: string,
): string {
  return `
daemon=no
guardian=no
disable-syslog=yes
loglevel=4
local-address=${host}
local-port=${port}
socket-dir=${directory}
launch=gsqlite3
gsqlite3-database=${join(directory, DATABASE)}
gsqlite3-pragma-synchronous=0
gsqlite3-dnssec=yes
security-poll-suffix=
cache-ttl=${options.cacheSeconds ?? 0}
negquery-cache-ttl=0
query-cache-ttl=${options.cacheSeconds ?? 0}
zone-cache-refresh-interval=0
zone-metadata-cache-ttl=0
consistent-backends=yes
allow-axfr-ips=127.0.0.0/8,::1
receiver-threads=1
distributor-threads=1
retrieval-threads=1
${
  options.apiKey === undefined || apiPort === undefined
    ? ""
    : `webserver=yes
webserver-address=${host}
webserver-port=${apiPort}
webserver-allow-from=127.0.0.0/8,::1
api=yes
api-key=${options.apiKey}`
}
${options.moreConfig ?? ""}
`;
}
