import { join } from "node:path";
import type { Environment } from "./arguments.ts";
import type { OptionName } from "./option-spec.ts";
import { wrong, type Reader } from "./settings.ts";

/** The source of the objects. */
export type PlatformConfig =
  | {
      readonly kind: "folder";
      /** A folder. For read-only commands also a file, or "-" for the standard input. */
      readonly manifests: string;
      /** Absent: there is no state, and nothing is written. */
      readonly stateFile?: string;
      /** Absent: read-only commands compare with empty zones. */
      readonly out?: string;
    }
  | {
      readonly kind: "cluster";
      readonly kubeconfig?: string;
      readonly context?: string;
      /** Set in a Pod with a ServiceAccount: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
      readonly pod?: { readonly host: string; readonly port: string };
      /** The watched namespaces. Empty: all namespaces. */
      readonly namespaces: readonly string[];
      /** Absent: the process holds no Lease. */
      readonly lease?: { readonly name: string; readonly namespace?: string };
      /** The name of the Pod or the machine, which is a part of the holder identity in the Lease. */
      readonly host: string;
    };

const FOLDER_ONLY: readonly OptionName[] = ["state", "out"];
const CLUSTER_ONLY: readonly OptionName[] = [
  "kubeconfig",
  "context",
  "namespace",
  "lease-name",
  "lease-namespace",
  "no-lease",
];

/** Reads the settings of folder mode or of the cluster. */
export function platformOf(from: Reader): PlatformConfig {
  if (from.has("manifests") && from.has("filename")) {
    throw wrong(`${from.origin("manifests")} and ${from.origin("filename")} cannot be used together`);
  }
  const source: OptionName = from.has("filename") ? "filename" : "manifests";
  const manifests = from.text(source);
  const misplaced = (manifests === undefined ? FOLDER_ONLY : CLUSTER_ONLY).find((name) => from.has(name));
  if (misplaced !== undefined) {
    throw wrong(
      manifests === undefined
        ? `${from.origin(misplaced)} applies only to folder mode: set --manifests too`
        : `${from.origin(misplaced)} applies only to a cluster, and ${from.origin(source)} selects folder mode: set only one of them`,
    );
  }
  if (manifests === undefined) {
    return clusterPlatform(from);
  }
  const out = from.text("out");
  if (out === undefined && from.command === "run") {
    throw wrong(`${from.origin("manifests")} requires --out, the folder for the zone files`);
  }
  const stateFile = from.text("state") ?? (out === undefined ? undefined : join(out, STATE_FILE));
  return {
    kind: "folder",
    manifests,
    ...(out === undefined ? {} : { out }),
    ...(stateFile === undefined ? {} : { stateFile }),
  };
}

/**
 * The default name of the state file. Because of the dot, CoreDNS's `auto` plugin and the scan of the manifests ignore the file.
 */
const STATE_FILE = ".dnsalias-state.json";

/** Reads the settings of the cluster. */
export function clusterPlatform(from: Reader): Extract<PlatformConfig, { readonly kind: "cluster" }> {
  const kubeconfig = from.text("kubeconfig");
  const context = from.text("context");
  const namespace = from.text("lease-namespace");
  if (from.has("no-lease") && (from.has("lease-name") || namespace !== undefined)) {
    throw wrong(`${from.origin("no-lease")} and --lease-name or --lease-namespace cannot be used together`);
  }
  const lease = { name: from.text("lease-name") ?? "dnsalias", ...(namespace === undefined ? {} : { namespace }) };
  return {
    kind: "cluster",
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
    ...podOf(from.environment),
    namespaces: [...new Set(from.texts("namespace"))],
    ...(from.has("no-lease") ? {} : { lease }),
    host: from.environment["HOSTNAME"] ?? "dnsalias",
  };
}

function podOf(environment: Environment): Pick<Extract<PlatformConfig, { readonly kind: "cluster" }>, "pod"> {
  const host = environment["KUBERNETES_SERVICE_HOST"] ?? "";
  return host === "" ? {} : { pod: { host, port: environment["KUBERNETES_SERVICE_PORT"] ?? "443" } };
}
