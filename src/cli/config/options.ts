/** The commands, in the order in which the help shows them. */
export const COMMANDS = ["run", "plan", "resolve", "explain", "crds", "remove-finalizers", "version"] as const;
export type Command = (typeof COMMANDS)[number];

/** One flag, its variable of the environment (`--owner-id` is DNSALIAS_OWNER_ID), and what the help says of it. */
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
  | "health-checks"
  | "no-health-checks"
  | "health-check-ports"
  | "health-check-allow"
  | "health-check-rate"
  | "json"
  | "help";

const PLANE: readonly Command[] = ["run", "plan", "explain"];
const CLUSTER: readonly Command[] = [...PLANE, "remove-finalizers"];
const LOOKING: readonly Command[] = ["run", "plan", "resolve", "explain"];
const RUN: readonly Command[] = ["run"];

export const OPTIONS: readonly OptionSpec[] = [
  {
    name: "manifests",
    kind: "text",
    placeholder: "DIR",
    help: "folder mode: the folder of manifests; no cluster is used",
    commands: PLANE,
  },
  {
    name: "state",
    kind: "text",
    placeholder: "FILE",
    help: "folder mode: where last-good answers are kept over restarts (default: .dnsalias-state.json in the --out folder)",
    commands: PLANE,
  },
  {
    name: "out",
    kind: "text",
    placeholder: "DIR",
    help: "the folder to write to: zone files and Corefiles in folder mode, the CRDs for crds",
    commands: ["run", "plan", "explain", "crds"],
  },
  {
    name: "kubeconfig",
    kind: "text",
    placeholder: "FILE",
    help: "cluster: this kubeconfig (default: the pod's ServiceAccount, else $KUBECONFIG, else ~/.kube/config)",
    commands: CLUSTER,
  },
  {
    name: "context",
    kind: "text",
    placeholder: "NAME",
    help: "cluster: this context of the kubeconfig",
    commands: CLUSTER,
  },
  {
    name: "namespace",
    kind: "texts",
    placeholder: "NAME",
    help: "cluster: only the objects of this namespace; may be given more than once (default: all)",
    commands: CLUSTER,
  },
  {
    name: "resolver",
    kind: "texts",
    placeholder: "ADDRESS",
    help: "a recursive server: 10.0.0.10, 10.0.0.10:5353, tcp://10.0.0.10, tls://1.1.1.1#one.one.one.one, https://1.1.1.1/dns-query; may be given more than once (default: /etc/resolv.conf)",
    commands: LOOKING,
  },
  {
    name: "resolver-ca",
    kind: "text",
    placeholder: "FILE",
    help: "PEM certificates of what signs the certificates of tls:// and https:// resolvers, in place of what Node.js trusts",
    commands: LOOKING,
  },
  {
    name: "owner-id",
    kind: "text",
    placeholder: "ID",
    help: "marks what this installation owns; two with different ids leave each other's records alone (default: in a cluster the UID of namespace kube-system, in folder mode a random id that the state file keeps)",
    commands: PLANE,
  },
  {
    name: "adopt-owner-id",
    kind: "texts",
    placeholder: "ID",
    help: "an owner id that this installation had before, so that its records with it are its own; may be given more than once (default: none)",
    commands: PLANE,
  },
  {
    name: "listen-ops",
    kind: "text",
    placeholder: "HOST:PORT",
    help: "serve /metrics, /healthz and /readyz there, like 127.0.0.1:9753 or :9753 for all addresses (default: not)",
    commands: RUN,
  },
  {
    name: "once",
    kind: "switch",
    help: "look everything up, publish, write the statuses, and end",
    commands: RUN,
  },
  {
    name: "concurrency",
    kind: "text",
    placeholder: "N",
    help: "look-ups of one namespace at once in each pool, 1 to 1000 (default: 64)",
    commands: PLANE,
  },
  {
    name: "lease-name",
    kind: "text",
    placeholder: "NAME",
    help: "cluster: the Lease of which one replica is the holder (default: dnsalias)",
    commands: RUN,
  },
  {
    name: "lease-namespace",
    kind: "text",
    placeholder: "NAME",
    help: "cluster: where that Lease is (default: the pod's or the context's namespace)",
    commands: RUN,
  },
  {
    name: "no-lease",
    kind: "switch",
    help: "cluster: write without a Lease; only where it is certain that no other replica runs",
    commands: RUN,
  },
  {
    name: "drain-timeout",
    kind: "text",
    placeholder: "SECONDS",
    help: "how long the end may take after SIGTERM or SIGINT, 1 to 300 (default: 10)",
    commands: RUN,
  },
  {
    name: "transfer-listen",
    kind: "texts",
    placeholder: "HOST:PORT",
    help: "serve the zones whose provider is transfer to their secondaries there, over UDP and TCP; may be given more than once (default: 127.0.0.1:5301 in folder mode, :5301 in a cluster; opened when there is such a zone)",
    commands: RUN,
  },
  {
    name: "responder",
    kind: "switch",
    help: "answer questions too: serve the zones that have a base zone, and look targets up when they are asked for (folder mode: always, unless --no-responder)",
    commands: RUN,
  },
  {
    name: "no-responder",
    kind: "switch",
    help: "folder mode: answer no questions",
    commands: RUN,
  },
  {
    name: "responder-listen",
    kind: "texts",
    placeholder: "HOST:PORT",
    help: "answer there, over UDP and TCP; :53 is all addresses of both families; may be given more than once (default: 127.0.0.1:5300 in folder mode, :5300 in a cluster)",
    commands: RUN,
  },
  {
    name: "responder-workers",
    kind: "text",
    placeholder: "N",
    help: "threads that answer, 1 to 64 (default: 2)",
    commands: RUN,
  },
  {
    name: "responder-exempt",
    kind: "texts",
    placeholder: "NETWORK",
    help: "a network without rate limits, 10.0.0.0/8: a CoreDNS or another cache in front asks for everyone behind it; may be given more than once (always: loopback)",
    commands: RUN,
  },
  {
    name: "health-checks",
    kind: "switch",
    help: "run the health checks of DnsAliases (folder mode: always, unless --no-health-checks)",
    commands: RUN,
  },
  {
    name: "no-health-checks",
    kind: "switch",
    help: "folder mode: run no health checks",
    commands: RUN,
  },
  {
    name: "health-check-ports",
    kind: "text",
    placeholder: "PORTS",
    help: "ports that health checks may connect to (default: 80,443,1024-65535)",
    commands: RUN,
  },
  {
    name: "health-check-allow",
    kind: "texts",
    placeholder: "NETWORK",
    help: "a network of special-use addresses that health checks may connect to, 10.0.0.0/8; may be given more than once (default: none)",
    commands: RUN,
  },
  {
    name: "health-check-rate",
    kind: "text",
    placeholder: "N",
    help: "health checks a second, 1 to 400; if there are more, all periods get longer (default: 100)",
    commands: RUN,
  },
  {
    name: "log-level",
    kind: "text",
    placeholder: "LEVEL",
    help: "debug, info, warn or error (default: info; for plan and explain: warn)",
    commands: PLANE,
  },
  {
    name: "log-format",
    kind: "text",
    placeholder: "FORMAT",
    help: "auto, json or pretty (default: auto, which is pretty on a terminal)",
    commands: PLANE,
  },
  { name: "json", kind: "switch", help: "print JSON", commands: ["plan", "resolve", "explain", "version"] },
  { name: "help", kind: "switch", help: "print this help", commands: COMMANDS },
];

export function optionsOf(command: Command): readonly OptionSpec[] {
  return OPTIONS.filter(({ commands }) => commands.includes(command));
}

/** DNSALIAS_OWNER_ID for `owner-id`. Lists have commas between their members there. */
export function variableOf(name: OptionName): string {
  return `DNSALIAS_${name.replaceAll("-", "_").toUpperCase()}`;
}
