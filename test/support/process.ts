import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface ProcessOptions {
  /** Named in errors. */
  readonly component: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** How long after SIGTERM it gets SIGKILL; default 10 s. */
  readonly stopAfterMs?: number;
}

/** A child process, in a process group of its own, that ends with this one, whatever ends this one. */
export interface ManagedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Why it has ended, or undefined while it runs. */
  ended(): string | undefined;
  /**
   * What it has printed, both streams in order of arrival, from the given position on ({@link written} is one).
   * Only the last 256 KiB are kept.
   */
  output(since?: number): string;
  /** How many characters it has printed. */
  written(): number;
  /** SIGTERM, then SIGKILL after the deadline. Ready when the process is gone; again is no error. */
  stop(): Promise<void>;
  /** SIGKILL: what a crash or the OOM killer does. */
  kill(): Promise<void>;
}

/** Starts a process. Its readiness is not waited for: see {@link untilReady}. */
export function startProcess(options: ProcessOptions): ManagedProcess {
  const child = spawnTied(options);
  const collected = collectOutput(child);
  let ended: string | undefined;
  const gone = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      ended ??= `did not start: ${error.message}`;
      resolve();
    });
    child.once("close", (code, signal) => {
      ended ??= signal === null ? `ended with ${code}` : `ended by ${signal}`;
      resolve();
    });
  });
  child.once("exit", () => killGroup(child)); // what it has left behind holds its pipes open
  void gone.then(() => killAtExit.delete(child));

  const signal = async (name: NodeJS.Signals): Promise<void> => {
    if (ended === undefined) {
      child.kill(name);
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), options.stopAfterMs ?? 10_000);
    await gone;
    clearTimeout(timer);
  };
  const stop = (): Promise<void> => signal("SIGTERM");
  return {
    pid: child.pid ?? -1,
    ended: () => ended,
    ...collected,
    stop,
    kill: () => signal("SIGKILL"),
    [Symbol.asyncDispose]: stop,
  };
}

export interface ReadyOptions {
  /** Named in errors. */
  readonly component: string;
  readonly deadlineMs: number;
  /** Undefined when ready, else what is still missing. A rejection counts as "not yet". */
  readonly probe: () => Promise<string | undefined>;
}

/** Polls until the probe is content. Throws with the process's output when it ends first or the deadline passes. */
export async function untilReady(child: ManagedProcess, options: ReadyOptions): Promise<void> {
  const deadline = performance.now() + options.deadlineMs;
  for (;;) {
    const missing = await options.probe().catch((error: unknown) => String(error));
    if (child.ended() !== undefined) {
      throw new Error(`${options.component} ${child.ended()}\n${child.output()}`);
    }
    if (missing === undefined) {
      return;
    }
    if (performance.now() > deadline) {
      throw new Error(`${options.component} not ready in ${options.deadlineMs} ms: ${missing}\n${child.output()}`);
    }
    await delay(POLL_MS);
  }
}

const POLL_MS = 25;
const OUTPUT_LIMIT = 256 * 1024;

/** Killed when this process exits by itself, an uncaught error included. */
const killAtExit = new Set<ChildProcess>();
process.on("exit", () => {
  killAtExit.forEach(killGroup);
});

function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid ?? Number.NaN), "SIGKILL");
  } catch {
    // nobody is left in it
  }
}

/** A signal that ends this process skips its exit handlers; there the kernel does it (prctl(2), PR_SET_PDEATHSIG). */
const SETPRIV = "/usr/bin/setpriv";

function spawnTied(options: ProcessOptions): ChildProcess {
  const tied = existsSync(SETPRIV);
  const command = tied ? SETPRIV : options.command;
  const args = tied ? ["--pdeathsig", "KILL", "--", options.command, ...options.args] : [...options.args];
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  killAtExit.add(child);
  return child;
}

function collectOutput(child: ChildProcess): Pick<ManagedProcess, "output" | "written"> {
  let kept = "";
  let written = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      written += chunk.length;
      kept = (kept + chunk).slice(-OUTPUT_LIMIT);
    });
  }
  return {
    output: (since = 0) => kept.slice(Math.max(0, since - (written - kept.length))),
    written: () => written,
  };
}
