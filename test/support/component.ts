import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.ts";

/** The real programs that tests start; `test/env/install` brings all of them. */
export type ComponentName =
  | "actionlint"
  | "buildah"
  | "chroot"
  | "chromium"
  | "containerd"
  | "coredns"
  | "conntrack"
  | "ctr"
  | "debootstrap"
  | "delv"
  | "dig"
  | "dnsperf"
  | "dnssec-keygen"
  | "drill"
  | "argocd-diff"
  | "etcd"
  | "curl"
  | "external-dns-webhook"
  | "gcc"
  | "gdnsd"
  | "helm"
  | "helm-docs"
  | "helm-unittest"
  | "ip"
  | "kdig"
  | "knotc"
  | "knotd"
  | "iptables"
  | "kube-apiserver"
  | "kube-controller-manager"
  | "kube-proxy"
  | "kube-scheduler"
  | "kubeconform"
  | "kubectl"
  | "kubelet"
  | "ldns-read-zone"
  | "named"
  | "named-checkconf"
  | "named-checkzone"
  | "named-compilezone"
  | "named-rrchecker"
  | "nsd"
  | "nsd-checkzone"
  | "nsd-control"
  | "nsupdate"
  | "openssl"
  | "pdns_control"
  | "pdns_server"
  | "pdnsutil"
  | "prometheus"
  | "promtool"
  | "runc"
  | "setcap"
  | "sqlite3"
  | "tcpdump"
  | "unbound"
  | "unshare"
  | "unbound-control"
  | "vale";

/**
 * Where a component's program is, or undefined; our own builds come before the machine's. The folder in TEST_COMPONENTS comes before both: `npm run test:oldest`
 * names the one with the oldest versions.
 */
export function findComponent(name: ComponentName): string | undefined {
  return searchPath()
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

/** As {@link findComponent}, for a caller that cannot go on without it. */
export function locateComponent(name: ComponentName): string {
  const path = findComponent(name);
  if (path === undefined) {
    throw new Error(missingMessage([name]));
  }
  return path;
}

/**
 * The `skip` option of a test that needs components: false when all are here, else the reason.
 * With CI=true it is always false, so that the test runs and fails: a CI that skips proves nothing.
 */
export function skipWithout(...names: readonly ComponentName[]): string | false {
  const missing = names.filter((name) => findComponent(name) === undefined);
  return missing.length === 0 || process.env["CI"] === "true" ? false : missingMessage(missing);
}

/** The same inside a test: its path, or undefined after skipping the test; throws with CI=true. */
export function requireComponent(test: { skip(message: string): void }, name: ComponentName): string | undefined {
  const path = findComponent(name);
  if (path === undefined) {
    if (process.env["CI"] === "true") {
      throw new Error(missingMessage([name]));
    }
    test.skip(missingMessage([name]));
  }
  return path;
}

/** Prints `# <component> <version>`, the first time in this process only. */
export async function announceVersion(name: ComponentName): Promise<void> {
  if (announced.has(name)) {
    return;
  }
  announced.add(name);
  const { stdout, stderr } = await run(locateComponent(name), VERSION_ARGS[name] ?? ["-v"]);
  const version = VERSION.exec(stdout + stderr)?.[0] ?? "of unknown version";
  process.stdout.write(`# ${name} ${version}\n`);
}

/** Which versions this process has printed: the one thing here that outlives a call. */
const announced = new Set<ComponentName>();

const VERSION = /\d+\.\d+(\.\d+)?/;

const VERSION_ARGS: Partial<Record<ComponentName, readonly string[]>> = {
  buildah: ["--version"],
  chromium: ["--version"],
  containerd: ["--version"],
  coredns: ["-version"],
  curl: ["--version"],
  debootstrap: ["--version"],
  etcd: ["--version"],
  helm: ["version", "--short"],
  ip: ["-V"],
  kdig: ["-V"],
  knotc: ["--version"],
  knotd: ["--version"],
  "kube-apiserver": ["--version"],
  kubectl: ["version", "--client"],
  kubelet: ["--version"],
  openssl: ["version"],
  pdns_server: ["--version"],
  prometheus: ["--version"],
  promtool: ["--version"],
  unbound: ["-V"],
  unshare: ["--version"],
};

const OWN_BUILDS = join(import.meta.dirname, "..", "env", "bin");

function searchPath(): readonly string[] {
  const first = process.env["TEST_COMPONENTS"];
  const assets = process.env["KUBEBUILDER_ASSETS"];
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((directory) => directory !== "");
  return [
    ...(first === undefined ? [] : [first]),
    OWN_BUILDS,
    ...(assets === undefined ? [] : [assets]),
    ...path,
    "/usr/sbin",
    "/usr/bin",
  ];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missingMessage(names: readonly ComponentName[]): string {
  return `not installed: ${names.join(", ")}; test/env/install brings it`;
}
