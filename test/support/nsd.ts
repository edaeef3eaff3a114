import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { AuthoritativeOptions, AuthoritativeServer } from "./authoritative.ts";
import { locateComponent } from "./component.ts";
import { inNewDirectory, startDaemon, type Daemon } from "./daemon.ts";
import { probeDns, probeZones, type DnsEndpoint } from "./dns-probe.ts";
import { freePort } from "./free-port.ts";
import { runOrThrow } from "./run.ts";

export interface NsdOptions extends AuthoritativeOptions {
  /** Lines for every zone, such as `  provide-xfr: 127.0.0.1 NOKEY`. */
  readonly moreZone?: string;
  /** Clauses such as `key:`. */
  readonly moreConfig?: string;
}

export interface Nsd extends AuthoritativeServer {
  /** Runs nsd-control with these arguments; throws when it fails. */
  control(...args: readonly string[]): Promise<string>;
}

/** NSD for zones given as text. */
export async function startNsd(options: NsdOptions = {}): Promise<Nsd> {
  return inNewDirectory("nsd", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: NsdOptions): Promise<Nsd> {
  const host = options.host ?? "127.0.0.1";
  const port = options.port ?? (await freePort(host));
  const zones = Object.keys(options.zones ?? {});
  const config = join(directory, "nsd.conf");
  await writeFile(config, configText(options, { host, port }, directory));
  for (const [zone, text] of Object.entries(options.zones ?? {})) {
    await writeFile(join(directory, zoneFile(zone)), text);
  }
  const daemon = await startDaemon({
    component: "nsd",
    directory,
    args: ["-d", "-V", "1", "-c", config],
    probe: () => (zones.length > 0 ? probeZones({ host, port }, zones) : probeDns({ host, port })),
  });
  const control = (...args: readonly string[]): Promise<string> =>
    runOrThrow(locateComponent("nsd-control"), ["-c", config, ...args]);
  return {
    ...daemon,
    host,
    port,
    control,
    setZone: async (zone, text) => {
      await writeFile(join(directory, zoneFile(zone)), text);
      await reload(daemon, zone, () => control("reload", zone));
    },
    questionCount: async () => Number(/^num\.queries=(\d+)$/m.exec(await control("stats_noreset"))?.[1] ?? "0"),
  };
}

const RELOADED_WITHIN_MS = 10_000;

function zoneFile(zone: string): string {
  return `${zone}.zone`;
}

function configText(options: NsdOptions, { host, port }: DnsEndpoint, directory: string): string {
  return `
server:
  ip-address: ${host}@${port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${directory}"
  xfrdir: "${directory}"
  pidfile: "${join(directory, "nsd.pid")}"
  xfrdfile: "${join(directory, "xfrd.state")}"
  zonelistfile: "${join(directory, "zone.list")}"
  logfile: "/dev/stderr"
  verbosity: 1
  rrl-ratelimit: 0
remote-control:
  control-enable: yes
  control-interface: "${join(directory, "nsd.sock")}"
${options.moreConfig ?? ""}
${Object.keys(options.zones ?? {})
  .map((zone) => `zone:\n  name: "${zone}"\n  zonefile: "${zoneFile(zone)}"\n${options.moreZone ?? ""}`)
  .join("\n")}
`;
}

/** The command only asks for a reload; the log says what became of it. */
async function reload(daemon: Daemon, zone: string, ask: () => Promise<string>): Promise<void> {
  const before = daemon.written();
  await ask();
  const deadline = performance.now() + RELOADED_WITHIN_MS;
  while (performance.now() < deadline) {
    const said = daemon.output(before);
    if (said.includes(`zone ${zone} read with success`)) {
      return;
    }
    if (said.includes("failed") || said.includes("error")) {
      throw new Error(`nsd refuses the zone ${zone}:\n${said}`);
    }
    await delay(10);
  }
  throw new Error(`nsd has not reloaded ${zone} in ${RELOADED_WITHIN_MS} ms:\n${daemon.output()}`);
}
