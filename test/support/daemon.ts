import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { announceVersion, locateComponent, type ComponentName } from "./component.ts";
import { startProcess, untilReady, type ManagedProcess } from "./process.ts";

/** A server that a test can stop, kill and start again, on the same port and the same data. */
export interface Daemon extends AsyncDisposable {
  /** Its own: configuration, data and working directory, removed when it is disposed of. */
  readonly directory: string;
  /** Of the running or the last process. */
  pid(): number;
  /** True from a start until a stop, a kill, or an end of its own. */
  isRunning(): boolean;
  /** What the running or the last process has printed from a position on: the last 256 KiB are kept. */
  output(since?: number): string;
  /** How many characters that process has printed: a position for `output`. */
  written(): number;
  /** Starts it after a stop or a kill; ready when it answers. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** SIGKILL: what a crash or the OOM killer does. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

export interface DaemonOptions {
  readonly component: ComponentName;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Undefined when ready, else what is still missing. */
  readonly probe: () => Promise<string | undefined>;
  readonly readyMs?: number;
  readonly stopAfterMs?: number;
}

/** Calls `start` with a new directory below the system's temporary one, which is removed when `start` fails. */
export async function inNewDirectory<T>(component: string, start: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), `dnsalias-${component}-`));
  try {
    return await start(directory);
  } catch (error) {
    await removeDirectory(directory);
    throw error;
  }
}

/** Starts a server and waits until it is ready; on failure no process is left. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  await announceVersion(options.component);
  let child = await launch(options);
  const start = async (): Promise<void> => {
    if (child.ended() !== undefined) {
      child = await launch(options);
    }
  };
  return {
    directory: options.directory,
    pid: () => child.pid,
    isRunning: () => child.ended() === undefined,
    output: (since) => child.output(since),
    written: () => child.written(),
    start,
    stop: () => child.stop(),
    kill: () => child.kill(),
    restart: async () => {
      await child.stop();
      await start();
    },
    [Symbol.asyncDispose]: async () => {
      await child.stop();
      await removeDirectory(options.directory);
    },
  };
}

async function launch(options: DaemonOptions): Promise<ManagedProcess> {
  const { component, args, env, directory, probe, readyMs = 30_000, stopAfterMs } = options;
  const child = startProcess({
    component,
    command: locateComponent(component),
    args,
    cwd: directory,
    ...(env === undefined ? {} : { env }),
    ...(stopAfterMs === undefined ? {} : { stopAfterMs }),
  });
  try {
    await untilReady(child, { component, deadlineMs: readyMs, probe });
  } catch (error) {
    await child.kill();
    throw error;
  }
  return child;
}

async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
}
