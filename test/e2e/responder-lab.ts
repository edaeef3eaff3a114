import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { baseZoneText, stream } from "../lab/manifests.ts";
import { waitFor } from "../lab/wait-for.ts";
import { dig, type DigReply } from "../support/dig.ts";
import type { DnsEndpoint } from "../support/dns-probe.ts";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";

export interface ResponderLabOptions {
  /** Recursive servers. */
  readonly resolvers: readonly DnsEndpoint[];
  readonly manifests: readonly string[];
  readonly moreArgs?: readonly string[];
  /** Where the responder listens; default 127.0.0.1. */
  readonly host?: string;
}

/** `dnsalias run` in folder mode as a process of its own, with its responder. */
export interface ResponderLab extends AsyncDisposable {
  readonly dns: DnsEndpoint;
  readonly opsUrl: string;
  readonly process: ManagedProcess;
  /** Replaces all manifests. */
  write(...manifests: readonly string[]): Promise<void>;
  /** See {@link metricOf}. */
  metric(line: string): Promise<number>;
}

/** Ready when the process says that it is, which the responder's answering is part of. */
export async function startResponderLab({
  resolvers,
  manifests,
  moreArgs = [],
  host = "127.0.0.1",
}: ResponderLabOptions): Promise<ResponderLab> {
  await using starting = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "dnsalias-responder-"));
  starting.defer(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, "manifests");
  await mkdir(folder);
  const write = (...texts: readonly string[]): Promise<void> => writeFile(join(folder, "all.yaml"), stream(...texts));
  await write(...manifests);
  const [opsPort, dnsPort] = await Promise.all([freePort(), freePort(host)]);
  const component = "dnsalias run";
  const child = startProcess({
    component,
    command: process.execPath,
    args: [
      join(import.meta.dirname, "..", "..", "src", "main.ts"),
      "run",
      `--manifests=${folder}`,
      `--out=${join(root, "out")}`,
      ...resolvers.map(({ host, port }) => `--resolver=${host}:${port}`),
      `--listen-ops=127.0.0.1:${opsPort}`,
      `--responder-listen=${host}:${dnsPort}`,
      "--log-format=json",
      ...moreArgs,
    ],
  });
  starting.use(child);
  await untilReady(child, { component, deadlineMs: 30_000, probe: () => probeReady(opsPort) });
  const owned = starting.move();
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  return {
    opsUrl,
    dns: { host, port: dnsPort },
    process: child,
    write,
    metric: async (line) => metricOf(opsUrl, line),
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  };
}

/** The value of one line of /metrics, `name{label="value"}`; 0 where it is not there. */
export async function metricOf(opsUrl: string, line: string): Promise<number> {
  const page = await (await fetch(`${opsUrl}/metrics`)).text();
  const found = page.split("\n").find((candidate) => candidate.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1) ?? 0);
}

/** A DnsZone whose records are in the object itself, with a provider that writes a file nobody looks at. */
export function inlineZone(domain: string, spec: Readonly<Record<string, unknown>> = {}): string {
  const baseZone = { inline: baseZoneText(domain) };
  return JSON.stringify({
    apiVersion: "dnsalias.io/v1alpha1",
    kind: "DnsZone",
    metadata: { name: domain.replaceAll(".", "-"), namespace: "dns-system" },
    spec: {
      domain,
      allowedNamespaces: { from: "All" },
      provider: { coreDNS: { zoneFile: { baseZone } } },
      ttl: { min: 2, max: 300 },
      ...spec,
    },
  });
}

/** Asks the responder with a query that no cookie keeps from being counted. */
export function ask(at: DnsEndpoint, name: string, type = "A", flags: readonly string[] = []): Promise<DigReply> {
  return dig(at, name, type, ["+norecurse", ...flags]);
}

/** Sorted addresses of an answer that has nothing else in it. */
export function addressesOf({ answer, status, text }: DigReply): readonly string[] {
  assert.equal(status, "NOERROR", text);
  return answer.map(({ data }) => data).toSorted();
}

/** Waits until the responder gives these addresses. */
export async function responderGives(at: DnsEndpoint, name: string, wanted: readonly string[]): Promise<void> {
  await waitFor(`${name} to be ${wanted.join(" ")}`, async () =>
    assert.deepEqual(addressesOf(await ask(at, name)), [...wanted].toSorted()),
  );
}

async function probeReady(opsPort: number): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${opsPort}/readyz`, { signal: AbortSignal.timeout(1000) });
  return response.ok ? undefined : await response.text();
}
