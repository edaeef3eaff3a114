import { AppError } from "../../base/error.ts";
import type { Name } from "../../dns/name/name.ts";
import type { Environment, Settings } from "./arguments.ts";
import type { Command } from "./commands.ts";
import type { OptionName } from "./option-spec.ts";

/** The settings of one command, each with its origin for messages. */
export interface Reader {
  readonly command: Command;
  readonly words: readonly string[];
  readonly environment: Environment;
  readonly terminals: Terminals;
  has(name: OptionName): boolean;
  text(name: OptionName): string | undefined;
  texts(name: OptionName): readonly string[];
  /** "--state" or "DNSALIAS_STATE". */
  origin(name: OptionName): string;
}

/** Whether each standard stream is a terminal. */
export interface Terminals {
  readonly out: boolean;
  readonly err: boolean;
  /** The number of characters in a line of the standard output. Absent: it is not a terminal. */
  readonly columns?: number | undefined;
}

/** One reader for each command line. */
export function reader({ command, words, values }: Settings, environment: Environment, terminals: Terminals): Reader {
  return {
    command,
    words,
    environment,
    terminals,
    has: (name) => values.has(name),
    text: (name) => values.get(name)?.texts[0],
    texts: (name) => values.get(name)?.texts ?? [],
    origin: (name) => values.get(name)?.origin ?? `--${name}`,
  };
}

/** The error for a wrong setting. Only main.ts converts it to a message; see docs/errors.md. */
export function wrong(message: string): AppError {
  return new AppError("ARGUMENT_INVALID", message, { retry: "never" });
}

const LEVELS = ["debug", "info", "warn", "error"] as const;
const FORMATS = ["auto", "json", "pretty"] as const;

/** Interactive commands log only warnings; `run` logs more. */
export function logLevel(from: Reader): (typeof LEVELS)[number] {
  return choice(from, "log-level", LEVELS) ?? (from.command === "run" ? "info" : "warn");
}

/** The format of the log. By default, it is readable lines on a terminal, and otherwise JSON. */
export function logFormat(from: Reader): "json" | "pretty" {
  const format = choice(from, "log-format", FORMATS) ?? "auto";
  // The output of `run` is its log. The other commands print a result, and log to standard error.
  const isTerminal = from.command === "run" ? from.terminals.out : from.terminals.err;
  return format === "auto" ? (isTerminal ? "pretty" : "json") : format;
}

/** One of the known words. Undefined: the option is not set. */
export function choice<T extends string>(from: Reader, name: OptionName, known: readonly T[]): T | undefined {
  const text = from.text(name);
  const found = known.find((word) => word === text);
  if (text !== undefined && found === undefined) {
    throw wrong(`${from.origin(name)} must be one of ${known.join(", ")}, not "${text}"`);
  }
  return found;
}

export interface Range {
  readonly least: number;
  readonly most: number;
  readonly usual: number;
}

/** A whole number within its range, or the default. */
export function whole(from: Reader, name: OptionName, { least, most, usual }: Range): number {
  const text = from.text(name);
  const number = text === undefined ? usual : /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw wrong(`${from.origin(name)} must be a whole number from ${least} to ${most}, not "${text}"`);
  }
  return number;
}

/** The identity of this installation. */
export interface OwnerConfig {
  /** Absent: the installation gets a unique id. */
  readonly ownerId?: string;
  /** Ids that this installation had before. */
  readonly adoptOwnerIds: readonly string[];
}

/** Reads the owner ids. They appear in TXT records and annotations, so blanks, commas and quotes are refused. */
export function ownerConfig(from: Reader): OwnerConfig {
  const ownerId = from.text("owner-id");
  const adoptOwnerIds = [...new Set(from.texts("adopt-owner-id"))];
  for (const [name, ids] of [
    ["owner-id", ownerId === undefined ? [] : [ownerId]],
    ["adopt-owner-id", adoptOwnerIds],
  ] as const) {
    const invalid = ids.find((id) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(id));
    if (invalid !== undefined) {
      throw wrong(`${from.origin(name)} must be 1 to 63 letters, digits, ".", "_" and "-", not "${invalid}"`);
    }
  }
  return { ...(ownerId === undefined ? {} : { ownerId }), adoptOwnerIds };
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** The addresses to listen on. Without a host in the setting, `host` is "", which means all addresses. */
export function hostPorts(from: Reader, name: OptionName): readonly HostPort[] {
  return from.texts(name).map((text) => hostPort(from, name, text));
}

function hostPort(from: Reader, name: OptionName, text: string): HostPort {
  const { host = "", port = "" } = /^(?<host>\[[0-9a-f:.]+\]|[^:[\]\s]*):(?<port>\d{1,5})$/i.exec(text)?.groups ?? {};
  if (port === "" || Number(port) > 65_535) {
    throw wrong(`${from.origin(name)} must be HOST:PORT, [IPv6]:PORT or :PORT, not "${text}"`);
  }
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** Parses the only word of the command as a name. */
export function nameFrom({ command, words }: Reader, parse: (text: string) => Name): Name {
  const [word, extra] = words;
  if (word === undefined || extra !== undefined) {
    throw wrong(
      word === undefined
        ? `${command} requires a NAME: dnsalias ${command} example.com`
        : `${command} takes one NAME: remove "${extra}"`,
    );
  }
  return parse(word);
}

/** Throws if there are words. For commands that take only options. */
export function noWords({ command, words }: Reader): void {
  const [word] = words;
  if (word !== undefined) {
    throw wrong(`${command} takes only options: remove "${word}"`);
  }
}
