import { parseArgs } from "node:util";
import { suggest } from "../../api/schema/did-you-mean.ts";
import { COMMANDS, type Command } from "./commands.ts";
import type { OptionName, OptionSpec } from "./option-spec.ts";
import { OPTIONS, optionsOf, variableOf } from "./options.ts";

/** The settings as texts. Options of the command line take precedence over environment variables. */
export interface Settings {
  readonly command: Command;
  readonly words: readonly string[];
  readonly values: ReadonlyMap<OptionName, Setting>;
}

interface Setting {
  /** One text, or several if the option can be repeated. A switch has none. */
  readonly texts: readonly string[];
  /** The source of the setting, for messages: "--state" or "DNSALIAS_STATE". */
  readonly origin: string;
}

export type Arguments =
  | { readonly kind: "settings"; readonly settings: Settings }
  | { readonly kind: "help"; readonly command: Command | undefined }
  /** One sentence. */
  | { readonly kind: "wrong"; readonly message: string; readonly command: Command | undefined };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the words after the program's name, and the variables that begin with DNSALIAS_. Never throws. */
export function readArguments(words: readonly string[], environment: Environment): Arguments {
  const [first, ...rest] = words;
  if (first === undefined || first === "--help" || first === "-h" || first === "help") {
    return helpFor(rest[0]);
  }
  if (first === "--version") {
    return readCommand("version", rest, environment);
  }
  return isCommand(first) ? readCommand(first, rest, environment) : unknownCommand(first);
}

function helpFor(word: string | undefined): Arguments {
  return { kind: "help", command: word !== undefined && isCommand(word) ? word : undefined };
}

function unknownCommand(word: string): Arguments {
  const message = word.startsWith("-")
    ? `a command must come before ${word}: ${COMMANDS.join(", ")}`
    : `no such command: ${word}${meant(word, COMMANDS) || `; the commands are ${COMMANDS.join(", ")}`}`;
  return { kind: "wrong", message, command: undefined };
}

function readCommand(command: Command, words: readonly string[], environment: Environment): Arguments {
  const own = optionsOf(command);
  const read = readWords(command, words, own);
  if (typeof read === "string") {
    return { kind: "wrong", message: read, command };
  }
  if (read.given.has("help")) {
    return { kind: "help", command };
  }
  const around = readEnvironment(environment, own);
  if (typeof around === "string") {
    return { kind: "wrong", message: around, command };
  }
  return {
    kind: "settings",
    settings: { command, words: read.words, values: new Map([...around, ...read.given]) },
  };
}

interface ReadWords {
  readonly given: ReadonlyMap<OptionName, Setting>;
  readonly words: readonly string[];
}

/** Returns the options and words, or a mistake in them. */
function readWords(command: Command, words: readonly string[], own: readonly OptionSpec[]): ReadWords | string {
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: {
      ...Object.fromEntries(own.map(({ name, kind }) => [name, { type: kind === "switch" ? "boolean" : "string" }])),
      help: { type: "boolean", short: "h" },
    },
  });
  const given = new Map<OptionName, Setting>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      positionals.push(token.value);
    } else if (token.kind === "option") {
      const spec = own.find(({ name }) => name === token.name);
      // The next option is not the value of this one. A value with a hyphen must be written as --name=-value.
      const isOption = token.inlineValue === false && token.value.startsWith("-");
      const problem = take(given, spec, isOption ? undefined : token.value);
      if (problem !== undefined) {
        return problem === UNKNOWN ? unknownOption(command, token.rawName, own) : problem;
      }
    }
  }
  return { given, words: positionals };
}

const UNKNOWN = "unknown";

/** Stores one option in `given`. Returns the mistake in the option, if there is one. */
function take(
  given: Map<OptionName, Setting>,
  spec: OptionSpec | undefined,
  value: string | undefined,
): string | undefined {
  if (spec === undefined) {
    return UNKNOWN;
  }
  const origin = `--${spec.name}`;
  const before = given.get(spec.name);
  if (spec.kind === "switch") {
    given.set(spec.name, { texts: [], origin });
    return value === undefined ? undefined : `${origin} takes no value`;
  }
  if (value === undefined || value === "") {
    return `${origin} needs a value: ${origin} ${spec.placeholder ?? ""}`;
  }
  if (before !== undefined && spec.kind === "text") {
    return `${origin} is given twice`;
  }
  given.set(spec.name, { texts: [...(before?.texts ?? []), value], origin });
  return undefined;
}

function unknownOption(command: Command, raw: string, own: readonly OptionSpec[]): string {
  const elsewhere = OPTIONS.find(({ name }) => `--${name}` === raw);
  return elsewhere === undefined
    ? `no such option: ${raw}${
        meant(
          raw,
          own.map(({ name }) => `--${name}`),
        ) || `; see dnsalias ${command} --help`
      }`
    : `${raw} is not an option of ${command}, only of ${elsewhere.commands.join(", ")}`;
}

/**
 * Reads the variables of a command's options. Variables for options of other commands are ignored, because all commands can share
 * one environment.
 */
function readEnvironment(
  environment: Environment,
  own: readonly OptionSpec[],
): ReadonlyMap<OptionName, Setting> | string {
  const settable = OPTIONS.filter(({ name }) => name !== "help");
  const known = settable.map(({ name }) => variableOf(name));
  const stray = Object.keys(environment).find(
    (name) => name.startsWith("DNSALIAS_") && !known.includes(name) && !SERVICE_LINK.test(name),
  );
  if (stray !== undefined) {
    return `no such variable: ${stray}${meant(stray, known)}`;
  }
  const values = new Map<OptionName, Setting>();
  for (const { name, kind } of own) {
    const origin = variableOf(name);
    const text = environment[origin] ?? "";
    if (kind === "switch" && !SWITCH.test(text)) {
      return `${origin} must be true or false, not "${text}"`;
    }
    if (kind === "switch" ? /^(?:true|1)$/.test(text) : text !== "") {
      values.set(name, { texts: kind === "texts" ? listOf(text) : kind === "text" ? [text] : [], origin });
    }
  }
  return values;
}

/**
 * Variables that are not settings. If the name of a Service is dnsalias or begins with dnsalias-, Kubernetes sets
 * DNSALIAS_SERVICE_HOST and similar variables in every Pod of its namespace.
 */
const SERVICE_LINK = /_(?:SERVICE_(?:HOST|PORT(?:_.*)?)|PORT(?:_\d+_[A-Z]+(?:_.*)?)?)$/;
const SWITCH = /^(?:|true|false|1|0)$/;

function listOf(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function isCommand(word: string): word is Command {
  return COMMANDS.some((command) => command === word);
}

function meant(word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
