import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AuthoritativeOptions, AuthoritativeServer } from "./authoritative.ts";
import { locateComponent } from "./component.ts";
import { inNewDirectory, startDaemon, type Daemon } from "./daemon.ts";
import { probeDns, probeZones, type DnsEndpoint } from "./dns-probe.ts";
import { freePort } from "./free-port.ts";
import { runOrThrow } from "./run.ts";

export interface BindOptions extends AuthoritativeOptions {
  /** Makes it a recursive server as well, which knows nothing but these zones. */
  readonly recursion?: readonly ForwardedZone[];
  /** Lines for `options { }`, such as `allow-transfer { none; };`. */
  readonly moreOptions?: string;
  /** Lines for each `zone { }`, such as `allow-update { key "k"; };`. */
  readonly moreZone?: string;
  /** Top-level statements, such as `key "k" { … };`. */
  readonly moreConfig?: string;
  /** Logs each transfer that comes in, and whether it was incremental. */
  readonly logsTransfers?: boolean;
}

export interface ForwardedZone {
  readonly zone: string;
  readonly servers: readonly DnsEndpoint[];
}

/** One question as BIND's query log has it. */
export interface LoggedQuestion {
  /** As asked, without the final dot. */
  readonly name: string;
  readonly type: string;
}

export interface Bind extends AuthoritativeServer {
  /** All questions of class IN since the start, over restarts, oldest first; probes ask for a zone's SOA. */
  questions(): Promise<readonly LoggedQuestion[]>;
}

/** BIND 9 as the primary of zones given as text. Transfers are allowed; updates only by `moreZone`. */
export async function startBind(options: BindOptions = {}): Promise<Bind> {
  return inNewDirectory("named", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: BindOptions): Promise<Bind> {
  const host = options.host ?? "127.0.0.1";
  const port = options.port ?? (await freePort(host));
  const zones = Object.keys(options.zones ?? {});
  await writeFile(join(directory, "named.conf"), configText(options, { host, port }, directory));
  for (const [zone, text] of Object.entries(options.zones ?? {})) {
    await writeFile(join(directory, zoneFile(zone)), text);
  }
  await checkConfig(directory);
  const daemon = await startDaemon({
    component: "named",
    directory,
    args: [
      "-f",
      "-n",
      "1",
      ...(options.logsTransfers === true ? ["-d", "3"] : []),
      "-c",
      join(directory, "named.conf"),
    ],
    probe: () => (zones.length > 0 ? probeZones({ host, port }, zones) : probeDns({ host, port })),
  });
  const questions = async (): Promise<readonly LoggedQuestion[]> =>
    parseQuestions(await readFile(join(directory, QUERY_LOG), "utf8"));
  return {
    ...daemon,
    host,
    port,
    setZone: async (zone, text) => {
      await writeFile(join(directory, zoneFile(zone)), text);
      await reload(daemon, zone);
    },
    questions,
    questionCount: async () => (await questions()).length,
  };
}

const QUERY_LOG = "queries.log";
const RELOADED_WITHIN_MS = 10_000;

function zoneFile(zone: string): string {
  return `${zone}.zone`;
}

/** `forward only` to a closed port: without it named would prime the root servers. */
function configText(options: BindOptions, { host, port }: DnsEndpoint, directory: string): string {
  const recursion = options.recursion ?? [];
  return `
options {
  directory "${directory}";
  listen-on port ${port} { ${host.includes(":") ? "none" : host}; };
  listen-on-v6 port ${port} { ${host.includes(":") ? host : "none"}; };
  pid-file none;
  session-keyfile none;
  recursion ${recursion.length > 0 ? "yes" : "no"};
  forward only;
  forwarders { 127.0.0.1 port 1; };
  query-source address 127.0.0.1;
  empty-zones-enable no;
  dnssec-validation no;
  notify no;
  allow-query { any; };
  allow-transfer { any; };
  querylog yes;
  servfail-ttl 0;
  ${options.moreOptions ?? ""}
};
controls { };
logging {
  channel queries { file "${QUERY_LOG}"; };
  category queries { queries; };
  category default { default_stderr; };
  ${options.logsTransfers === true ? TRANSFER_LOG : ""}
};
${options.moreConfig ?? ""}
${Object.keys(options.zones ?? {})
  .map((zone) => `zone "${zone}" { type primary; file "${zoneFile(zone)}"; ${options.moreZone ?? ""} };`)
  .join("\n")}
${recursion
  .map(({ zone, servers }) => `zone "${zone}" { type forward; forward only; forwarders { ${forwarders(servers)} }; };`)
  .join("\n")}
`;
}

const TRANSFER_LOG = "channel transfers { stderr; severity debug 3; }; category xfer-in { transfers; };";

function forwarders(servers: readonly DnsEndpoint[]): string {
  return servers.map(({ host, port }) => `${host} port ${port};`).join(" ");
}

/**
 * named tells a mistake in its configuration to syslog only (with -g to stderr, but then there is no query log), and
 * goes on without a zone that it cannot read.
 */
async function checkConfig(directory: string): Promise<void> {
  await runOrThrow(locateComponent("named-checkconf"), ["-z", join(directory, "named.conf")]);
}

/** SIGHUP, then its log says what became of the zone. */
async function reload(daemon: Daemon, zone: string): Promise<void> {
  const before = daemon.written();
  process.kill(daemon.pid(), "SIGHUP");
  const deadline = performance.now() + RELOADED_WITHIN_MS;
  while (performance.now() < deadline) {
    const said = daemon.output(before);
    if (said.includes(`zone ${zone}/IN: loaded serial`)) {
      return;
    }
    if (said.includes(`zone ${zone}/IN: not loaded`) || said.includes("reloading zones failed")) {
      throw new Error(`named refuses the zone ${zone}:\n${said}`);
    }
    await delay(10);
  }
  throw new Error(`named has not reloaded ${zone} in ${RELOADED_WITHIN_MS} ms:\n${daemon.output()}`);
}

/** `client @0x7f 127.0.0.1#4242 (example.com): query: example.com IN A +E(0)K (127.0.0.1)` */
function parseQuestions(log: string): readonly LoggedQuestion[] {
  return [...log.matchAll(/: query: (\S+) IN (\S+) /g)].map(([, name = "", type = ""]) => ({ name, type }));
}
