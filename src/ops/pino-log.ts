import { pino, stdSerializers, type DestinationStream, type Level, type LoggerOptions } from "pino";
import { messageOf } from "../base/error.ts";
import type { Logger } from "../base/log.ts";
import { redacted } from "./redact.ts";

export interface PinoLogOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly format: "json" | "pretty";
  readonly colours: boolean;
  /** Receives only whole lines. */
  readonly destination: DestinationStream;
}

/**
 * A logger that writes one JSON object a line, or a readable line for users. It removes the values of fields whose names show that
 * they can be secrets.
 */
export async function createPinoLog(options: PinoLogOptions): Promise<Logger> {
  const level: Level = options.level;
  const settings: LoggerOptions = {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    // pino's own redaction isn't used, because its wildcards take more time than the rest of a line.
    formatters: { level: (label) => ({ level: label }), log: redacted },
    serializers: { err: serializeError },
  };
  const destination = options.format === "pretty" ? await prettyStream(options) : options.destination;
  const log = pino(settings, destination);
  return {
    debug: (fields, message) => log.debug(fields, message),
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  };
}

/** pino-pretty is loaded only for this format. It runs in this thread, so that the last lines before an exit are not lost. */
async function prettyStream({ colours, destination }: PinoLogOptions): Promise<DestinationStream> {
  const { prettyFactory } = await import("pino-pretty");
  const format = prettyFactory({
    colorize: colours,
    levelKey: "level",
    timestampKey: "time",
    translateTime: "SYS:HH:MM:ss.l",
    singleLine: true,
    ignore: "pid,hostname",
  });
  return { write: (line) => destination.write(format(line) ?? line) };
}

/**
 * Returns a thrown value with its causes in one sentence. AppErrors and errors with a code are expected. All others are defects, so
 * their stack is included.
 */
function serializeError(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) {
    return thrown;
  }
  const code = "code" in thrown && typeof thrown.code === "string" ? { code: thrown.code } : {};
  const expected = thrown.name === "AppError" || Object.hasOwn(code, "code");
  return {
    type: thrown.name,
    message: messageOf(thrown),
    ...code,
    ...(expected ? {} : { stack: stdSerializers.err(thrown).stack }),
  };
}
