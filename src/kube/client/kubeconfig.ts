import type { KubeConfig } from "@kubernetes/client-node";
import type { RequestOptions } from "node:https";
import { AppError, messageOf } from "../../base/error.ts";
import type { CredentialSource, Credentials, TlsMaterial } from "./credentials.ts";
import { openPod, type PodApiserver } from "./in-cluster-config.ts";

export interface KubeconfigOptions {
  /** One file, or several joined as in $KUBECONFIG. Absent: the Pod's own ServiceAccount in a Pod, otherwise ~/.kube/config. */
  readonly kubeconfig?: string;
  /** The context to use instead of the file's current one. */
  readonly context?: string;
  /** The address of the API server in the environment of a pod; absent: the process doesn't run in a pod. */
  readonly pod?: PodApiserver;
}

/**
 * Finds the cluster and the credentials. Only this function loads `@kubernetes/client-node` (85 MB), and it does not do so in a
 * Pod. Throws AppError CONFIG_INVALID with the missing part.
 */
export async function openKubeconfig(options: KubeconfigOptions): Promise<CredentialSource> {
  if (options.pod !== undefined && options.kubeconfig === undefined && options.context === undefined) {
    return openPod(options.pod);
  }
  const { KubeConfig } = await import("@kubernetes/client-node");
  const load = (): KubeConfig => loadWith(() => new KubeConfig(), options);
  let config = load();
  return {
    description: `context ${config.getCurrentContext()}`,
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? "default",
    read: async ({ fresh }) => {
      try {
        // client-node caches a token or a plugin's answer. A new KubeConfig has no cache.
        config = fresh ? load() : config;
        return await readCredentials(config);
      } catch (error) {
        throw new AppError("KUBE_REQUEST_FAILED", `no credentials for the cluster: ${messageOf(error)}`, {
          retry: "backoff",
          cause: error,
        });
      }
    },
  };
}

/** The server that client-node sets if it finds no configuration. */
const NOTHING_FOUND = "http://localhost:8080";

function loadWith(make: () => KubeConfig, options: KubeconfigOptions): KubeConfig {
  const config = make();
  try {
    if (options.kubeconfig === undefined) {
      config.loadFromDefault();
    } else {
      loadFiles(make, config, options.kubeconfig);
    }
  } catch (error) {
    throw invalid(`the kubeconfig cannot be read: ${messageOf(error)}`, error);
  }
  if (options.context !== undefined) {
    config.setCurrentContext(options.context);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw invalid(`the kubeconfig has no cluster for context "${config.getCurrentContext()}"`);
  }
  if (options.kubeconfig === undefined && cluster.server === NOTHING_FOUND) {
    throw invalid(
      "no cluster found: this process does not run in a pod, and there is no $KUBECONFIG and no ~/.kube/config",
    );
  }
  return config;
}

/** Reads the files as kubectl reads $KUBECONFIG: the first file decides the current context. */
function loadFiles(make: () => KubeConfig, config: KubeConfig, paths: string): void {
  const [first, ...others] = paths.split(process.platform === "win32" ? ";" : ":").filter((path) => path !== "");
  config.loadFromFile(first ?? paths);
  for (const path of others) {
    const other = make();
    other.loadFromFile(path);
    config.mergeConfig(other, true);
  }
}

async function readCredentials(config: KubeConfig): Promise<Credentials> {
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  const options: RequestOptions & { servername?: string } = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const basic = user?.username ? `${user.username}:${user.password ?? ""}` : undefined;
  return {
    server: (cluster?.server ?? "").replace(/\/+$/, ""),
    headers: {
      ...headersOf(options.headers),
      ...(basic === undefined ? {} : { authorization: `Basic ${Buffer.from(basic).toString("base64")}` }),
    },
    tls: tlsOf(options),
    ...(cluster?.proxyUrl === undefined ? {} : { proxy: cluster.proxyUrl }),
  };
}

function headersOf(headers: RequestOptions["headers"]): Readonly<Record<string, string>> {
  const entries = Object.entries(headers ?? {}).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value).trim()]));
}

function tlsOf(options: RequestOptions): TlsMaterial {
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  return {
    ...(ca === undefined ? {} : { ca: pemText(ca) }),
    ...(cert === undefined ? {} : { cert: pemText(cert) }),
    ...(key === undefined ? {} : { key: pemText(key) }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

/** client-node returns a Buffer or a text, although the type of the Node.js option also permits lists. */
function pemText(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString("utf8") : typeof value === "string" ? value : "";
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError("CONFIG_INVALID", message, { retry: "never", cause });
}
