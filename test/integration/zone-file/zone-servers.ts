import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startBind } from "../../support/bind.ts";
import { locateComponent } from "../../support/component.ts";
import { startCoreDns } from "../../support/coredns.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { startKnot } from "../../support/knot.ts";
import { startNsd } from "../../support/nsd.ts";
import { run } from "../../support/run.ts";
import { type Transfers, transferZones } from "./zone-transfers.ts";

export const SERVERS = ["CoreDNS", "BIND", "Knot", "NSD"] as const;
export type ServerName = (typeof SERVERS)[number];

/** What a server serves from zone files. */
export interface Served extends Transfers {
  /** What its log says about zone files. */
  readonly log: string;
}

/** Zone texts by domain, written to files of a directory. */
export interface ZoneFiles {
  readonly directory: string;
  readonly domains: readonly string[];
}

export async function writeZoneFiles(directory: string, texts: ReadonlyMap<string, string>): Promise<ZoneFiles> {
  await mkdir(directory, { recursive: true });
  for (const [domain, text] of texts) {
    await writeFile(zonePath(directory, domain), text);
  }
  return { directory, domains: [...texts.keys()] };
}

/** Loads the files into a server and transfers every zone from it. A zone that it refuses is absent. */
export async function serveZones(server: ServerName, files: ZoneFiles): Promise<Served> {
  switch (server) {
    case "BIND":
      return serveWithBind(files);
    case "CoreDNS":
      return serveWithCoreDns(files);
    case "Knot":
      return serveWithKnot(files);
    case "NSD":
      return serveWithNsd(files);
  }
}

/** The zones that BIND loads, and what it says about all of them. */
export async function checkWithBind({
  directory,
  domains,
}: ZoneFiles): Promise<{ loaded: readonly string[]; log: string }> {
  const config = join(directory, "check.conf");
  await writeFile(config, zoneClauses(directory, domains));
  const { stdout, stderr } = await run(locateComponent("named-checkconf"), ["-z", config]);
  const log = stdout + stderr;
  const loaded = new Set([...log.matchAll(/^zone (\S+)\/IN: loaded serial/gm)].map(([, domain]) => domain));
  return { loaded: domains.filter((domain) => loaded.has(domain)), log };
}

/** startBind fails over a zone that named refuses, so the checker sorts these out before. */
async function serveWithBind(files: ZoneFiles): Promise<Served> {
  const { loaded, log } = await checkWithBind(files);
  await using bind = await startBind({ moreConfig: zoneClauses(files.directory, loaded) });
  return { ...(await transferFrom(bind, { ...files, domains: loaded })), log };
}

/** BIND's configuration of primary zones. */
export function zoneClauses(directory: string, domains: readonly string[]): string {
  return domains
    .map((domain) => `zone "${domain}" { type primary; file "${zonePath(directory, domain)}"; ${LENIENT} };`)
    .join("\n");
}

/** Judges of names and of addresses: not what this is about. */
const LENIENT = "check-names ignore; check-integrity no;";

async function serveWithCoreDns(files: ZoneFiles): Promise<Served> {
  const auto = `auto {\n    directory ${files.directory} (.*)\\.zone {1}\n    reload 60s\n  }`;
  await using coreDns = await startCoreDns({
    corefile: `. {\n  bind {$DNS_HOST}\n  ${auto}\n  transfer {\n    to *\n  }\n  errors\n}\n`,
  });
  return { ...(await transferFrom(coreDns, files)), log: coreDns.output() };
}

async function serveWithKnot({ directory, domains }: ZoneFiles): Promise<Served> {
  await using knot = await startKnot({
    moreConfig: "acl:\n- id: all\n  address: 127.0.0.1\n  action: transfer",
    moreTemplate: "  acl: all",
    moreZones: domains.map((domain) => `- domain: ${domain}\n  file: "${zonePath(directory, domain)}"`),
  });
  return { ...(await transferFrom(knot, { directory, domains })), log: knot.output() };
}

async function serveWithNsd({ directory, domains }: ZoneFiles): Promise<Served> {
  await using nsd = await startNsd({
    moreConfig: domains
      .map(
        (domain) =>
          `zone:\n  name: "${domain}"\n  zonefile: "${zonePath(directory, domain)}"\n  provide-xfr: 127.0.0.1 NOKEY`,
      )
      .join("\n"),
  });
  return { ...(await transferFrom(nsd, { directory, domains })), log: nsd.output() };
}

async function transferFrom(at: DnsEndpoint, { directory, domains }: ZoneFiles): Promise<Transfers> {
  return transferZones(at, domains, { directory, withinMs: LOADED_WITHIN_MS });
}

/** Servers load files before they answer, or within moments. */
const LOADED_WITHIN_MS = 3_000;

/** What a server's log says about a zone, apart from good news. */
export function linesAbout(domain: string, { log }: Pick<Served, "log">): string {
  return log
    .split("\n")
    .filter((line) => line.includes(domain) && !/loaded|read with success|Inserting/.test(line))
    .slice(0, 5)
    .join("\n");
}

export function zonePath(directory: string, domain: string): string {
  return join(directory, `${domain}.zone`);
}
