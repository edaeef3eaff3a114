import type { Millis } from "../../base/clock.ts";
import { messageOf } from "../../base/error.ts";
import { parseName, parseOwnerName, type Name } from "../../dns/name/name.ts";
import type { ResolverServer } from "../../transport/exchange.ts";
import { readArguments, type Environment } from "./arguments.ts";
import { createSink, type Io } from "../terminal/streams.ts";
import { clusterPlatform, platformOf, type PlatformConfig } from "./platform-config.ts";
import {
  type HostPort,
  hostPorts,
  logFormat,
  logLevel,
  nameFrom,
  noWords,
  type OwnerConfig,
  ownerConfig,
  reader,
  whole,
  wrong,
  type Reader,
  type Terminals,
} from "./settings.ts";
import { parseResolverAddress } from "./resolver-address.ts";
import { healthCheckConfig, type HealthCheckConfig } from "./health-check-config.ts";
import { responderConfig, type ResponderConfig } from "./responder-config.ts";
import { subjectOf, type ExplainSubject } from "./explain-subject.ts";
import { changeWords, type ChangeWords } from "./change-config.ts";
import { historyWords, type HistoryWords, steerConfig, type SteerConfig } from "./steer-config.ts";
import { commandUsage, programUsage } from "./usage.ts";

export type Config =
  | RunConfig
  | PlanConfig
  | ExplainConfig
  | ResolveConfig
  | CrdsConfig
  | SteerCommandConfig
  | HistoryConfig
  | ChangeConfig
  | RemoveFinalizersConfig
  | VersionConfig;

export interface RunConfig extends LookupConfig {
  readonly command: "run";
  readonly platform: PlatformConfig;
  readonly owner: OwnerConfig;
  readonly concurrency: number;
  readonly once: boolean;
  /** Absent: there is no HTTP server for metrics and health. */
  readonly listenOps?: HostPort;
  readonly drainMs: Millis;
  /** Absent: there is no responder. */
  readonly responder?: ResponderConfig;
  /** Absent: there are no health checks. */
  readonly healthChecks?: HealthCheckConfig;
  /** The addresses of the primary for zone transfers, which starts with the first zone. "" as host means all addresses. */
  readonly transferListen: readonly HostPort[];
}

export interface PlanConfig extends LookupConfig {
  readonly command: "plan";
  readonly platform: PlatformConfig;
  readonly owner: OwnerConfig;
  readonly concurrency: number;
  /** True: a mistake in a manifest ends the command before the lookups. */
  readonly endsAtMistakes: boolean;
  readonly filter: PlanFilter;
  readonly json: boolean;
}

/** The selected zones and names. Empty: all. */
export interface PlanFilter {
  /** NAME, NAMESPACE/NAME, or a domain without the final dot. */
  readonly zones: readonly string[];
  readonly hostnames: readonly Name[];
}

export interface ExplainConfig extends LookupConfig {
  readonly command: "explain";
  readonly platform: PlatformConfig;
  readonly owner: OwnerConfig;
  readonly concurrency: number;
  readonly subject: ExplainSubject;
  /** Only DnsAliases of these namespaces. Empty: all namespaces. DnsZones are of all namespaces. */
  readonly namespaces: readonly string[];
  readonly json: boolean;
}

export interface ResolveConfig extends Pick<LookupConfig, "resolvers" | "resolverCa"> {
  readonly command: "resolve";
  readonly target: Name;
  readonly json: boolean;
}

interface CrdsConfig {
  readonly command: "crds";
  readonly out?: string;
}

export interface RemoveFinalizersConfig extends Pick<LookupConfig, "log"> {
  readonly command: "remove-finalizers";
  readonly platform: Extract<PlatformConfig, { readonly kind: "cluster" }>;
}

/** The settings of commands about one object of a cluster. */
export interface AliasCommandConfig extends Pick<LookupConfig, "log"> {
  readonly name: string;
  readonly platform: Extract<PlatformConfig, { readonly kind: "cluster" }>;
}

export type SteerCommandConfig = SteerConfig & AliasCommandConfig;

export type HistoryConfig = HistoryWords & AliasCommandConfig;

export type ChangeConfig = ChangeWords & AliasCommandConfig;

export interface VersionConfig {
  readonly command: "version";
  readonly json: boolean;
}

/** The settings of every command that makes lookups. */
export interface LookupConfig {
  /** Absent: the resolvers of /etc/resolv.conf, see `systemResolvers`. */
  readonly resolvers?: readonly ResolverServer[];
  /** A file with the authorities for the certificates of DoT and DoH servers. Absent: the authorities that Node.js trusts. */
  readonly resolverCa?: string;
  readonly log: { readonly level: "debug" | "info" | "warn" | "error"; readonly format: "json" | "pretty" };
}

/** The command to run, or the text to print instead. */
export type CommandLine =
  | { readonly kind: "command"; readonly config: Config }
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly message: string };

