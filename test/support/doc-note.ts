import { createHash } from "node:crypto";
import type { TestContext } from "node:test";
import type { CommandBlock } from "./doc-commands.ts";
import { run, type RunResult } from "./run.ts";

/** What a test notes, as a diagnostic, once a block ran: `ran PAGE sha256:HASH` with the hash of the block's exact text. `npm run test:results` looks for it. */
export function noteOf({ page, text }: Pick<CommandBlock, "page" | "text">): string {
  return `ran ${page} sha256:${createHash("sha256").update(text).digest("hex")}`;
}

export interface BlockRun {
  readonly env: Readonly<Record<string, string>>;
  /** Defaults to the checkout. */
  readonly cwd?: string;
  /** Killed after this long; default 5 minutes. */
  readonly timeoutMs?: number;
  /** Commands of the block that end with another code than 0, as bash prints them, and the code: `false: 1`. */
  readonly failing?: readonly string[];
}

/**
 * Runs the block's exact text in a shell, and notes it. Like a person's shell, it goes on after a command that fails. Throws if another command fails than
 * those that are expected to, or if it uses a variable that isn't set.
 */
export async function runBlock(t: TestContext, block: CommandBlock, options: BlockRun): Promise<RunResult> {
  const { env, cwd, timeoutMs = 300_000, failing = [] } = options;
  // bash reads BASH_ENV before the text, so that the text stays as it is. It takes a socket as its input for a remote login, hence --norc.
  const result = await run("bash", ["--norc", "-c", block.text], {
    env: { ...env, BASH_ENV: ERROR_TRAP },
    ...(cwd !== undefined && { cwd }),
    timeoutMs,
  });
  const failed = [...result.stderr.matchAll(/^FAILED (.*)$/gm)].map(([, command = ""]) => command);
  const { stdout, stderr, code } = result;
  const endedEarly = code !== 0 && (failing.length === 0 || stderr.includes("unbound variable"));
  if (endedEarly || failed.join("\n") !== failing.join("\n")) {
    throw new Error(
      `${block.page}:${block.line}\n${block.text}\n${stdout}${stderr}\nended with ${code}; failed: ${failed.join("; ")}`,
    );
  }
  t.diagnostic(noteOf(block));
  return result;
}

const ERROR_TRAP = new URL("error-trap.sh", import.meta.url).pathname;
