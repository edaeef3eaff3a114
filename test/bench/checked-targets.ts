import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createServer as createListener, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import type { TestCertificate } from "../support/https-target.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";

/** HTTPS targets at many addresses of loopback, in one process. */
export interface CheckedTargets extends AsyncDisposable {
  /** SIGKILL: all of them fail at once. */
  kill(): Promise<void>;
  /** The number of requests so far: all of them, and those at the first address. */
  requests(): { readonly all: number; readonly first: number };
}

export interface CheckedTargetsOptions extends TestCertificate {
  readonly addresses: readonly string[];
  readonly port: number;
}

const REPORT_MS = 250;

export async function startCheckedTargets(options: CheckedTargetsOptions): Promise<CheckedTargets> {
  const { addresses, port, certificateFile, keyFile } = options;
  const component = "checked targets";
  const child: ManagedProcess = startProcess({
    component,
    command: process.execPath,
    args: [fileURLToPath(import.meta.url), String(port), certificateFile, keyFile, ...addresses],
  });
  const probe = async () => (child.output().includes("listening") ? undefined : "not listening yet");
  await untilReady(child, { component, deadlineMs: 60_000, probe });
  return {
    kill: () => child.kill(),
    requests() {
      const [, all, first] = [...child.output().matchAll(/^requests (\d+) (\d+)$/gm)].at(-1) ?? [];
      return { all: Number(all ?? 0), first: Number(first ?? 0) };
    },
    [Symbol.asyncDispose]: () => child.kill(),
  };
}

async function serve(port: number, addresses: readonly string[], { certificateFile, keyFile }: TestCertificate) {
  let all = 0;
  let first = 0;
  let printed = 0;
  const pair = { cert: readFileSync(certificateFile), key: readFileSync(keyFile) };
  const server = createServer(pair, (request, response) => {
    all += 1;
    first += request.socket.localAddress === addresses[0] ? 1 : 0;
    response.end("fine\n");
  });
  for (const address of addresses) {
    await listen(
      createListener((socket) => server.emit("connection", socket)),
      port,
      address,
    );
  }
  process.stdout.write("listening\n");
  setInterval(() => {
    if (all > printed) {
      printed = all;
      process.stdout.write(`requests ${all} ${first}\n`);
    }
  }, REPORT_MS);
}

function listen(listener: Server, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, address, resolve);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port, certificateFile = "", keyFile = "", ...addresses] = process.argv.slice(2);
  await serve(Number(port), addresses, { certificateFile, keyFile });
}
