import type { Command } from "./commands.ts";

/**
 * One command-line option with its help text. Every option except `help` also has an environment variable: DNSALIAS_OWNER_ID for
 * `--owner-id`.
 */
export interface OptionSpec {
  readonly name: OptionName;
  readonly kind: "text" | "texts" | "switch";
  /** The heading of the option in the help. */
  readonly group: OptionGroup;
  /** The letter of the short form: "n" for -n. */
  readonly short?: string;
  /** For the help: `--state FILE`. */
  readonly placeholder?: string;
  readonly help: string;
  readonly commands: readonly Command[];
}

type OptionGroup =
  | "Objects"
  | "Lookups"
  | "Ownership"
  | "Process"
  | "Leader election"
  | "Zone transfers"
  | "Responder"
  | "Health checks"
  | "Output";

export type OptionName =
  | "manifests"
  | "filename"
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
  | "zone"
  | "hostname"
  | "for"
  | "json"
  | "help";
