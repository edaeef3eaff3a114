import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { startProcess, untilReady, type ManagedProcess } from "../support/process.ts";

export interface FolderControllerOptions {
  /** The directory with `manifests` and `out`. */
  readonly root: string;
  /** Default: a free one. */
  readonly opsPort?: number;
  /** More of the command line. */
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The page that is successful when the process has started. Default: /healthz. */
  readonly page?: "/healthz" | "/readyz";
}

/** `dnsalias run` in folder mode, as a process of its own. */
export async function startFolderController({
  root,
  opsPort,
  options = [],
  env = {},
  page = "/healthz",
}: FolderControllerOptions): Promise<ManagedProcess> {
  const component = "dnsalias run";
  const port = opsPort ?? (await freePort());
  const running = startProcess({
    component,
    command: process.execPath,
    args: [
      "src/main.ts",
      "run",
      `--manifests=${join(root, "manifests")}`,
      `--out=${join(root, "out")}`,
      `--listen-ops=127.0.0.1:${port}`,
      ...options,
    ],
    env,
    stopAfterMs: 20_000,
  });
  const probe = async () => ((await fetch(`http://127.0.0.1:${port}${page}`)).ok ? undefined : `${page} fails`);
  try {
    await untilReady(running, { component, deadlineMs: 60_000, probe });
  } catch (error) {
    await running.kill();
    throw error;
  }
  return running;
}
