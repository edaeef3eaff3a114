import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { aliasManifest, stream } from "../lab/manifests.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { probeDns } from "../support/dns-probe.ts";
import { temporaryFolder } from "../support/folder.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady } from "../support/process.ts";
import { aliasName, DOMAIN, targetName } from "./responder-names.ts";

export interface ResponderProgram extends AsyncDisposable, DnsEndpoint {
  readonly pid: number;
}

export interface ResponderProgramOptions {
  /** The built program. */
  readonly main: string;
  readonly host: string;
  readonly names: number;
  readonly workers: number;
  readonly resolver: DnsEndpoint;
}

/** `dnsalias run` as users start it, from a folder: an alias for each name, on a target of its own, and the responder with its usual rate limits. */
export async function startResponderProgram(options: ResponderProgramOptions): Promise<ResponderProgram> {
  const { main, host, names, workers, resolver } = options;
  await using starting = new AsyncDisposableStack();
  const folder = starting.use(await temporaryFolder());
  const manifests = join(folder.path, "manifests");
  await mkdir(manifests);
  await writeFile(join(manifests, "zone.yaml"), stream(zone()));
  for (let from = 0; from < names; from += A_FILE) {
    const count = Math.min(A_FILE, names - from);
    const aliases = Array.from({ length: count }, (_, index) => alias(from + index));
    await writeFile(join(manifests, `aliases-${from}.yaml`), stream(...aliases));
  }
  const [port, opsPort] = await Promise.all([freePort(host), freePort()]);
  const component = "dnsalias run";
  const child = startProcess({
    component,
    command: process.execPath,
    args: [
      main,
      "run",
      `--manifests=${manifests}`,
      `--out=${join(folder.path, "out")}`,
      `--resolver=${resolver.host}:${resolver.port}`,
      `--listen-ops=127.0.0.1:${opsPort}`,
      `--responder-listen=${host}:${port}`,
      `--responder-workers=${workers}`,
      "--log-format=json",
    ],
    stopAfterMs: 20_000,
  });
  starting.use(child);
  await untilReady(child, { component, deadlineMs: 300_000, probe: () => probeReady(opsPort) });
  await untilReady(child, { component, deadlineMs: 30_000, probe: () => probeDns({ host, port }) });
  const owned = starting.move();
  return { host, port, pid: child.pid, [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose]() };
}

/** Aliases in one file. */
const A_FILE = 100;

function zone(): string {
  const inline = `$TTL 300\n@ SOA ns1 host 1 3600 600 86400 300\n@ NS ns1\nns1 A 192.0.2.53\n`;
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: "bench", namespace: "dns-system" },
    spec: {
      domain: DOMAIN,
      allowedNamespaces: { from: "All" },
      provider: { coreDNS: { zoneFile: { baseZone: { inline } } } },
    },
  });
}

/** The targets have addresses of documentation, which are not public ones. */
function alias(index: number): string {
  const targets = [targetName(index)];
  return aliasManifest({ name: `a${index}`, hostnames: [aliasName(index)], targets, spec: { allowPrivate: true } });
}

async function probeReady(opsPort: number): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(10_000) });
  return response.ok ? undefined : await response.text();
}
