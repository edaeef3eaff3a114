/** The commands, in the order in which the help shows them. */
export const COMMANDS = [
  "run",
  "plan",
  "resolve",
  "explain",
  "drain",
  "force",
  "pin",
  "unpin",
  "failback",
  "history",
  "crds",
  "remove-finalizers",
  "version",
] as const;
export type Command = (typeof COMMANDS)[number];

/**
 * One command-line option with its help text. Every option except `help` also has an environment variable: DNSALIAS_OWNER_ID for
 * `--owner-id`.
 */
export interface OptionSpec {
  readonly name: OptionName;
  readonly kind: "text" | "texts" | "switch";
  /** For the help: `--state FILE`. */
  readonly placeholder?: string;
  readonly help: string;
  readonly commands: readonly Command[];
}

export type OptionName =
  | "manifests"
  | "state"
  | "out"
  | "kubeconfig"
  | "context"
  | "namespace"
  | "resolver"
  | "resolver-ca"
  | "owner-id"
  | "adopt-owner-id"
  | "listen-ops"
  | "log-level"
  | "log-format"
  | "once"
  | "lease-name"
  | "lease-namespace"
  | "no-lease"
  | "concurrency"
  | "drain-timeout"
  | "transfer-listen"
  | "responder"
  | "no-responder"
  | "responder-listen"
  | "responder-workers"
  | "responder-exempt"
  | "responder-io"
  | "health-checks"
  | "no-health-checks"
  | "health-check-ports"
  | "health-check-allow"
  | "health-check-rate"
  | "for"
  | "json"
  | "help";

const PLANE: readonly Command[] = ["run", "plan", "explain"];
const ENDING: readonly Command[] = ["drain", "force", "pin"];
const ONE_ALIAS: readonly Command[] = [...ENDING, "unpin", "failback", "history"];
const CLUSTER: readonly Command[] = [...PLANE, ...ONE_ALIAS, "remove-finalizers"];
const LOOKING: readonly Command[] = ["run", "plan", "resolve", "explain"];
const RUN: readonly Command[] = ["run"];

