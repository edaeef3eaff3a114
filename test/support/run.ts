import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code, or -1 when a signal ended it. */
  readonly code: number;
}

export interface RunOptions {
  readonly input?: string;
  /** A variable that is undefined is removed. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Killed after this long; default 60 s. */
  readonly timeoutMs?: number;
}

/** Runs a command to its end. A non-zero exit is a result; only a command that cannot start throws. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
  });
  child.stdin.on("error", () => undefined); // a command that does not read its input closes it
  child.stdin.end(options.input ?? "");
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode) => resolve(exitCode ?? -1));
    }),
  ]);
  return { stdout, stderr, code };
}

/** As {@link run}, but a non-zero exit throws with what the command said. Returns its standard output. */
export async function runOrThrow(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const result = await run(command, args, options);
  if (result.code !== 0) {
    throw new Error(`${command} ${args.join(" ")} ended with ${result.code}:\n${result.stderr}${result.stdout}`);
  }
  return result.stdout;
}
