import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startCoreDns, type CoreDns } from "../../support/coredns.ts";
import { inNewDirectory } from "../../support/daemon.ts";
import { dig, type DigReply } from "../../support/dig.ts";
import type { DnsEndpoint } from "../../support/dns-probe.ts";
import { freePort } from "../../support/free-port.ts";

/** CoreDNS over one of the Corefiles in test/fixtures/corefiles, which stands in a directory of its own and may be changed. */
export interface CorefileLab extends AsyncDisposable {
  readonly server: CoreDns;
  readonly directory: string;
  /** The Corefile as CoreDNS was started with it. */
  readonly corefile: string;
  /** Replaces a file of the directory in one step, as the kubelet does. */
  replace(name: string, text: string): Promise<void>;
}

export async function startCorefileLab(fixture: string, forwardTo: DnsEndpoint): Promise<CorefileLab> {
  return inNewDirectory("corefile", async (directory) => {
    const text = await readFile(`test/fixtures/corefiles/${fixture}.Corefile`, "utf8");
    const corefile = text
      .replaceAll("{$FORWARD_TO}", `${forwardTo.host}:${forwardTo.port}`)
      .replaceAll("{$HEALTH_PORT}", String(await freePort()))
      .replaceAll("{$READY_PORT}", String(await freePort()))
      .replaceAll("{$METRICS_PORT}", String(await freePort()));
    await mkdir(join(directory, "custom"));
    const corefilePath = join(directory, "Corefile");
    await writeFile(corefilePath, corefile);
    const server = await startCoreDns({ corefilePath, files: { NodeHosts: "192.0.2.100 node1\n" } });
    return {
      server,
      directory,
      corefile,
      replace: (name, content) => replaceFile(join(directory, name), content),
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await rm(directory, { recursive: true, force: true });
      },
    };
  });
}

export async function replaceFile(path: string, text: string): Promise<void> {
  const next = join(dirname(path), "..next");
  await writeFile(next, text);
  await rename(next, path);
}

/**
 * As `dig`, asked again where no answer comes: the instance of CoreDNS that a reload ends takes questions and connections with it, overlay or not, and clients ask
 * again.
 */
export async function asked(
  at: DnsEndpoint,
  name: string,
  type = "A",
  flags: readonly string[] = [],
): Promise<DigReply> {
  for (let tries = 1; ; tries += 1) {
    const reply = await dig(at, name, type, flags);
    if (reply.status !== "NO-REPLY" || tries === 3) {
      return reply;
    }
  }
}

export type Question = readonly [name: string, type: string];

/** What answers say apart from TTLs, which caches count down: one line a question. */
export async function snapshot(at: DnsEndpoint, questions: readonly Question[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [name, type] of questions) {
    const { status, answer, authority } = await asked(at, name, type);
    const data = answer.map((record) => `${record.name} ${record.type} ${record.data}`).sort();
    lines.push(`${name} ${type} ${status} [${data.join("; ")}] [${authority.map((record) => record.type).join(" ")}]`);
  }
  return lines;
}

/** Asks until the answer is as wanted, and calls `between` before each further question. */
export async function untilAnswer(
  at: DnsEndpoint,
  [name, type]: Question,
  wanted: (reply: DigReply) => boolean,
  between: () => Promise<void> = () => Promise.resolve(),
): Promise<DigReply> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const reply = await asked(at, name, type);
    if (wanted(reply)) {
      return reply;
    }
    if (Date.now() > end) {
      throw new Error(`${name} ${type} is still not as wanted:\n${reply.text}`);
    }
    await between();
    await delay(200);
  }
}

const PATIENCE_MS = 20_000;
