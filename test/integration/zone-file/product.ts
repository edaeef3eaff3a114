import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { freePort } from "../../support/free-port.ts";
import { startProcess, untilReady } from "../../support/process.ts";
import { run } from "../../support/run.ts";

/** What dnsalias made of base zones. */
export interface Published {
  /** The zone files that it wrote, by domain. */
  readonly written: ReadonlyMap<string, string>;
  /** Its message on each zone that it refused, by domain. */
  readonly refused: ReadonlyMap<string, string>;
}

export interface PublishOptions {
  /** Manifests beside the zones, such as DnsAliases. */
  readonly manifests?: readonly object[];
  /** Defaults to a port that nobody listens on. */
  readonly resolver?: DnsEndpoint;
}

/** Runs `dnsalias run --once` on base zones with the provider coreDNS.zoneFile. */
export async function publishZoneFiles(
  directory: string,
  baseZones: ReadonlyMap<string, string>,
  { manifests = [], resolver = NOBODY }: PublishOptions = {},
): Promise<Published> {
  const zones = [...baseZones].map(([domain, inline]) =>
    dnsZone(domain, { coreDNS: { zoneFile: { baseZone: { inline } } } }),
  );
  const args = await folderArgs(directory, [...zones, ...manifests], resolver);
  const { stdout, stderr } = await run(process.execPath, [MAIN, "run", "--once", ...args]);
  const refused = refusals(stdout + stderr);
  const written = new Map<string, string>();
  for (const domain of baseZones.keys()) {
    if (!refused.has(domain)) {
      written.set(domain, await readFile(join(directory, "out", `${domain}.zone`), "utf8"));
    }
  }
  return { written, refused };
}

export interface ProductPrimary extends AsyncDisposable, DnsEndpoint {
  /** The zones that it serves. */
  readonly served: readonly string[];
  readonly refused: ReadonlyMap<string, string>;
}

/** Runs `dnsalias run` as the hidden primary of base zones with the provider transfer, and waits until all are served or refused. */
export async function startProductPrimary(
  directory: string,
  baseZones: ReadonlyMap<string, string>,
): Promise<ProductPrimary> {
  const zones = [...baseZones].map(([domain, inline]) =>
    dnsZone(domain, { transfer: { baseZone: { inline }, allow: ["127.0.0.1/32"] } }),
  );
  const port = await freePort();
  const args = await folderArgs(directory, zones, NOBODY);
  const child = startProcess({
    component: "dnsalias",
    command: process.execPath,
    args: [MAIN, "run", ...args, `--transfer-listen=127.0.0.1:${port}`],
  });
  const known = () => {
    const log = child.output();
    return { refused: refusals(log), served: fields(log, "zone applied").map(({ zone }) => zone) };
  };
  try {
    await untilReady(child, {
      component: "dnsalias",
      deadlineMs: 30_000,
      probe: () => {
        const { refused, served } = known();
        const open = [...baseZones.keys()].filter((domain) => !refused.has(domain) && !served.includes(domain));
        return Promise.resolve(open.length === 0 ? undefined : `neither serves nor refuses ${open.join(", ")}`);
      },
    });
  } catch (error) {
    await child.kill();
    throw error;
  }
  return { host: "127.0.0.1", port, ...known(), [Symbol.asyncDispose]: () => child.stop() };
}

const MAIN = join(import.meta.dirname, "..", "..", "..", "src", "main.ts");

const NOBODY: DnsEndpoint = { host: "127.0.0.1", port: 9 };

function dnsZone(domain: string, provider: object): object {
  return {
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: domain },
    spec: { domain, provider },
  };
}

async function folderArgs(
  directory: string,
  items: readonly object[],
  resolver: DnsEndpoint,
): Promise<readonly string[]> {
  const manifests = join(directory, "manifests");
  await mkdir(manifests, { recursive: true });
  await writeFile(join(manifests, "zones.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items }));
  return [
    `--manifests=${manifests}`,
    `--out=${join(directory, "out")}`,
    `--resolver=${resolver.host}:${resolver.port}`,
    "--log-format=json",
    "--no-responder",
  ];
}

interface ZoneMessage {
  readonly zone: string;
  readonly message: string;
}

function refusals(log: string): ReadonlyMap<string, string> {
  return new Map(fields(log, "zone refused").map(({ zone, message }) => [zone, message]));
}

/** The fields of the log's lines with this message. */
function fields(log: string, wanted: string): readonly ZoneMessage[] {
  return log
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line): Readonly<Record<string, unknown>> => JSON.parse(line))
    .filter(({ msg }) => msg === wanted)
    .map(({ zone, message }) => ({ zone: String(zone).replace("default/", ""), message: String(message) }));
}