export const OPTIONS: readonly OptionSpec[] = [
  {
    name: "manifests",
    kind: "text",
    placeholder: "DIR",
    help: "Folder with the manifests. Selects folder mode, which uses no cluster.",
    commands: PLANE,
  },
  {
    name: "state",
    kind: "text",
    placeholder: "FILE",
    help: "File that keeps the last known good addresses across restarts, in folder mode (default: .dnsalias-state.json in the --out folder).",
    commands: PLANE,
  },
  {
    name: "out",
    kind: "text",
    placeholder: "DIR",
    help: "Folder for the output: zone files and Corefiles in folder mode, CRDs for crds.",
    commands: ["run", "plan", "explain", "crds"],
  },
  {
    name: "kubeconfig",
    kind: "text",
    placeholder: "FILE",
    help: "Path of the kubeconfig (default: the ServiceAccount of the pod, or $KUBECONFIG, or ~/.kube/config).",
    commands: CLUSTER,
  },
  {
    name: "context",
    kind: "text",
    placeholder: "NAME",
    help: "Context of the kubeconfig (default: the current context).",
    commands: CLUSTER,
  },
  {
    name: "namespace",
    kind: "texts",
    placeholder: "NAME",
    help: "Namespace of the objects. Repeat the option for more namespaces (default: all namespaces of the cluster; for commands about one DnsAlias, that of the pod or the context).",
    commands: CLUSTER,
  },
  {
    name: "resolver",
    kind: "texts",
    placeholder: "ADDRESS",
    help: "Recursive resolver: 10.0.0.10, 10.0.0.10:5353, tcp://10.0.0.10, tls://1.1.1.1#one.one.one.one, or https://1.1.1.1/dns-query. Repeat the option for more resolvers (default: those in /etc/resolv.conf).",
    commands: LOOKING,
  },
  {
    name: "resolver-ca",
    kind: "text",
    placeholder: "FILE",
    help: "PEM file with the CA certificates for tls:// and https:// resolvers (default: the CAs that Node.js trusts).",
    commands: LOOKING,
  },
  {
    name: "owner-id",
    kind: "text",
    placeholder: "ID",
    help: "Id that marks the records of this installation. Installations with different ids do not modify each other's records (default: the UID of namespace kube-system, or a random id in the state file).",
    commands: PLANE,
  },
  {
    name: "adopt-owner-id",
    kind: "texts",
    placeholder: "ID",
    help: "Former owner id of this installation. Records with this id count as its own. Repeat the option for more ids (default: none).",
    commands: PLANE,
  },
  {
    name: "listen-ops",
    kind: "text",
    placeholder: "HOST:PORT",
    help: "Address that serves /metrics, /healthz, and /readyz, for example 127.0.0.1:9753, or :9753 for all addresses (default: not served).",
    commands: RUN,
  },
  {
    name: "once",
    kind: "switch",
    help: "Look up all targets, publish the records, write the statuses, and exit.",
    commands: RUN,
  },
  {
    name: "concurrency",
    kind: "text",
    placeholder: "N",
    help: "Maximum number of concurrent lookups for each namespace in each pool of lookups, 1 to 1000 (default: 64).",
    commands: PLANE,
  },
  {
    name: "lease-name",
    kind: "text",
    placeholder: "NAME",
    help: "Name of the Lease for leader election (default: dnsalias).",
    commands: RUN,
  },
  {
    name: "lease-namespace",
    kind: "text",
    placeholder: "NAME",
    help: "Namespace of the Lease (default: the namespace of the pod or of the context).",
    commands: RUN,
  },
  {
    name: "no-lease",
    kind: "switch",
    help: "Write without a Lease. Safe only if no other replica runs.",
    commands: RUN,
  },
  {
    name: "drain-timeout",
    kind: "text",
    placeholder: "SECONDS",
    help: "Seconds for an orderly stop after SIGTERM or SIGINT, 1 to 300 (default: 10).",
    commands: RUN,
  },
  {
    name: "transfer-listen",
    kind: "texts",
    placeholder: "HOST:PORT",
    help: "Address that serves zone transfers to secondaries over UDP and TCP. dnsalias listens there from the first DnsZone with provider.transfer on. Repeat the option for more addresses (default: 127.0.0.1:5301 in folder mode, :5301 in a cluster).",
    commands: RUN,
  },
  {
    name: "responder",
    kind: "switch",
    help: "Run the responder. It serves the zones that have a base zone. It looks up a target when a client queries its hostname (default: off in a cluster, on in folder mode).",
    commands: RUN,
  },
  {
    name: "no-responder",
    kind: "switch",
    help: "Do not run the responder, in folder mode.",
    commands: RUN,
  },
  {
    name: "responder-listen",
    kind: "texts",
    placeholder: "HOST:PORT",
    help: "Address of the responder, over UDP and TCP. :53 is all IPv4 and IPv6 addresses. Repeat the option for more addresses (default: 127.0.0.1:5300 in folder mode, :5300 in a cluster).",
    commands: RUN,
  },
  {
    name: "responder-workers",
    kind: "text",
    placeholder: "N",
    help: "Number of responder threads, 1 to 64 (default: 2).",
    commands: RUN,
  },
  {
    name: "responder-exempt",
    kind: "texts",
    placeholder: "NETWORK",
    help: "Network of clients that have no rate limits, for example 10.0.0.0/8. Use it for caches such as CoreDNS. Repeat the option for more networks (loopback is always exempt).",
    commands: RUN,
  },
  {
    name: "responder-io",
    kind: "text",
    placeholder: "IO",
    help: "UDP of the responder: ffi (packets in batches, Linux), dgram, or auto, which uses ffi where it works (default: auto).",
    commands: RUN,
  },
  {
    name: "health-checks",
    kind: "switch",
    help: "Run the health checks of DnsAliases (default: off in a cluster, on in folder mode).",
    commands: RUN,
  },
  {
    name: "no-health-checks",
    kind: "switch",
    help: "Do not run health checks, in folder mode.",
    commands: RUN,
  },
  {
    name: "health-check-ports",
    kind: "text",
    placeholder: "PORTS",
    help: "Ports that health checks can connect to, as ports and ranges with commas (default: 80,443,1024-65535).",
    commands: RUN,
  },
  {
    name: "health-check-allow",
    kind: "texts",
    placeholder: "NETWORK",
    help: "Network of special-use addresses that health checks can connect to, for example 10.0.0.0/8. Repeat the option for more networks (default: none).",
    commands: RUN,
  },
  {
    name: "health-check-rate",
    kind: "text",
    placeholder: "N",
    help: "Largest number of health checks per second, 1 to 400. If more are due, all periods get longer (default: 100).",
    commands: RUN,
  },
  {
    name: "log-level",
    kind: "text",
    placeholder: "LEVEL",
    help: "Lowest level that is logged: debug, info, warn, or error (default: info for run, warn for plan and explain).",
    commands: PLANE,
  },
  {
    name: "log-format",
    kind: "text",
    placeholder: "FORMAT",
    help: "Log format: auto, json, or pretty. auto is pretty on a terminal and json elsewhere (default: auto).",
    commands: PLANE,
  },
  {
    name: "for",
    kind: "text",
    placeholder: "DURATION",
    help: "Time until the end, 1m to 168h, for example 2h.",
    commands: ENDING,
  },
  { name: "json", kind: "switch", help: "Print JSON.", commands: ["plan", "resolve", "explain", "history", "version"] },
  { name: "help", kind: "switch", help: "Print this help.", commands: COMMANDS },
];

export function optionsOf(command: Command): readonly OptionSpec[] {
  return OPTIONS.filter(({ commands }) => commands.includes(command));
}

/** The environment variable of an option: DNSALIAS_OWNER_ID for `owner-id`. In variables, commas separate the members of a list. */
export function variableOf(name: OptionName): string {
  return `DNSALIAS_${name.replaceAll("-", "_").toUpperCase()}`;
}
