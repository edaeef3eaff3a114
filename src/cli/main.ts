import { messageOf } from "../base/error.ts";
import { systemCode } from "../base/system-error.ts";
import { processInput, type Config } from "./config/config.ts";
import { EXIT } from "./terminal/exit-code.ts";
import type { Io } from "./terminal/streams.ts";
import { styled } from "./terminal/text.ts";
import { stopOnSignals } from "./terminal/signals.ts";

/** Runs the command of the command line. Returns the exit code; never rejects. */
export async function main(): Promise<number> {
  const { commandLine, io } = processInput();
  if (commandLine.kind === "help") {
    io.out.write(commandLine.text);
    return EXIT.ok;
  }
  if (commandLine.kind === "wrong") {
    complain(io, commandLine.message);
    return EXIT.usage;
  }
  const { config } = commandLine;
  if (config.command !== "run") {
    endWithReader(process.stdout);
  }
  const drainMs = config.command === "run" ? config.drainMs : QUICK_DRAIN_MS;
  using stop = stopOnSignals(process, { drainMs, tell: (message) => complain(io, message) });
  try {
    return await dispatch(config, io, stop.signal);
  } catch (error) {
    const cause = stop.cause();
    if (cause !== undefined && stop.signal.aborted) {
      complain(io, `stopped by ${cause}`);
      return EXIT.failed;
    }
    complain(io, messageOf(error));
    return EXIT.failed;
  }
}

/**
 * Ends the process without a message when the reader of its output ends, as in `dnsalias plan | head`. The exit code is that of a
 * program that SIGPIPE ends.
 */
function endWithReader(stdout: NodeJS.WriteStream): void {
  stdout.on("error", (error) => {
    if (systemCode(error) === "EPIPE") {
      process.exit(EXIT.readerEnded);
    }
    throw error;
  });
}

/** The time limit for an orderly stop of commands that hold no Lease and write nothing. */
const QUICK_DRAIN_MS = 2000;

/** The code of a command is loaded on demand, so that `version` and `--help` start fast. */
async function dispatch(config: Config, io: Io, signal: AbortSignal): Promise<number> {
  switch (config.command) {
    case "run": {
      const { runCommand } = await import("./commands/run.ts");
      return runCommand(config, io, signal);
    }
    case "plan": {
      const { planCommand } = await import("./commands/plan.ts");
      return planCommand(config, io, signal);
    }
    case "explain": {
      const { explainCommand } = await import("./commands/explain.ts");
      return explainCommand(config, io, signal);
    }
    case "resolve": {
      const { resolveCommand } = await import("./commands/resolve.ts");
      return resolveCommand(config, io, signal);
    }
    case "crds": {
      const { runCrds } = await import("./commands/crds.ts");
      return runCrds({ ...(config.out === undefined ? {} : { out: config.out }), write: (text) => io.out.write(text) });
    }
    case "drain":
    case "force":
    case "pin":
    case "unpin":
    case "failback": {
      const { steerCommand } = await import("./commands/annotate.ts");
      return steerCommand(config, io, signal);
    }
    case "history": {
      const { historyCommand } = await import("./commands/annotate.ts");
      return historyCommand(config, io, signal);
    }
    case "approve":
    case "pause":
    case "resume": {
      const { changeCommand } = await import("./commands/change-object.ts");
      return changeCommand(config, io, signal);
    }
    case "remove-finalizers": {
      const { removeFinalizersCommand } = await import("./commands/remove-finalizers.ts");
      return removeFinalizersCommand(config, io, signal);
    }
    case "version": {
      const { versionCommand } = await import("./commands/version.ts");
      return versionCommand(config, io);
    }
  }
}

function complain(io: Io, message: string): void {
  io.err.write(`${styled(io.err, "red", "dnsalias:")} ${message}\n`);
}
