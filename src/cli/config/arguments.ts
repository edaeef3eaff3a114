import { Command as Parser, Option } from "commander";
import { suggest } from "../../api/schema/did-you-mean.ts";
import { COMMANDS, type Command } from "./commands.ts";
import type { OptionName, OptionSpec } from "./option-spec.ts";
import { flagsOf, OPTIONS, optionsOf, variableOf } from "./options.ts";

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

/**
 * Reads the words after the program's name, and the variables that begin with DNSALIAS_. Options can be before or after the command.
 * Never throws.
 */
export function readArguments(words: readonly string[], environment: Environment): Arguments {
  const { operands, options, unknown } = splitWords(words[0] === "--version" ? ["version", ...words.slice(1)] : words);
  const [first, ...rest] = operands;
  const isHelp = options.some(({ spec }) => spec.name === "help");
  if (first === "help" || (first === undefined && unknown === undefined && (isHelp || options.length === 0))) {
    return { kind: "help", command: commandOf(rest[0]) };
  }
  const command = commandOf(first);
  if (command === undefined) {
    return { kind: "wrong", message: commandProblem(first, unknown), command };
  }
  const problem = unknown === undefined ? undefined : unknownOption(command, unknown);
  const given = problem ?? settingsOf(command, options);
  if (typeof given === "string") {
    return { kind: "wrong", message: given, command };
  }
  return isHelp ? { kind: "help", command } : withEnvironment({ command, words: rest, values: given }, environment);
}

function withEnvironment({ command, words, values }: Settings, environment: Environment): Arguments {
  const around = readEnvironment(environment, optionsOf(command));
  return typeof around === "string"
    ? { kind: "wrong", message: around, command }
    : { kind: "settings", settings: { command, words, values: new Map([...around, ...values]) } };
}

/** One option of the command line. The value is undefined if there is none. */
interface GivenOption {
  readonly spec: OptionSpec;
  readonly value: string | undefined;
}

interface SplitWords {
  readonly operands: readonly string[];
  /** In the order of the command line. */
  readonly options: readonly GivenOption[];
  /** The first word that begins with a hyphen and is not an option. */
  readonly unknown: string | undefined;
}

/**
 * Splits the words into operands and options. The value of an option never begins with a hyphen, unless it is written as
 * `--name=-value`, so that a forgotten value doesn't swallow the next option.
 */
function splitWords(words: readonly string[]): SplitWords {
  const options: GivenOption[] = [];
  const parser = new Parser("dnsalias").helpOption(false).helpCommand(false);
  for (const spec of OPTIONS) {
    parser.addOption(new Option(flagsOf(spec, "[]")));
    parser.on(`option:${spec.name}`, (value: string | null | undefined) => {
      options.push({ spec, value: value ?? undefined });
    });
  }
  const { operands, unknown } = parser.parseOptions([...words]);
  return { operands, options, unknown: unknown[0] };
}

function commandProblem(word: string | undefined, option: string | undefined): string {
  if (word === undefined) {
    return option === undefined
      ? `a command is missing; the commands are ${COMMANDS.join(", ")}`
      : `no such option: ${option}; see dnsalias --help`;
  }
  return `no such command: ${word}${meant(word, COMMANDS) || `; the commands are ${COMMANDS.join(", ")}`}`;
}

/** Returns the settings of the command line, or the first mistake in them. */
function settingsOf(command: Command, options: readonly GivenOption[]): ReadonlyMap<OptionName, Setting> | string {
  const given = new Map<OptionName, Setting>();
  for (const { spec, value } of options) {
    const { name, kind, placeholder = "", commands } = spec;
    const origin = `--${name}`;
    const before = given.get(name);
    if (!commands.includes(command)) {
      return `${origin} is not an option of ${command}, only of ${commands.join(", ")}`;
    }
    if (kind !== "switch" && (value === undefined || value === "")) {
      return `${origin} needs a value: ${origin} ${placeholder}`;
    }
    if (kind === "text" && before !== undefined) {
      return `${origin} is given twice`;
    }
    given.set(name, { texts: [...(before?.texts ?? []), ...(value === undefined ? [] : [value])], origin });
  }
  return given;
}

function unknownOption(command: Command, word: string): string {
  const [name = ""] = word.split("=");
  const own = optionsOf(command);
  if (own.some((option) => `--${option.name}` === name)) {
    return `${name} takes no value`;
  }
  const names = own.map((option) => `--${option.name}`);
  return `no such option: ${name}${meant(name, names) || `; see dnsalias ${command} --help`}`;
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

function commandOf(word: string | undefined): Command | undefined {
  return COMMANDS.find((command) => command === word);
}

function meant(word: string, known: readonly string[]): string {
  const near = suggest(word, known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}
