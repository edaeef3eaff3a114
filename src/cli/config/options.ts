import { COMMANDS, type Command } from "./commands.ts";
import type { OptionName, OptionSpec } from "./option-spec.ts";
import { RUN_OPTIONS } from "./run-options.ts";

/** Commands that read one set of objects once, and write nothing. */
const READ_ONLY: readonly Command[] = ["plan", "explain"];
const PLANE: readonly Command[] = ["run", "plan", "explain"];
const ENDING: readonly Command[] = ["drain", "force", "pin"];
const ONE_ALIAS: readonly Command[] = [...ENDING, "unpin", "failback", "history"];
const CLUSTER: readonly Command[] = [...PLANE, ...ONE_ALIAS, "pause", "resume", "approve", "remove-finalizers"];
const LOOKING: readonly Command[] = ["run", "plan", "resolve", "explain"];

export const OPTIONS: readonly OptionSpec[] = [
  {
    name: "manifests",
    group: "Objects",
    kind: "text",
    placeholder: "DIR",
    help: "Folder with the manifests. Selects folder mode, which uses no cluster.",
    commands: PLANE,
  },
  {
    name: "filename",
    short: "f",
    group: "Objects",
    kind: "text",
    placeholder: "FILE",
    help: "Manifests to read once: a file, a folder, or - for the standard input. Uses no cluster. If one of them has a mistake, plan ends before the first lookup.",
    commands: READ_ONLY,
  },
  {
    name: "state",
    group: "Objects",
    kind: "text",
    placeholder: "FILE",
    help: "File that keeps the last known good addresses across restarts, in folder mode (default: .dnsalias-state.json in the --out folder).",
    commands: PLANE,
  },
  {
    name: "out",
    group: "Objects",
    kind: "text",
    placeholder: "DIR",
    help: "Folder for the output: zone files and Corefiles in folder mode, CRDs for crds. Without it, plan and explain compare with empty zones.",
    commands: ["run", "plan", "explain", "crds"],
  },
  {
    name: "kubeconfig",
    group: "Objects",
    kind: "text",
    placeholder: "FILE",
    help: "Path of the kubeconfig (default: the ServiceAccount of the pod, or $KUBECONFIG, or ~/.kube/config).",
    commands: CLUSTER,
  },
  {
    name: "context",
    group: "Objects",
    kind: "text",
    placeholder: "NAME",
    help: "Context of the kubeconfig (default: the current context).",
    commands: CLUSTER,
  },
  {
    name: "namespace",
    short: "n",
    group: "Objects",
    kind: "texts",
    placeholder: "NAME",
    help: "Namespace of the objects. Repeat the option for more namespaces (default: all namespaces of the cluster; for commands about one DnsAlias, that of the pod or the context).",
    commands: CLUSTER,
  },
  {
    name: "zone",
    group: "Objects",
    kind: "texts",
    placeholder: "ZONE",
    help: "Only this DnsZone, as NAME, NAMESPACE/NAME, or its domain. Repeat the option for more DnsZones (default: all).",
    commands: ["plan"],
  },
  {
    name: "hostname",
    group: "Objects",
    kind: "texts",
    placeholder: "HOSTNAME",
    help: "Only the changes at this hostname. Repeat the option for more hostnames (default: all).",
    commands: ["plan"],
  },
  {
    name: "resolver",
    group: "Lookups",
    kind: "texts",
    placeholder: "ADDRESS",
    help: "Recursive resolver: 10.0.0.10, 10.0.0.10:5353, tcp://10.0.0.10, tls://1.1.1.1#one.one.one.one, or https://1.1.1.1/dns-query. Repeat the option for more resolvers (default: those in /etc/resolv.conf).",
    commands: LOOKING,
  },
  {
    name: "resolver-ca",
    group: "Lookups",
    kind: "text",
    placeholder: "FILE",
    help: "PEM file with the CA certificates for tls:// and https:// resolvers (default: the CAs that Node.js trusts).",
    commands: LOOKING,
  },
  {
    name: "owner-id",
    group: "Ownership",
    kind: "text",
    placeholder: "ID",
    help: "Id that marks the records of this installation. Installations with different ids do not modify each other's records (default: the UID of namespace kube-system, or a random id in the state file).",
    commands: PLANE,
  },
  {
    name: "adopt-owner-id",
    group: "Ownership",
    kind: "texts",
    placeholder: "ID",
    help: "Former owner id of this installation. Records with this id count as its own. Repeat the option for more ids (default: none).",
    commands: PLANE,
  },
  {
    name: "concurrency",
    group: "Lookups",
    kind: "text",
    placeholder: "N",
    help: "Maximum number of concurrent lookups for each namespace in each pool of lookups, 1 to 1000 (default: 64).",
    commands: PLANE,
  },
  ...RUN_OPTIONS,
  {
    name: "log-level",
    group: "Output",
    kind: "text",
    placeholder: "LEVEL",
    help: "Lowest level that is logged: debug, info, warn, or error (default: info for run, warn for plan and explain).",
    commands: PLANE,
  },
  {
    name: "log-format",
    group: "Output",
    kind: "text",
    placeholder: "FORMAT",
    help: "Log format: auto, json, or pretty. auto is pretty on a terminal and json elsewhere (default: auto).",
    commands: PLANE,
  },
  {
    name: "for",
    group: "Objects",
    kind: "text",
    placeholder: "DURATION",
    help: "Duration of the drain, force, or pin, 1m to 168h, for example 2h.",
    commands: ENDING,
  },
  {
    name: "json",
    group: "Output",
    kind: "switch",
    help: "Print JSON.",
    commands: ["plan", "resolve", "explain", "history", "version"],
  },
  { name: "help", short: "h", group: "Output", kind: "switch", help: "Print this help.", commands: COMMANDS },
];

export function optionsOf(command: Command): readonly OptionSpec[] {
  return OPTIONS.filter(({ commands }) => commands.includes(command));
}

/** The environment variable of an option: DNSALIAS_OWNER_ID for `owner-id`. In variables, commas separate the members of a list. */
export function variableOf(name: OptionName): string {
  return `DNSALIAS_${name.replaceAll("-", "_").toUpperCase()}`;
}

/** The forms of an option as commander reads them: `-n, --namespace <NAME>`. */
export function flagsOf({ name, short, placeholder }: OptionSpec, brackets: "<>" | "[]"): string {
  const value = placeholder === undefined ? "" : ` ${brackets[0]}${placeholder}${brackets[1]}`;
  return `${short === undefined ? "" : `-${short}, `}--${name}${value}`;
}