/** The command and the terminals of this process. Only this code reads `process.argv` and `process.env`. */
export function processInput(): { readonly commandLine: CommandLine; readonly io: Io } {
  const { argv, env, stdout, stderr } = process;
  const noColor = { NO_COLOR: env["NO_COLOR"] };
  return {
    commandLine: readConfig(argv.slice(2), env, { out: stdout.isTTY, err: stderr.isTTY, columns: stdout.columns }),
    io: { out: createSink(stdout, noColor), err: createSink(stderr, noColor) },
  };
}

/** Returns the command with all its settings, which need no further checks. Never throws. */
export function readConfig(words: readonly string[], environment: Environment, terminals: Terminals): CommandLine {
  const read = readArguments(words, environment);
  if (read.kind === "help") {
    const { columns } = terminals;
    const text = read.command === undefined ? programUsage(columns) : commandUsage(read.command, columns);
    return { kind: "help", text };
  }
  if (read.kind === "wrong") {
    return { kind: "wrong", message: read.message };
  }
  try {
    return { kind: "command", config: configOf(reader(read.settings, environment, terminals)) };
  } catch (error) {
    return { kind: "wrong", message: messageOf(error) };
  }
}

function configOf(from: Reader): Config {
  const { command } = from;
  switch (command) {
    case "run":
      return runConfig(from);
    case "plan":
      return planConfig(from);
    case "explain":
      return explainConfig(from);
    case "resolve":
      return { command, ...resolversOf(from), target: nameFrom(from, parseName), json: from.has("json") };
    case "crds": {
      noWords(from);
      const out = from.text("out");
      return out === undefined ? { command } : { command, out };
    }
    case "drain":
    case "force":
    case "pin":
    case "unpin":
    case "failback":
      return { ...steerConfig(from, command), ...aliasCommand(from) };
    case "history":
      return { ...historyWords(from), ...aliasCommand(from) };
    case "approve":
    case "pause":
    case "resume":
      return { ...changeWords(from, command), ...aliasCommand(from) };
    case "remove-finalizers":
      noWords(from);
      return { command, platform: clusterPlatform(from), log: { level: "warn", format: logFormat(from) } };
    case "version":
      noWords(from);
      return { command, json: from.has("json") };
  }
}

function aliasCommand(from: Reader): Omit<AliasCommandConfig, "name"> {
  const platform = clusterPlatform(from);
  if (platform.namespaces.length > 1) {
    throw wrong(`${from.origin("namespace")} names two namespaces, but ${from.command} is about one object`);
  }
  return { platform, log: { level: "warn", format: logFormat(from) } };
}

function planConfig(from: Reader): PlanConfig {
  noWords(from);
  const zones = from.texts("zone").map((text) => text.toLowerCase().replace(/\.$/, ""));
  const hostnames = from.texts("hostname").map((text) => parseOwnerName(text));
  return {
    command: "plan",
    ...acting(from),
    endsAtMistakes: from.has("filename"),
    filter: { zones, hostnames },
    json: from.has("json"),
  };
}

function explainConfig(from: Reader): ExplainConfig {
  const { platform, ...rest } = acting(from);
  const isCluster = platform.kind === "cluster";
  return {
    command: "explain",
    ...rest,
    platform: isCluster ? { ...platform, namespaces: [] } : platform,
    subject: subjectOf(from),
    namespaces: isCluster ? platform.namespaces : [],
    json: from.has("json"),
  };
}

function runConfig(from: Reader): RunConfig {
  noWords(from);
  const [ops] = hostPorts(from, "listen-ops");
  const acts = acting(from);
  const responder = responderConfig(from, acts.platform.kind);
  const healthChecks = healthCheckConfig(from, acts.platform.kind);
  return {
    command: "run",
    ...acts,
    once: from.has("once"),
    drainMs: 1000 * whole(from, "drain-timeout", { least: 1, most: 300, usual: 10 }),
    ...(ops === undefined ? {} : { listenOps: ops }),
    ...(responder === undefined ? {} : { responder }),
    ...(healthChecks === undefined ? {} : { healthChecks }),
    transferListen: transferListen(from, acts.platform),
  };
}

function transferListen(from: Reader, { kind }: PlatformConfig): readonly HostPort[] {
  const given = hostPorts(from, "transfer-listen");
  return given.length > 0 ? given : [{ host: kind === "folder" ? "127.0.0.1" : "", port: TRANSFER_PORT }];
}

const TRANSFER_PORT = 5301;

function acting(from: Reader) {
  return {
    ...lookupConfig(from),
    platform: platformOf(from),
    owner: ownerConfig(from),
    concurrency: whole(from, "concurrency", { least: 1, most: 1000, usual: 64 }),
  };
}

function lookupConfig(from: Reader): LookupConfig {
  return {
    ...resolversOf(from),
    log: { level: logLevel(from), format: logFormat(from) },
  };
}

function resolversOf(from: Reader): Pick<LookupConfig, "resolvers" | "resolverCa"> {
  const resolvers = from.texts("resolver").map((text) => {
    const server = parseResolverAddress(text);
    if (typeof server === "string") {
      throw wrong(`${from.origin("resolver")} ${server}`);
    }
    return server;
  });
  const resolverCa = from.text("resolver-ca");
  return {
    ...(resolvers.length === 0 ? {} : { resolvers }),
    ...(resolverCa === undefined ? {} : { resolverCa }),
  };
}
