import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";

export interface ControllerOptions {
  readonly kubeconfig: string;
  /** Recursive servers, `127.0.0.1:5353`. */
  readonly resolvers: readonly string[];
  readonly leaseNamespace: string;
  /** More of the command line. */
  readonly moreArgs?: readonly string[];
}

/** `dnsalias run` as a process of its own, that can be stopped, killed and started again. */
export interface ControllerProcess extends AsyncDisposable {
  /** Serves /metrics, /healthz and /readyz. */
  readonly opsUrl: string;
  pid(): number;
  isRunning(): boolean;
  /** The log so far of the running or the last process. */
  output(): string;
  /** Ready when the process answers /healthz. */
  start(): Promise<void>;
  /** SIGTERM; gives how it ended, "ended with 0". */
  stop(): Promise<string>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export async function startController(options: ControllerOptions): Promise<ControllerProcess> {
  const opsPort = await freePort();
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  let child = await launch(options, opsPort);
  return {
    opsUrl,
    pid: () => child.pid,
    isRunning: () => child.ended() === undefined,
    output: () => child.output(),
    start: async () => {
      if (child.ended() !== undefined) {
        child = await launch(options, opsPort);
      }
    },
    stop: async () => {
      await child.stop();
      return child.ended() ?? "";
    },
    kill: () => child.kill(),
    [Symbol.asyncDispose]: () => child.stop(),
  };
}

const MAIN = join(import.meta.dirname, "..", "..", "src", "main.ts");

async function launch(options: ControllerOptions, opsPort: number): Promise<ManagedProcess> {
  const { kubeconfig, resolvers, leaseNamespace, moreArgs = [] } = options;
  const component = "dnsalias run";
  const child = startProcess({
    component,
    command: process.execPath,
    args: [
      MAIN,
      "run",
      `--kubeconfig=${kubeconfig}`,
      ...resolvers.map((resolver) => `--resolver=${resolver}`),
      ...(moreArgs.includes("--no-lease") ? [] : [`--lease-namespace=${leaseNamespace}`]),
      `--listen-ops=127.0.0.1:${opsPort}`,
      "--log-format=json",
      ...moreArgs,
    ],
    stopAfterMs: 20_000,
  });
  try {
    await untilReady(child, { component, deadlineMs: 30_000, probe: () => probeHealth(opsPort) });
  } catch (error) {
    await child.kill();
    throw error;
  }
  return child;
}

async function probeHealth(port: number): Promise<string | undefined> {
  const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(1000) });
  return response.ok ? undefined : `/healthz says ${response.status}`;
}
