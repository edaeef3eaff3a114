import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuthoritativeOptions, AuthoritativeServer } from "./authoritative.ts";
import { locateComponent } from "./component.ts";
import { inNewDirectory, startDaemon } from "./daemon.ts";
import { probeDns, probeZones, type DnsEndpoint } from "./dns-probe.ts";
import { freePort } from "./free-port.ts";
import { runOrThrow } from "./run.ts";

export interface KnotOptions extends AuthoritativeOptions {
  /** Lines for every zone, such as `    acl: allow-update`. */
  readonly moreZone?: string;
  /** Lines of the default template, which zones from a catalog may have too, such as `  master: primary`. */
  readonly moreTemplate?: string;
  /** Zones without a text of their own, as lines below `zone:`. */
  readonly moreZones?: readonly string[];
  /** Sections such as `key:` and `acl:`. */
  readonly moreConfig?: string;
}

export interface Knot extends AuthoritativeServer {
  /** Runs knotc with these arguments, blocking; throws when it fails. */
  control(...args: readonly string[]): Promise<string>;
}

/** Knot DNS as the primary of zones given as text. Transfers and updates only as `moreConfig` and `moreZone` say. */
export async function startKnot(options: KnotOptions = {}): Promise<Knot> {
  return inNewDirectory("knotd", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: KnotOptions): Promise<Knot> {
  const host = options.host ?? "127.0.0.1";
  const port = options.port ?? (await freePort(host));
  const zones = Object.keys(options.zones ?? {});
  const config = join(directory, "knot.conf");
  await mkdir(join(directory, "db")); // knotd does not make it
  await writeFile(config, configText(options, { host, port }, directory));
  for (const [zone, text] of Object.entries(options.zones ?? {})) {
    await writeFile(join(directory, zoneFile(zone)), text);
  }
  const daemon = await startDaemon({
    component: "knotd",
    directory,
    args: ["-c", config],
    probe: () => (zones.length > 0 ? probeZones({ host, port }, zones) : probeDns({ host, port })),
  });
  const control = (...args: readonly string[]): Promise<string> =>
    runOrThrow(locateComponent("knotc"), ["-c", config, "-b", ...args]);
  return {
    ...daemon,
    host,
    port,
    control,
    setZone: async (zone, text) => {
      await writeFile(join(directory, zoneFile(zone)), text);
      await control("zone-reload", zone);
    },
    questionCount: async () => sumOf(await control("stats", "mod-stats.query-type")),
  };
}

function zoneFile(zone: string): string {
  return `${zone}.zone`;
}

function configText(options: KnotOptions, { host, port }: DnsEndpoint, directory: string): string {
  const zones = Object.keys(options.zones ?? {});
  return `
server:
  rundir: "${directory}"
  ${process.getuid?.() === 0 ? "user: root:root" : ""}
  listen: ${host}@${port}
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
log:
- target: stderr
  any: info
database:
  storage: "${join(directory, "db")}"
control:
  listen: "${join(directory, "knot.sock")}"
mod-stats:
- id: count
  query-type: on
${options.moreConfig ?? ""}
template:
- id: default
  storage: "${directory}"
  global-module: mod-stats/count
${options.moreTemplate ?? ""}
${zones.length + (options.moreZones ?? []).length > 0 ? "zone:" : ""}
${(options.moreZones ?? []).join("\n")}
${zones.map((zone) => `- domain: ${zone}\n  file: "${zoneFile(zone)}"\n${options.moreZone ?? ""}`).join("\n")}
`;
}

/** `mod-stats.query-type[A] = 12`, a line a type that was asked for. */
function sumOf(statistics: string): number {
  return [...statistics.matchAll(/ = (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
}
