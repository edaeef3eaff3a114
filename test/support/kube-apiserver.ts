import { readFile, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { locateComponent } from "./component.ts";
import { inNewDirectory, startDaemon, type Daemon } from "./daemon.ts";
import { startEtcd, type Etcd } from "./etcd.ts";
import { freePort } from "./free-port.ts";
import { AUDIT_POLICY, parseAuditLog, type AuditEvent } from "./kube-audit.ts";
import { kubeconfigText, makeKubeCredentials, type KubeCredentials } from "./kube-credentials.ts";
import { run, type RunResult } from "./run.ts";

export interface KubeApiserverOptions {
  readonly host?: string;
  /** Records every request, for {@link KubeApiserver.auditEvents}. Costs some speed. */
  readonly audit?: boolean;
  /** More flags of kube-apiserver. */
  readonly moreArgs?: readonly string[];
}

export interface KubectlOptions {
  /** Its standard input, for `-f -`. */
  readonly input?: string;
  /** Whose credentials; default the admin's. */
  readonly kubeconfig?: string;
}

/** stop, kill, start and restart mean the API server alone: etcd goes on. */
export interface KubeApiserver extends Daemon {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  readonly etcd: Etcd;
  /** A file: the user `admin` of system:masters. */
  readonly kubeconfig: string;
  readonly credentials: KubeCredentials;
  /** Runs kubectl to its end; a non-zero exit is a result. */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<RunResult>;
  /** A kubeconfig file of a ServiceAccount that exists, with a token of the TokenRequest API, good for a day. */
  kubeconfigFor(account: { readonly serviceAccount: string; readonly namespace: string }): Promise<string>;
  /** Every request so far, oldest first; only with `audit: true`. */
  auditEvents(): Promise<readonly AuditEvent[]>;
}

/**
 * A real API server with RBAC on its own etcd, and no controllers: nobody deletes what a deleted owner owned, ends a
 * namespace, makes default ServiceAccounts or EndpointSlices. Pods are accepted and stay as they are written.
 */
export async function startKubeApiserver(options: KubeApiserverOptions = {}): Promise<KubeApiserver> {
  return inNewDirectory("kube-apiserver", (directory) => startIn(directory, options));
}

async function startIn(directory: string, options: KubeApiserverOptions): Promise<KubeApiserver> {
  const host = options.host ?? "127.0.0.1";
  const port = await freePort(host);
  const url = `https://${host}:${port}`;
  const credentials = await makeKubeCredentials(directory, host);
  const kubeconfig = join(directory, "admin.kubeconfig");
  await writeFile(kubeconfig, kubeconfigText(url, credentials.certificate, credentials.adminToken), { mode: 0o600 });
  await writeFile(join(directory, "audit-policy.yaml"), AUDIT_POLICY);
  const etcd = await startEtcd({ host });
  const daemon = await startDaemon({
    component: "kube-apiserver",
    directory,
    args: argumentsFor({ options, host, port, directory, credentials, etcd }),
    probe: () => probeReady(url, credentials),
    readyMs: 120_000,
    stopAfterMs: 10_000,
  }).catch(async (error: unknown) => {
    await etcd[Symbol.asyncDispose]();
    throw error;
  });
  const kubectl = kubectlWith(kubeconfig);
  return {
    ...daemon,
    url,
    etcd,
    kubeconfig,
    credentials,
    kubectl,
    kubeconfigFor: async ({ serviceAccount, namespace }) => {
      const token = await requestToken(kubectl, serviceAccount, namespace);
      const path = join(directory, `${namespace}.${serviceAccount}.kubeconfig`);
      await writeFile(path, kubeconfigText(url, credentials.certificate, token), { mode: 0o600 });
      return path;
    },
    auditEvents: async () => parseAuditLog(await readFile(join(directory, AUDIT_LOG), "utf8")),
    [Symbol.asyncDispose]: async () => {
      await daemon[Symbol.asyncDispose]();
      await etcd[Symbol.asyncDispose]();
    },
  };
}

const AUDIT_LOG = "audit.log";

interface ArgumentParts {
  readonly options: KubeApiserverOptions;
  readonly host: string;
  readonly port: number;
  readonly directory: string;
  readonly credentials: KubeCredentials;
  readonly etcd: Etcd;
}

function argumentsFor({ options, host, port, directory, credentials, etcd }: ArgumentParts): readonly string[] {
  const audit = [
    `--audit-policy-file=${join(directory, "audit-policy.yaml")}`,
    `--audit-log-path=${join(directory, AUDIT_LOG)}`,
    "--audit-log-mode=blocking",
  ];
  return [
    `--etcd-servers=${etcd.clientUrl}`,
    `--bind-address=${host}`,
    `--secure-port=${port}`,
    `--advertise-address=${host}`,
    "--endpoint-reconciler-type=none", // a loopback address may not be an endpoint
    `--cert-dir=${directory}`,
    `--tls-cert-file=${credentials.certificateFile}`,
    `--tls-private-key-file=${credentials.keyFile}`,
    `--token-auth-file=${credentials.tokenFile}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-signing-key-file=${credentials.serviceAccountKeyFile}`,
    `--service-account-key-file=${credentials.serviceAccountKeyFile}`,
    "--service-cluster-ip-range=10.96.0.0/16",
    "--disable-admission-plugins=ServiceAccount", // else a pod needs an account that only a controller makes
    "--allow-privileged=true",
    "--profiling=false",
    "--shutdown-watch-termination-grace-period=1s", // else an open watch holds up a stop for a minute
    ...(options.audit === true ? audit : []),
    ...(options.moreArgs ?? []),
  ];
}

function probeReady(url: string, { certificate, adminToken }: KubeCredentials): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${adminToken}` };
  return new Promise((resolve, reject) => {
    const request = get(`${url}/readyz?verbose`, { ca: certificate, headers, agent: false, timeout: 5000 });
    request.once("timeout", () => request.destroy(new Error("no answer to /readyz")));
    request.once("error", reject);
    request.once("response", (response) => {
      text(response).then((body) => resolve(response.statusCode === 200 ? undefined : unreadyLines(body)), reject);
    });
  });
}

function unreadyLines(body: string): string {
  const lines = body.split("\n").filter((line) => line.startsWith("[-]"));
  return lines.length > 0 ? lines.join("; ") : body.slice(0, 200);
}

type Kubectl = KubeApiserver["kubectl"];

/** Without a cache directory of its own, parallel tests would read each other's discovery. */
function kubectlWith(adminKubeconfig: string): Kubectl {
  return (args, { input, kubeconfig = adminKubeconfig } = {}) =>
    run(
      locateComponent("kubectl"),
      [`--kubeconfig=${kubeconfig}`, `--cache-dir=${adminKubeconfig}.cache`, ...args],
      input === undefined ? {} : { input },
    );
}

async function requestToken(kubectl: Kubectl, account: string, namespace: string): Promise<string> {
  const { stdout, stderr, code } = await kubectl(["create", "token", account, "-n", namespace, "--duration=24h"]);
  if (code !== 0) {
    throw new Error(`no token for ServiceAccount ${namespace}/${account}: ${stderr}`);
  }
  return stdout.trim();
}
